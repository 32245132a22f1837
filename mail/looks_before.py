"""The look into a letter's thread right before it leaves: may it still go?"""

import logging
from dataclasses import dataclass, replace

from bitrix24.errors import Refused, Unknown
from bitrix24.models import ThreadLetter
from mail import reply_guard
from mail.draft_changes import known_or_none, reopened, show_typed
from mail.earlier import give_way, may_be_ours, of_this_person, settle
from mail.outbox_changes import tell_outcome
from mail.ports import Clock, Portal
from mail.webhooks import webhook_of
from storage import drafts, earlier, outbox
from storage.database import Database, Transaction
from storage.records.connections import Connection
from storage.records.drafts import Draft, Field, GuardStop
from storage.records.notices import Priority
from storage.records.outbox import Earlier, OutboxRow, OutboxState, Why

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Passed:
    """The guard lets the letter go; `left` are those before it that were known to have left."""

    baseline: tuple[int, ...] | None
    left: frozenset[str]


class LooksBefore:
    """The reply guard, and what tells of a letter that was sent before."""

    def __init__(self, database: Database, portal: Portal, clock: Clock) -> None:
        self._database = database
        self._portal = portal
        self._clock = clock

    async def look(
        self, row: OutboxRow, connection: Connection, draft: Draft | None
    ) -> Passed | None:
        """The reply guard; None: it stopped the letter and asked. Raises PortalError."""
        if draft is None or draft.letter_number is None:
            return await self._judge(row, connection)
        try:
            got = await self._portal.thread(webhook_of(connection.address), draft.letter_number)
        except Unknown:
            if connection.guarded:
                raise
            return await self._judge(row, connection)
        except Refused as error:
            passed = await self._judge(row, connection)
            asked = draft.written.stopped is not None or not connection.guarded
            if asked or passed is None:
                return passed
            _log.info("outbox %s: the guard could not look: %s", row.id, error)
            await self._database.write(lambda tx: _stop(tx, row, Why.UNGUARDED, GuardStop(tx.now)))
            return None
        answers = reply_guard.look(got.value, draft, connection, self._clock())
        return await self._judge(row, connection, got.value, answers)

    async def _judge(
        self,
        row: OutboxRow,
        connection: Connection,
        thread: tuple[ThreadLetter, ...] | None = None,
        answers: tuple[ThreadLetter, ...] = (),
    ) -> Passed | None:
        """What the rows say of those before counts, too; all that is known of an unread thread."""
        baseline = None if thread is None else reply_guard.baseline(thread)
        before = await self._database.read(lambda tx: earlier.of_row(tx, row))
        if not answers and before is Earlier.NONE:
            return Passed(baseline, frozenset())

        def change(tx: Transaction) -> Passed | None:
            if _stops(tx, row, thread or (), answers, connection.guarded):
                return None
            return Passed(baseline, earlier.left(tx, row))

        return await self._database.write(change)


def _stops(
    tx: Transaction,
    row: OutboxRow,
    thread: tuple[ThreadLetter, ...],
    answers: tuple[ThreadLetter, ...],
    guarded: bool,
) -> bool:
    """Does it not go? Because the same letter is there, or because a person must be asked."""
    left = settle(tx, row, thread)
    if left is not None and left.row.body == row.body:
        give_way(tx, row, left.row)
    elif left is not None and guarded:
        sender = left.row.envelope.sender
        _stop(tx, row, Why.ANSWERED, GuardStop(tx.now, sender, left.date, Earlier.LEFT))
    elif answers:
        _stop(tx, row, Why.ANSWERED, _answered(tx, row, thread, answers))
    else:
        return False
    return True


def _answered(
    tx: Transaction,
    row: OutboxRow,
    thread: tuple[ThreadLetter, ...],
    answers: tuple[ThreadLetter, ...],
) -> GuardStop:
    """The newest answer; somebody else's is news, the person's own is known to them."""
    own = of_this_person(tx, row, thread)
    others = [letter for letter in answers if letter.id not in own]
    if not others:
        return GuardStop(tx.now, answers[-1].from_, answers[-1].date, yours=True)
    mine = may_be_ours(tx, row, others[-1])
    perhaps = Earlier.MAY_HAVE_LEFT if mine else Earlier.NONE
    return GuardStop(tx.now, others[-1].from_, others[-1].date, perhaps)


def _stop(tx: Transaction, row: OutboxRow, why: Why, stopped: GuardStop) -> None:
    """Back to the review, where Send sends it in spite of that."""
    if not outbox.move(tx, row, OutboxState.CANCELLED, why=why):
        return
    tell_outcome(tx, row)
    draft = drafts.find(tx, row.owner, row.draft)
    against = known_or_none(tx, draft) if draft else None
    if draft is None or against is None:
        return
    draft = replace(draft, written=replace(draft.written, stopped=stopped))
    show_typed(tx, reopened(draft, Field.REVIEW, against), priority=Priority.OUTCOME)
