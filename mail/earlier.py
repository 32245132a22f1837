"""What a letter that is sent again must know of the one before: it may be there after all.

Everything here runs inside the caller's one transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bitrix24.models import ThreadLetter
from mail import reconcile
from mail.outbox_changes import show_if_there, show_state
from storage import cards, earlier, notices, outbox
from storage.database import Reading, Transaction
from storage.records.notices import CardKind, NoticeKind
from storage.records.outbox import OutboxRow, OutboxState, Why


@dataclass(frozen=True, slots=True)
class Left:
    """A letter that this draft was before, and that left; `date` is the portal's, if it is seen."""

    row: OutboxRow
    date: datetime


def settle(tx: Transaction, row: OutboxRow, thread: Iterable[ThreadLetter]) -> Left | None:
    """Looks for those before in the thread; the last of which nobody knew when this was told to go.

    Whoever told it to go did not know either, and may not want it any more.
    """
    seen = reconcile.look(earlier.on_the_wire(tx, row), thread).left
    before = earlier.before(tx, row)
    found = [left for one in before if (left := _settled(tx, row, one, seen.get(one.id)))]
    return found[-1] if found else None


def _settled(
    tx: Transaction, row: OutboxRow, one: OutboxRow, letter: ThreadLetter | None
) -> Left | None:
    if one.state is OutboxState.SENT:
        return Left(one, one.updated_at) if _is_news(one, row) else None
    if letter is None:
        return None
    outbox.accept(tx, one, Why.FIRST_LEFT if one.body == row.body else Why.THREAD)
    settled = outbox.find(tx, one.owner, one.id)
    assert settled is not None, "it was accepted a moment ago"
    show_if_there(tx, settled)
    return Left(settled, letter.date or tx.now)


def has_left(tx: Reading, row: OutboxRow) -> bool:
    """Did the same letter leave before, as nobody knew yet when this one was told to go?"""
    before = earlier.before(tx, row)
    return any(
        one.state is OutboxState.SENT and _is_news(one, row) and one.body == row.body
        for one in before
    )


def _is_news(one: OutboxRow, row: OutboxRow) -> bool:
    """Was the one settled only after the other was told to go?"""
    return one.updated_at >= row.created_at


def give_way(tx: Transaction, row: OutboxRow, left: OutboxRow) -> None:
    """The same letter is there already: this one never goes, and its card tells of that one."""
    if not outbox.move(tx, row, OutboxState.CANCELLED, why=Why.FIRST_LEFT):
        return
    notices.withdraw(tx, NoticeKind.OUTBOX, row.place, row.id)
    card = cards.live(tx, CardKind.OUTBOX, row.place, row.id)
    show_state(tx, left, card.message if card else None)


def may_be_ours(tx: Reading, row: OutboxRow, letter: ThreadLetter) -> bool:
    """Could this be one of those before, although its text does not prove it?"""
    return any(
        one.state is not OutboxState.SENT and reconcile.may_be(one, letter)
        for one in earlier.before(tx, row)
    )


def of_this_person(tx: Reading, row: OutboxRow, thread: Iterable[ThreadLetter]) -> frozenset[int]:
    """Letters of the thread that surely are other answers of theirs, sent by this bot."""
    rows = earlier.on_the_wire(tx, row)
    left = reconcile.look(rows, thread).left
    return frozenset(left[one.id].id for one in rows if one.id in left and one.draft != row.draft)
