"""Looks for a letter among those of its thread: was it this one that left?

Found is proof. Not found never is: copies come late, and folders are synchronised later still.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from bitrix24.models import ThreadLetter
from mail import body
from mail.recipients import read_addresses, same_address
from storage.records.outbox import OutboxRow

CLOCKS_DIFFER = timedelta(minutes=2)
COMPARED = 200  # characters of the text, without spaces

_SPACES = re.compile(r"\s+")


def find(row: OutboxRow, html: str, thread: Iterable[ThreadLetter]) -> ThreadLetter | None:
    """The letter that this row's call made: new in the thread, and the same in every respect.

    Without a baseline nothing can be called new, and nothing is found.
    """
    if row.baseline is None or row.first_wire_at is None:
        return None
    text = _compared(body.plain(html))
    return next((letter for letter in thread if _is_it(row, text, letter)), None)


def may_be(row: OutboxRow, letter: ThreadLetter) -> bool:
    """Is it from this row's sender, and not older than its call? That proves nothing."""
    return _is_from(letter, row.envelope.sender) and not _is_older(row, letter)


def own_letters(thread: Iterable[ThreadLetter], senders: Iterable[str]) -> list[ThreadLetter]:
    """Those that left from one of these addresses."""
    emails = list(senders)
    return [letter for letter in thread if any(_is_from(letter, email) for email in emails)]


def _is_it(row: OutboxRow, text: str, letter: ThreadLetter) -> bool:
    assert row.baseline is not None
    if letter.id in row.baseline or not may_be(row, letter):
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
