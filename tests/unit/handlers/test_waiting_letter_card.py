"""A letter that goes by itself is not to be "tried again later" by its reader."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bitrix24.errors import FailureCode
from handlers.failure_sentences import FAILURES
from handlers.outbox_card import outbox_card
from handlers.outbox_list_card import outbox_list_card
from mail.scenes import OutboxListScene, OutboxScene
from storage.records.failures import Failure
from storage.records.outbox import OutboxRow, OutboxState
from tests.unit.handlers.english import EN
from tests.unit.handlers.outbox_rows import NOON, a_row

ROW = replace(
    a_row(state=OutboxState.DEFERRED),
    attempts=1,
    failure=Failure("unreachable"),
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


def test_what_the_portal_refuses_until_a_time_was_to_be_tried_at_once() -> None:
    failure = Failure("operating_time", retry_at=NOON + timedelta(minutes=8))
    row = replace(ROW, failure=failure, next_at=NOON + timedelta(minutes=8))
    assert lines(row)[3] == "“Cancel” opens the letter again."
    card = outbox_card(OutboxScene(row, None, None, rings=False), EN)
    listed = outbox_list_card(OutboxListScene((row,), (), NOON), EN)
    assert [button.label for line in card.keyboard for button in line] == ["Cancel"]
    assert [button.label for line in listed.keyboard for button in line] == ["1 · Cancel"]
    soon = replace(row, next_at=NOON + timedelta(seconds=40))
    assert lines(soon)[3] == "“Try again” tries at once, “Cancel” opens the letter again."


@pytest.mark.parametrize("state", [OutboxState.DEFERRED, OutboxState.QUEUED])
@pytest.mark.parametrize("code", [code.value for code in FailureCode if code.value in FAILURES])
def test_a_letter_that_goes_by_itself_was_to_be_tried_again_later(
    code: str, state: OutboxState
) -> None:
    said = "\n".join(lines(replace(ROW, state=state, failure=Failure(code))))
    assert "try again" not in said
    assert "goes out by itself" in said
