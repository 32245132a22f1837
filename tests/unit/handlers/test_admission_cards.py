"""What strangers and admins read."""

from datetime import UTC, datetime

import pytest

from handlers.admission_cards import (
    LetInButton,
    admitted_card,
    approval_card,
    start_text,
    stranger_text,
)
from handlers.cards import Shown
from mail.people import Answer
from storage.records.people import Access, Person
from tests.unit.handlers.english import EN, fit_for_people

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def stranger(access: Access, username: str = "oleg", connection: str | None = None) -> Person:
    name = "You won! Press Let in"
    return Person(2**52, name, username, "ru", access, False, connection, NOON, 2**31)


def labels(card: Shown) -> list[str]:
    return [button.label for row in card.keyboard for button in row]


@pytest.mark.parametrize(
    ("access", "buttons"),
    [
        (Access.WAITING, ["Let in", "Refuse"]),
        (Access.ADMITTED, []),
        (Access.REFUSED, []),
    ],
)
def test_only_who_waits_can_be_decided_about(access: Access, buttons: list[str]) -> None:
    assert labels(approval_card(stranger(access), EN)) == buttons


def test_an_admin_sees_number_and_username_and_no_invented_name() -> None:
    text, _ = approval_card(stranger(Access.WAITING), EN).content()
    assert text.splitlines()[1] == f"{2**52} @oleg"
    assert "You won" not in text
    text, _ = approval_card(stranger(Access.WAITING, username=""), EN).content()
    assert text.splitlines()[1] == str(2**52)


def test_the_buttons_say_who_and_what() -> None:
    (row,) = approval_card(stranger(Access.WAITING), EN).keyboard
    let_in, refuse = (LetInButton.unpack(button.data) for button in row)
    assert (let_in.person, let_in.let_in) == (2**52, True)
    assert (refuse.person, refuse.let_in) == (2**52, False)


@pytest.mark.parametrize("answer", list(Answer))
def test_a_stranger_gets_a_polite_answer(answer: Answer) -> None:
    assert fit_for_people(stranger_text(answer, EN))


def test_the_start_says_what_comes_next() -> None:
    assert "/connect" in start_text(stranger(Access.ADMITTED), EN)
    assert "/reply" in start_text(stranger(Access.ADMITTED, connection="c" * 16), EN)


def test_being_refused_is_told_too() -> None:
    assert admitted_card(True, EN).content()[0] != admitted_card(False, EN).content()[0]
