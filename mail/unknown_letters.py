"""What people decide about a letter of which nobody knows whether it left."""

from datetime import timedelta

from mail.draft_changes import known
from mail.errors import Stale
from mail.outbox_changes import show_if_there, show_later_ones, show_state
from mail.ports import NewId
from mail.told_to_go import check_limit, new_row
from storage import drafts, outbox
from storage.database import Transaction
from storage.records.outbox import OutboxRow, OutboxState, Why


def check_again(tx: Transaction, row: OutboxRow, message: int | None) -> None:
    """The portal is asked once more; the call itself is not repeated."""
    if not row.in_doubt or not outbox.move(
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
    left_so = row.state is OutboxState.UNKNOWN and outbox.move(
        tx, row, OutboxState.ABANDONED, why=Why.AGAIN, failure=row.failure
    )
    if not left_so:
        raise Stale
    again = new_row(tx, draft, new_id, undo)
    outbox.add(tx, again)
    show_state(tx, again, message)
    if message is None:
        show_if_there(tx, row)


def end(tx: Transaction, row: OutboxRow, message: int | None, to: OutboxState) -> None:
    """It was sent, or Leave it: somebody may know better than the bot, also while it still looks.

    What was sent again speaks of this letter on its card.
    """
    knowable = row.in_doubt or row.state is OutboxState.VERIFYING
    if not knowable or not outbox.move(tx, row, to, why=Why.PERSON):
        raise Stale
    if message is None:
        show_if_there(tx, row)
    else:
        show_state(tx, row, message)
    show_later_ones(tx, row)
