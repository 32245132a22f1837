"""A letter is found in its thread only if it is new there and the same in every respect."""

import json
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
    body=json.dumps({"body": HTML}).encode(),
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
    return row.id in reconcile.look([row], [letter]).left


def later(seconds: float, number: int = 2) -> OutboxRow:
    """The same letter, sent again so much later."""
    at = NOON + timedelta(seconds=seconds)
    return replace(ROW, id=f"{number:016}", first_wire_at=at, created_at=at)


def copy_at(seconds: float, number: int = 17) -> ThreadLetter:
    at = NOON + timedelta(seconds=seconds)
    return OURS.model_copy(update={"id": number, "date": at})


def seen(rows: list[OutboxRow], *thread: ThreadLetter) -> tuple[list[int], list[int]]:
    """Which of them left, and which may have."""
    sight = reconcile.look(rows, thread)
    numbered = list(enumerate(rows, start=1))
    return (
        [number for number, row in numbered if row.id in sight.left],
        [number for number, row in numbered if row.id in sight.perhaps],
    )


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
    assert found(cut, replace(ROW, body=json.dumps({"body": long}).encode()))


def test_a_copy_of_the_first_letter_proved_that_the_second_had_left() -> None:
    assert seen([ROW, later(300)], copy_at(5)) == ([1], [])
    assert seen([ROW, later(60)], copy_at(5)) == ([], [1, 2]), "the clocks may differ so much"
    assert seen([ROW, later(300)], copy_at(305)) == ([], [1, 2]), "it may have gone slowly"


def test_as_many_copies_as_letters_prove_that_all_of_them_left() -> None:
    two, three = later(300), later(600, 3)
    assert seen([ROW, two], copy_at(5), copy_at(305, 18)) == ([1, 2], [])
    assert seen([ROW, two], copy_at(304), copy_at(305, 18)) == ([1, 2], [])
    assert seen([ROW, two, three], copy_at(5), copy_at(605, 18)) == ([1], [2, 3])
    assert seen([ROW, two, three], copy_at(5), copy_at(6, 18)) == ([1], []), "one is a stranger's"


def test_a_call_that_was_repeated_may_have_left_two_copies() -> None:
    first = replace(ROW, replays=1)
    assert seen([first, later(60)], copy_at(5), copy_at(50, 18)) == ([1], [2])
    assert seen([first, later(60)], copy_at(5), copy_at(50, 18), copy_at(65, 19)) == ([1, 2], [])


def test_copies_that_one_call_cannot_have_made_are_those_of_its_repeat_too() -> None:
    first, second = replace(ROW, replays=1), later(60)
    three = [copy_at(5), copy_at(50, 18), copy_at(65, 19)]
    assert reconcile.look([first], three[:1]).twice == frozenset()
    assert reconcile.look([first], three[:2]).twice == {first.id}
    assert reconcile.look([first, second], three[:2]).twice == frozenset(), "one may be the other's"
    assert reconcile.look([first, second], three).twice == {first.id}
    assert reconcile.look([ROW], three[:2]).twice == frozenset(), "one is a stranger's"


def test_a_letter_without_a_baseline_may_own_what_is_found() -> None:
    assert seen([ROW, replace(later(10), baseline=None)], copy_at(15)) == ([], [1])
