"""Another answer to a letter, with what was typed for the first one when that could not take it."""

from dataclasses import replace

from mail import fields, steps
from mail.draft_changes import known, show_typed, with_connection
from mail.errors import Stale
from mail.ports import NewId
from storage import drafts
from storage.database import Transaction
from storage.records.drafts import Draft, DraftState, Field, Wants, Written
from storage.records.outbox import OutboxRow, OutboxState

# The letter comes back to its review no more, so its card offers what was kept.
OFFERS_KEPT = (OutboxState.SENT, OutboxState.ABANDONED)


def offers_kept(row: OutboxRow, draft: Draft | None) -> bool:
    """Is there text kept with this letter that only another answer can take?"""
    if draft is None or draft.state is not DraftState.CONFIRMED:
        return False
    if row.in_doubt:  # what it became by Send again may come back to its review
        return False
    return row.state in OFFERS_KEPT and bool(draft.written.waiting)


def begin(tx: Transaction, row: OutboxRow, new_id: NewId) -> None:
    """To the same people as the first; what was kept is its text, and is offered no more."""
    first = drafts.find(tx, row.owner, row.draft)
    if first is None or not offers_kept(row, first):
        raise Stale
    second = with_connection(tx, _blank(tx, first, new_id()))
    against = known(tx, second)
    second = _with_kept(second, first.written)
    drafts.save(tx, fields.with_values(first, waiting=()))
    if against.letter is None and second.letter_number is not None:
        second = steps.ask(second, Wants.LETTER, number=second.letter_number)
    elif not fields.filled(second, Field.LETTER):
        second = steps.ask(second, Wants.UNREAD)
    else:
        second = steps.enter(second, Field.REVIEW, against)
    show_typed(tx, second)


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
