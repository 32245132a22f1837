"""The order of a run in several processes: what is long is begun first, by all.

Each process is given a run of neighbours, and who has done its own takes others' last ones.
"""

from itertools import chain
from typing import TypeVar

import pytest

FIRST = (
    "test_a_visitor_plays_the_main_job",
    "test_nothing_typed_is_lost",
    "test_what_a_button_claims_is_checked_against_the_rows",
)
BROWSER = "tests/browser/"  # in one process, as every process needs a browser of its own
LONG = ("tests/crash/", "tests/flows/")

Item = TypeVar("Item", bound=pytest.Item)


def dealt(items: list[Item], processes: int) -> list[Item]:
    """The same tests; every process begins with its share of the long ones."""
    if processes == 1:
        return items
    first, browser, long, quick = (
        [item for item in items if _kind(item.nodeid) == kind] for kind in range(4)
    )
    hands: list[list[Item]] = [[] for _ in range(processes)]
    for place, item in enumerate(first):
        hands[place % processes].append(item)
    hands[0] += browser
    for item in long:
        min(hands, key=len).append(item)
    size = len(items) // processes
    left = iter(quick)
    for hand in hands:
        hand += [item for item, _ in zip(left, range(size - len(hand)), strict=False)]
    return list(chain(*hands, left))


def _kind(nodeid: str) -> int:
    if any(name in nodeid for name in FIRST):
        return 0
    if nodeid.startswith(BROWSER):
        return 1
    return 2 if nodeid.startswith(LONG) else 3
