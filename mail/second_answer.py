"""Another answer to a letter, with text of the first one that reached nobody for sure.

Everything here runs inside the caller's one transaction.
"""

from dataclasses import replace

from mail import fields, steps
from mail.draft_changes import known, show_typed, with_connection
from mail.errors import Stale
from mail.outbox_changes import show_if_there, show_state
from mail.ports import NewId
from storage import drafts, earlier, outbox
from storage.database import Reading, Transaction
from storage.records.drafts import Draft, DraftState, Field, Wants, Written
from storage.records.outbox import OutboxRow, OutboxState


def offers_text(tx: Reading, row: OutboxRow, draft: Draft | None) -> bool:
    """Is there text that only another answer can take, as the letter comes back no more?

    All that was typed for one that was left as not known; what was kept beside one that left.
    """
    if draft is None or draft.state is not DraftState.CONFIRMED:
        return False
    if row.in_doubt:  # what it became by Send again may come back to its review
        return False
    kept = bool(draft.written.waiting)
    return _takes_all(tx, row) or (kept and row.state in (OutboxState.SENT, OutboxState.ABANDONED))


def _takes_all(tx: Reading, row: OutboxRow) -> bool:
    """Was it left as not known, and not sent again before that?"""
    return row.state is OutboxState.ABANDONED and not earlier.after(tx, row)


def begin(tx: Transaction, row: OutboxRow, message: int | None, new_id: NewId) -> None:
    """To the same people as the first; the pressed button is stale, and what was kept is taken."""
    first = drafts.find(tx, row.owner, row.draft)
    if first is None or not offers_text(tx, row, first) or not outbox.show_anew(tx, row):
        raise Stale
    second = with_connection(tx, _blank(tx, first, new_id()))
    against = known(tx, second)
    if _takes_all(tx, row):
        second = fields.with_values(second, parts=first.written.parts)
    second = _with_kept(second, first.written)
    drafts.save(tx, fields.with_values(first, waiting=()))
    if against.letter is None and second.letter_number is not None:
        second = steps.ask(second, Wants.LETTER, number=second.letter_number)
    elif not fields.filled(second, Field.LETTER):
        second = steps.ask(second, Wants.UNREAD)
    else:
        second = steps.enter(second, Field.REVIEW, against)
    show_typed(tx, second)
    if message is None:
        show_if_there(tx, row)
    else:
        show_state(tx, row, message)


def _blank(tx: Transaction, first: Draft, draft_id: str) -> Draft:
    written = first.written
    return replace(
        first,
        id=draft_id,
        state=DraftState.COMPOSING,
        revision=1,
        field=Field.LETTER,
        guided=False,
        reviewed=False,
        whole=0,
        written=replace(
            written, parts=(), choices=(), waiting=(), sources=(), failure=None, stopped=None
        ),
        created_at=tx.now,
        updated_at=tx.now,
    )


def _with_kept(draft: Draft, written: Written) -> Draft:
    for typed in written.waiting:
        if fields.has_room(draft, typed):
            draft = fields.put_text(draft, typed)
        else:
            draft = steps.wait(draft, replace(typed, put_by=True))
    return draft
