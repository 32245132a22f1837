"""Looks for letters among those of their thread: which of them left?

Found is proof. Not found never is: copies come late, and folders are synchronised later still.
Nor is a copy that another letter may have left there: the same words may have been sent twice.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bitrix24.models import ThreadLetter
from mail import body
from mail.recipients import read_addresses, same_address
from storage.records.outbox import OutboxRow

CLOCKS_DIFFER = timedelta(minutes=2)
COMPARED = 200  # characters of the text, without spaces

_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a thread shows of letters that may have left, by the ids of their rows."""

    left: Mapping[str, ThreadLetter]  # its copy is there, or that of all others too
    perhaps: frozenset[str]  # a copy is there, which may as well be another's
    twice: frozenset[str]  # of those that left: one call alone cannot have made all its copies


def look(rows: Sequence[OutboxRow], thread: Iterable[ThreadLetter]) -> Sight:
    """Each copy was made by a call of one of these rows, and no call made two.

    So a row left if the copies cannot all be those of the others. A copy is new in the thread and
    the same in every respect; without a baseline nothing can be called new, and nothing proven.
    """
    there = list(thread)
    own = [(row, _own(row, there)) for row in rows]
    copies = {copy for row, ids in own if row.baseline is not None for copy in ids}
    left, perhaps, twice = {}, set(), set()
    for row, ids in own:
        if row.baseline is None or not ids:
            continue
        others = [
            theirs for other, theirs in own if other is not row for _call in range(_calls(other))
        ]
        if _may_be_theirs(copies, others):
            perhaps.add(row.id)
        else:
            left[row.id] = next(iter(ids.values()))
            if row.replays and not _may_be_theirs(copies, [*others, ids]):
                twice.add(row.id)
    return Sight(left, frozenset(perhaps), frozenset(twice))


def _calls(row: OutboxRow) -> int:
    """How often it may have left: a portal that fails after sending forgets the key of the call."""
    return 1 + row.replays


def _own(row: OutboxRow, thread: Iterable[ThreadLetter]) -> dict[int, ThreadLetter]:
    """What this row's call may have made; none was made where it never was on the wire."""
    if row.first_wire_at is None:
        return {}
    text = _compared(body.sent_text(row.body))
    return {letter.id: letter for letter in thread if _is_it(row, text, letter)}


def _may_be_theirs(copies: Iterable[int], owners: Sequence[Container[int]]) -> bool:
    """Can each copy have an owner, and each owner one copy at most?"""
    owned: dict[int, int] = {}

    def given(copy: int, asked: set[int]) -> bool:
        for owner, may_own in enumerate(owners):
            if copy not in may_own or owner in asked:
                continue
            asked.add(owner)
            if owner not in owned or given(owned[owner], asked):
                owned[owner] = copy
                return True
        return False

    return all(given(copy, set()) for copy in copies)


def may_be(row: OutboxRow, letter: ThreadLetter) -> bool:
    """Is it from this row's sender, and not older than its call? That proves nothing."""
    return _is_from(letter, row.envelope.sender) and not _is_older(row, letter)


def own_letters(thread: Iterable[ThreadLetter], senders: Iterable[str]) -> list[ThreadLetter]:
    """Those that left from one of these addresses."""
    emails = list(senders)
    return [letter for letter in thread if any(_is_from(letter, email) for email in emails)]


def _is_it(row: OutboxRow, text: str, letter: ThreadLetter) -> bool:
    if letter.id in (row.baseline or ()) or not may_be(row, letter):
        return False
    return _has_recipients(letter, row) and _has_text(letter, text)


def _is_older(row: OutboxRow, letter: ThreadLetter) -> bool:
    called_at = row.first_wire_at
    if letter.date is None or called_at is None:
        return False
    return letter.date < called_at - CLOCKS_DIFFER


def _is_from(letter: ThreadLetter, email: str) -> bool:
    return any(same_address(one.email, email) for one in read_addresses(letter.from_))


def _has_recipients(letter: ThreadLetter, row: OutboxRow) -> bool:
    found = [one.email for one in read_addresses(letter.to)]
    asked = row.envelope.to
    return bool(found) and all(any(same_address(a, f) for f in found) for a in asked)


def _has_text(letter: ThreadLetter, text: str) -> bool:
    """The portal gives text, mostly without tags, and may have put a quote behind it."""
    there = (_compared(letter.body), _compared(body.plain(letter.body)))
    return bool(text) and any(found.startswith(text[:COMPARED]) for found in there)


def _compared(text: str) -> str:
    return _SPACES.sub("", text).casefold()
