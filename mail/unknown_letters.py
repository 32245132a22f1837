"""What people decide about a letter of which nobody knows whether it left."""

from datetime import timedelta

from mail.draft_changes import known
from mail.errors import Stale
from mail.outbox_changes import show_state
from mail.ports import NewId
from mail.told_to_go import check_limit, new_row
from storage import drafts, outbox
from storage.database import Transaction
from storage.records.outbox import OutboxRow, OutboxState, Why


def check_again(tx: Transaction, row: OutboxRow, message: int | None) -> None:
    """The portal is asked once more; the call itself is not repeated."""
    if row.state is not OutboxState.UNKNOWN or not outbox.move(
        tx,
        row,
        OutboxState.VERIFYING,
        why=row.why,
        failure=row.failure,
        next_at=tx.now,
        deferrals=0,
        no_replay=True,
    ):
        raise Stale
    show_state(tx, row, message)


def send_again(
    tx: Transaction, row: OutboxRow, message: int | None, new_id: NewId, undo: timedelta
) -> None:
    """A new row under a new key: the person knows that the first letter may have left."""
    draft = drafts.find(tx, row.owner, row.draft)
    if draft is None:
        raise Stale
    known(tx, draft)
    check_limit(tx, row.owner)
    _decide(tx, row, OutboxState.ABANDONED, Why.AGAIN)
    again = new_row(tx, draft, new_id, undo)
    outbox.add(tx, again)
    show_state(tx, again, message)


def end(tx: Transaction, row: OutboxRow, message: int | None, to: OutboxState) -> None:
    """It was sent, or Leave it."""
    _decide(tx, row, to, Why.PERSON)
    show_state(tx, row, message)


def _decide(tx: Transaction, row: OutboxRow, to: OutboxState, why: Why) -> None:
    """Somebody may know better than the bot, also while it still looks."""
    knowable = [OutboxState.UNKNOWN]
    if why is Why.PERSON:
        knowable.append(OutboxState.VERIFYING)
    if row.state not in knowable or not outbox.move(tx, row, to, why=why):
        raise Stale
