"""A letter is told to go: its draft is confirmed, and a row of the outbox holds what will leave."""

import hashlib
from dataclasses import replace
from datetime import timedelta

from bitrix24.methods import reply_body
from mail import body
from mail.draft_changes import known
from mail.errors import BadValue, Limit, LimitReached, SendPressed
from mail.fields import filled
from mail.outbox_changes import show_state
from mail.ports import NewId
from mail.steps import STEPS
from storage import drafts, outbox, outbox_lists
from storage.database import Reading, Transaction
from storage.records.drafts import Draft, DraftState
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place

REPLY = "mail.message.reply"
SENDS_AN_HOUR = 200

_GOES = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.SENDING)


def confirm(tx: Transaction, draft: Draft, message: int, new_id: NewId, undo: timedelta) -> None:
    """Send was pressed on its review; NotConnected, BadValue or LimitReached before that."""
    known(tx, draft)  # NotConnected before anything is told to go
    missing = next((field for field in STEPS if not filled(draft, field)), None)
    if missing is not None:
        raise BadValue(missing, "missing")
    check_limit(tx, draft.owner)
    confirmed = replace(draft, state=DraftState.CONFIRMED, revision=draft.revision + 1)
    drafts.save(tx, confirmed)
    row = new_row(tx, confirmed, new_id, undo)
    outbox.add(tx, row)
    show_state(tx, row, message)


def new_row(tx: Transaction, draft: Draft, new_id: NewId, undo: timedelta) -> OutboxRow:
    """The exact bytes of the call under a key of their own; it goes once Undo is over."""
    written, number = draft.written, draft.letter_number
    assert number is not None, "the letter step is filled"
    payload = reply_body(
        letter_number=number,
        sender=written.sender,
        to=written.to,
        cc=written.cc,
        bcc=written.bcc,
        subject=written.subject,
        html=body.joined([part.html for part in written.parts]),
    )
    held = undo > timedelta(0)
    return OutboxRow(
        id=new_id(),
        owner=draft.owner,
        place=draft.place,
        draft=draft.id,
        connection=draft.connection,
        method=REPLY,
        idempotency_key=new_id() + new_id(),
        body=payload,
        body_sha256=hashlib.sha256(payload).hexdigest(),
        envelope=Envelope(written.sender, written.to, written.cc, written.bcc, written.subject),
        state=OutboxState.HELD if held else OutboxState.QUEUED,
        why=Why.NOTHING,
        revision=1,
        due_at=tx.now + undo,
        lease_epoch=0,
        attempts=0,
        first_wire_at=None,
        failure=None,
        accepted_to=(),
        created_at=tx.now,
        updated_at=tx.now,
    )


def check_first_press(tx: Reading, person: int, place: Place, draft_id: str) -> None:
    """SendPressed, if this person has told the letter to go, and it does or did."""
    draft = drafts.find(tx, person, draft_id)
    if draft is None or draft.place != place or draft.state is not DraftState.CONFIRMED:
        return
    row = outbox.newest_of_draft(tx, person, draft_id)
    if row is not None and row.state in (*_GOES, OutboxState.SENT):
        raise SendPressed(left=row.state is OutboxState.SENT)


def check_limit(tx: Reading, owner: int) -> None:
    """LimitReached, if this person has told too many letters to go lately."""
    if outbox_lists.count_since(tx, owner, tx.now - timedelta(hours=1)) >= SENDS_AN_HOUR:
        raise LimitReached(Limit.SENDS, SENDS_AN_HOUR)
