"""A letter that goes by itself is not to be "tried again later" by its reader."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bitrix24.errors import FailureCode
from handlers.failure_sentences import FAILURES
from handlers.outbox_card import outbox_card
from mail.scenes import OutboxScene
from storage.records.failures import Failure
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place
from tests.unit.handlers.english import EN

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANNA = 1001
ROW = OutboxRow(
    id="o" * 16,
    owner=ANNA,
    place=Place(ANNA),
    draft="d" * 16,
    connection="c" * 16,
    method="mail.message.reply",
    idempotency_key="k" * 32,
    body=b"{}",
    body_sha256="",
    envelope=Envelope("a@a.example", ("to@b.example",), (), (), "Hi"),
    state=OutboxState.DEFERRED,
    why=Why.NOTHING,
    revision=1,
    due_at=NOON,
    lease_epoch=0,
    attempts=1,
    first_wire_at=None,
    failure=Failure("unreachable"),
    accepted_to=(),
    created_at=NOON,
    updated_at=NOON,
    next_at=NOON + timedelta(seconds=40),
    deferrals=1,
)


def lines(row: OutboxRow) -> list[str]:
    text, _ = outbox_card(OutboxScene(row, None, None, rings=False), EN).content()
    return text.splitlines()


def test_why_until_when_and_what_may_be_done() -> None:
    assert lines(ROW)[:4] == [
        "Not sent: the portal cannot be reached. ⏳",
        "The letter waits and goes out by itself; nothing of it is lost.",
        "It is tried about once a minute, until Feb 1, 2026, 12:00 UTC.",
        "“Try again” tries at once, “Cancel” opens the letter again.",
    ]


def test_a_long_pause_is_told_with_its_end() -> None:
    row = replace(ROW, failure=Failure("operating_time"), next_at=NOON + timedelta(minutes=8))
    assert lines(row)[2] == (
        "It is tried from 12:08 UTC on, about once a minute, until Feb 1, 2026, 12:00 UTC."
    )


@pytest.mark.parametrize("state", [OutboxState.DEFERRED, OutboxState.QUEUED])
@pytest.mark.parametrize("code", [code.value for code in FailureCode if code.value in FAILURES])
def test_a_letter_that_goes_by_itself_was_to_be_tried_again_later(
    code: str, state: OutboxState
) -> None:
    said = "\n".join(lines(replace(ROW, state=state, failure=Failure(code))))
    assert "try again" not in said
    assert "goes out by itself" in said
