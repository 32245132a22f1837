"""What people decide about a letter on its way, as far as its state allows."""

from enum import StrEnum

from mail.draft_changes import known_or_none, reopened, show_pressed, show_typed
from mail.errors import Stale, TooLate
from mail.outbox_changes import SIGN, show_state
from storage import drafts, notices, outbox
from storage.database import Transaction
from storage.records.drafts import Field
from storage.records.notices import NoticeKind
from storage.records.outbox import NOT_LEFT, OutboxRow, OutboxState, Why


class Decision(StrEnum):
    """What the buttons of a letter on its way do."""

    UNDO = "undo"
    CANCEL = "cancel"
    TRY_AGAIN = "try"
    SEND_STILL = "still"  # what waited for a day goes all the same
    CHECK_AGAIN = "look"
    WAS_SENT = "was"
    SEND_AGAIN = "again"  # the second press; the first only says what may happen
    LEAVE = "leave"
    ANSWER_AGAIN = "answer"  # with text of a letter that left without it, or may have left


# The state alone says whether these may be: it changes by itself under the person's finger.
BY_STATE = (Decision.UNDO, Decision.CANCEL)


# By these the letter leaves for good, from that state.
LEAVES_FROM = {
    Decision.TRY_AGAIN: (OutboxState.DEFERRED, OutboxState.BLOCKED),
    Decision.SEND_STILL: (OutboxState.EXPIRED,),
    Decision.SEND_AGAIN: (OutboxState.UNKNOWN,),
}


def take_back(tx: Transaction, row: OutboxRow, message: int | None) -> None:
    """Undo, and Cancel of what waits: certainly not sent; the draft opens at its review."""
    if row.first_wire_at is not None:
        raise TooLate
    if row.state not in NOT_LEFT or not outbox.move(tx, row, OutboxState.CANCELLED, why=Why.UNDO):
        raise Stale
    notices.withdraw(tx, NoticeKind.OUTBOX, row.place, row.id)
    draft = drafts.find(tx, row.owner, row.draft)
    against = known_or_none(tx, draft) if draft else None
    if draft is None or against is None:
        show_state(tx, row, message)
        return
    draft = reopened(draft, Field.REVIEW, against)
    if message is None:
        show_state(tx, row, None)
        show_typed(tx, draft)
    else:
        show_pressed(tx, draft, message)


def go_now(tx: Transaction, row: OutboxRow, message: int | None, decision: Decision) -> None:
    """What waits, is blocked or waited too long is looked at anew: of it nothing ran."""
    if row.state not in LEAVES_FROM[decision]:
        raise Stale
    if not outbox.move(tx, row, OutboxState.QUEUED, due_at=tx.now, deferrals=0):
        raise Stale
    show_state(tx, row, message, after=SIGN)


def ask_anew(tx: Transaction, row: OutboxRow, message: int | None) -> None:
    """The letter stays as it is; a second press of the same button is stale."""
    if not outbox.show_anew(tx, row):
        raise Stale
    show_state(tx, row, message)


def is_tried(row: OutboxRow) -> bool:
    """Is what waits tried just now? Its card still offers that."""
    return row.tries_again or (row.state is OutboxState.QUEUED and row.waits)
