"""A letter on its way, for the tests of its cards."""

from dataclasses import replace
from datetime import UTC, datetime

from bitrix24.letter_bodies import reply_body
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANNA = 1001
ENVELOPE = Envelope("a@a.example", ("to@b.example",), (), (), "Hi")


def a_row(
    envelope: Envelope = ENVELOPE, state: OutboxState = OutboxState.SENT, html: str = ""
) -> OutboxRow:
    to, subject = envelope.to, envelope.subject
    body = reply_body(letter_number=15, sender=envelope.sender, to=to, subject=subject, html=html)
    return replace(_ROW, envelope=envelope, state=state, body=body)


_ROW = OutboxRow(
    id="o" * 16,
    owner=ANNA,
    place=Place(ANNA),
    draft="d" * 16,
    connection="c" * 16,
    method="mail.message.reply",
    idempotency_key="k" * 32,
    body=b"{}",
    body_sha256="",
    envelope=ENVELOPE,
    state=OutboxState.SENT,
    why=Why.NOTHING,
    revision=1,
    due_at=NOON,
    lease_epoch=0,
    attempts=0,
    first_wire_at=None,
    failure=None,
    accepted_to=(),
    created_at=NOON,
    updated_at=NOON,
)
