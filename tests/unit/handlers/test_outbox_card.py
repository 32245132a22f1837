"""Whom a letter goes to stands on its card: copies too, hidden ones for its writer's eyes only."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.outbox_card import outbox_card
from handlers.outbox_list_card import outbox_list_card
from mail.scenes import OutboxListScene, OutboxScene
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place
from tests.unit.handlers.english import EN

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANNA = 1001


def a_row(envelope: Envelope, state: OutboxState = OutboxState.SENT) -> OutboxRow:
    return OutboxRow(
        id="o" * 16,
        owner=ANNA,
        place=Place(ANNA),
        draft="d" * 16,
        connection="c" * 16,
        method="mail.message.reply",
        idempotency_key="k" * 32,
        body=b"{}",
        body_sha256="",
        envelope=envelope,
        state=state,
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


def lines(row: OutboxRow) -> list[str]:
    text, _ = outbox_card(OutboxScene(row, None, None, rings=False), EN).content()
    return text.splitlines()


COPIED = Envelope("a@a.example", ("to@b.example",), ("cc@b.example",), ("bcc@b.example",), "Hi")


def test_the_sent_card_named_to_only() -> None:
    assert lines(a_row(COPIED)) == [
        "Sent to to@b.example ✅",
        "Cc: cc@b.example",
        "Bcc: bcc@b.example",
        "12:00 UTC",
        "Subject: Hi",
    ]


@pytest.mark.parametrize("state", [OutboxState.HELD, OutboxState.QUEUED, OutboxState.DEFERRED])
def test_who_gets_a_copy_stands_there_while_it_can_be_stopped(state: OutboxState) -> None:
    shown = lines(a_row(COPIED, state))
    place = shown.index("To: to@b.example")
    assert shown[place + 1 : place + 3] == ["Cc: cc@b.example", "Bcc: bcc@b.example"]


@pytest.mark.parametrize("state", list(OutboxState))
def test_hidden_copies_are_never_shown_in_a_group(state: OutboxState) -> None:
    row = replace(a_row(COPIED, state), place=Place(-100))
    assert "bcc@b.example" not in "\n".join(lines(row))


def test_a_hundred_long_addresses_leave_room_for_the_subject() -> None:
    many = tuple(f"{n:03}{'x' * 60}@{'y' * 60}.{'z' * 60}.{'w' * 60}.example" for n in range(100))
    shown = lines(a_row(Envelope("a@a.example", many, many, many, "Hi")))
    assert shown[-1] == "Subject: Hi"
    assert shown[1].startswith("Cc: 000xxx")
    assert shown[1].endswith("more")


def test_an_address_in_the_list_had_an_invisible_character() -> None:
    row = a_row(replace(COPIED, to=("/start@x.example",)))
    text, entities = outbox_list_card(OutboxListScene((), (row,), NOON), EN).content()
    assert "\n/start@x.example · " in text
    assert [one.type for one in entities] == ["bold", "bold", "code"]


def test_the_list_said_on_its_way_of_what_waits_for_the_portal() -> None:
    row = replace(a_row(COPIED, OutboxState.QUEUED), deferrals=3)
    text, _ = outbox_list_card(OutboxListScene((row,), (), NOON), EN).content()
    assert "1. Waits for the portal ⏳" in text
