"""What changes of a letter on its way share: how it is shown, and what becomes of its draft.

Everything here runs inside the caller's one transaction.
"""

from datetime import timedelta

from mail.draft_changes import await_text, known_or_none, relabel, reopened, set_aside, show_found
from storage import cards, drafts, earlier, notices, outbox
from storage.database import Transaction
from storage.records.drafts import Field
from storage.records.notices import CardKind, Manner, NoticeKind, Priority
from storage.records.outbox import OutboxRow, OutboxState, Why

SIGN = timedelta(seconds=0.7)  # "Sending…" is shown only if the portal takes longer than this
NOW = timedelta(0)


def show_state(
    tx: Transaction, row: OutboxRow, message: int | None, *, after: timedelta = NOW
) -> None:
    """The letter's card shows how it stands, in the pressed message if there was one."""
    if message is not None:
        relabel(tx, row.owner, row.place, message, CardKind.OUTBOX, row.id, row.revision)
    notices.owe(
        tx,
        row.owner,
        NoticeKind.OUTBOX,
        row.place,
        row.id,
        Manner.EDIT,
        after=after,
        priority=Priority.OUTCOME if message is None else Priority.ANSWER,
    )


def show_if_there(tx: Transaction, row: OutboxRow) -> None:
    """The same for a letter that need not have a card: Send again takes it for the next one."""
    if cards.live(tx, CardKind.OUTBOX, row.place, row.id):
        show_state(tx, row, None)


def show_later_ones(tx: Transaction, row: OutboxRow) -> None:
    """What this letter became by Send again speaks of it: on cards that rang, and as a draft."""
    later = earlier.after(tx, row)
    for one in later:
        if cards.live(tx, CardKind.OUTBOX, one.place, one.id) and outbox.show_anew(tx, one):
            show_state(tx, one, None)
    came_back = later and later[-1].state is OutboxState.CANCELLED
    if came_back and cards.live(tx, CardKind.DRAFT, row.place, row.draft):
        kind, manner = NoticeKind.DRAFT, Manner.EDIT
        notices.owe(tx, row.owner, kind, row.place, row.draft, manner, priority=Priority.OUTCOME)


def show_in_list(tx: Transaction, row: OutboxRow) -> None:
    """The newest /outbox says no more that the bot is finding out, if it may have said so.

    Where it asks about a letter in the list's place, the person is in the middle of something.
    """
    card = cards.live(tx, CardKind.OUTBOX_LIST, row.place, "")
    if card is None or card.revision or card.shown_at < (row.first_wire_at or row.created_at):
        return
    kind, manner, priority = NoticeKind.OUTBOX_LIST, Manner.EDIT, Priority.OUTCOME
    notices.owe(tx, row.owner, kind, row.place, "", manner, priority=priority)


def tell_outcome(tx: Transaction, row: OutboxRow) -> None:
    """What did not leave, or may have, is told in a new message, because edits do not ring."""
    show_state(tx, row, None)
    kind, place = NoticeKind.OUTCOME, row.place
    notices.owe(tx, row.owner, kind, place, row.id, Manner.NEW, priority=Priority.OUTCOME)


def cancel(tx: Transaction, row: OutboxRow, why: Why) -> None:
    """It can never leave; the text is kept in its draft."""
    if outbox.move(tx, row, OutboxState.CANCELLED, why=why):
        show_state(tx, row, None)
        give_back(tx, row, Field.REVIEW)


def expire(tx: Transaction, row: OutboxRow) -> None:
    """It is a day late: whether it still goes is a new decision."""
    if outbox.move(tx, row, OutboxState.EXPIRED, why=Why.LATE):
        tell_outcome(tx, row)


def give_back(tx: Transaction, row: OutboxRow, field: Field) -> None:
    """The draft opens at this field; without its connection it is set aside."""
    draft = drafts.find(tx, row.owner, row.draft)
    if draft is None:
        return
    against = known_or_none(tx, draft)
    if against is None:
        show_found(tx, set_aside(draft), Manner.NEW)
    else:
        await_text(tx, reopened(draft, field, against))
