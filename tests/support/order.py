"""The order of a run in several processes: who computes does so while others wait.

Flows wait for seconds and hardly compute, most other tests compute and never wait: each process
plays them by turns. Each is given a run of neighbours, and who has done its own takes others' last.
"""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from random import Random
from typing import TypeVar

import pytest

FIRST = (
    "test_a_visitor_plays_the_main_job",
    "test_nothing_typed_is_lost",
    "test_what_a_button_claims_is_checked_against_the_rows",
)
BROWSER = "tests/browser/"  # in one process, as every process needs a browser of its own
SLOW = ("tests/crash/", "tests/flows/")

Item = TypeVar("Item", bound=pytest.Item)


def dealt(items: list[Item], processes: int) -> list[Item]:
    """The same tests; every process has its share of the slow ones, spread over its time."""
    if processes == 1:
        return items
    first, browser, slow, quick = (
        [item for item in items if _kind(item.nodeid) == kind] for kind in range(4)
    )
    hands: list[list[Item]] = [first[place::processes] for place in range(processes)]
    hands[0] += browser
    Random(0).shuffle(slow)  # some of them compute all the time
    quick = list(chain(*_shuffled_modules(quick)))
    size = len(items) // processes
    for place, hand in enumerate(hands):
        ours = slow[place::processes]
        room = max(size - len(hand) - len(ours), 0)
        hand += _spread(ours, quick[:room])
        del quick[:room]
    return list(chain(*hands, quick))


def _kind(nodeid: str) -> int:
    if any(name in nodeid for name in FIRST):
        return 0
    if nodeid.startswith(BROWSER):
        return 1
    return 2 if nodeid.startswith(SLOW) else 3


def _shuffled_modules(items: Iterable[Item]) -> list[list[Item]]:
    """Neighbours stay together; whole modules come in an order that is the same every time."""
    modules: defaultdict[str, list[Item]] = defaultdict(list)
    for item in items:
        modules[item.nodeid.partition("::")[0]].append(item)
    names = sorted(modules)
    Random(0).shuffle(names)
    return [modules[name] for name in names]


def _spread(few: list[Item], many: list[Item]) -> list[Item]:
    """All of both, the few at even distances."""
    step = len(many) // max(len(few), 1)
    mixed = [
        piece for place, one in enumerate(few) for piece in (one, *many[place * step :][:step])
    ]
    return mixed + many[len(few) * step :]
