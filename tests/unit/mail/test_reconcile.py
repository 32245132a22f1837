"""A letter is found in its thread only if it is new there and the same in every respect."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bitrix24.models import ThreadLetter
from mail import reconcile
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place

NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
HTML = "Dear Jane,<br><br>a &lt; b &amp; <b>thanks</b> — «да» 🙂"
TEXT = "Dear Jane,\n\na < b & thanks — «да» 🙂"
ROW = OutboxRow(
    id="r" * 16,
    owner=1,
    place=Place(1),
    draft="d" * 16,
    connection="c" * 16,
    method="mail.message.reply",
    idempotency_key="k" * 32,
    body=b"{}",
    body_sha256="",
    envelope=Envelope("support@acme.example", ("jane@client.example", "bob@client.example")),
    state=OutboxState.VERIFYING,
    why=Why.NOTHING,
    revision=3,
    due_at=NOON,
    lease_epoch=1,
    attempts=1,
    first_wire_at=NOON,
    failure=None,
    accepted_to=(),
    created_at=NOON,
    updated_at=NOON,
    baseline=(15, 16),
)
OURS = ThreadLetter.model_validate(
    {
        "id": 17,
        "from": "Support <SUPPORT@acme.example>",
        "to": "Bob <bob@client.example>, jane@client.example",
        "date": "2026-09-01T12:00:05+00:00",
        "body": TEXT + "\n\nOn Monday Jane wrote:\n> Where is my order?",
    }
)


def found(letter: ThreadLetter, row: OutboxRow = ROW) -> bool:
    return reconcile.find(row, HTML, [letter]) is letter


def test_our_letter_is_found() -> None:
    assert found(OURS)
    assert found(OURS.model_copy(update={"body": TEXT.replace("\n", " ")}))
    assert found(OURS.model_copy(update={"date": None}))
    assert found(OURS.model_copy(update={"date": NOON - timedelta(minutes=1)}))


@pytest.mark.parametrize(
    "change",
    [
        {"id": 16},
        {"from_": "jane@client.example"},
        {"from_": ""},
        {"to": "bob@client.example"},
        {"to": ""},
        {"date": NOON - timedelta(minutes=3)},
        {"body": ""},
        {"body": "Dear Jane, something else"},
        {"body": "> " + TEXT},
    ],
)
def test_what_differs_is_not_ours(change: dict[str, object]) -> None:
    assert not found(OURS.model_copy(update=change))


def test_without_a_baseline_nothing_is_proven() -> None:
    assert not found(OURS, replace(ROW, baseline=None))
    assert not found(OURS, replace(ROW, first_wire_at=None))


def test_only_the_beginning_of_a_long_text_is_compared() -> None:
    long = "word " * 100
    cut = OURS.model_copy(update={"body": long[:400]})
    assert reconcile.find(ROW, long, [cut]) is cut
