"""What strangers and admins read."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.admission_cards import (
    LetInButton,
    admitted_card,
    approval_card,
    invite_text,
    no_use_text,
    start_text,
    stranger_text,
)
from handlers.cards import Shown
from handlers.closed_cards import closed_card
from handlers.removal_cards import RemovalPress, RemoveButton, removal_card
from mail.people import Answer
from mail.removing import Removal
from mail.scenes import AdmittedScene, ApprovalScene
from mail.without_access import ClosedScene, Closure
from storage.records.people import Access, Person
from tests.unit.handlers.english import EN, fit_for_people

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def stranger(access: Access, username: str = "oleg", connection: str | None = None) -> Person:
    name = "You won! Press Let in"
    return Person(2**52, name, username, "ru", access, False, connection, NOON, 2**31)


def card_of(person: Person) -> Shown:
    return approval_card(ApprovalScene(person), EN)


def labels(card: Shown) -> list[str]:
    return [button.label for row in card.keyboard for button in row]


@pytest.mark.parametrize(
    ("access", "buttons"),
    [
        (Access.WAITING, ["Let in", "Refuse"]),
        (Access.ADMITTED, ["Remove access"]),
        (Access.REFUSED, []),
    ],
)
def test_only_who_waits_can_be_decided_about(access: Access, buttons: list[str]) -> None:
    assert labels(card_of(stranger(access))) == buttons


def test_the_card_of_somebody_removed_does_not_change_how_they_came() -> None:
    removed = replace(stranger(Access.REFUSED), removed=True)
    text, _ = card_of(removed).content()
    assert text.splitlines() == [f"{2**52} @oleg", "Was removed ❌"]


def test_an_admin_has_no_button_to_be_removed_by() -> None:
    assert labels(card_of(replace(stranger(Access.ADMITTED), admin=True))) == []


def test_who_came_through_an_open_door_never_asked() -> None:
    came = replace(stranger(Access.ADMITTED), asked_at=None)
    text, _ = approval_card(ApprovalScene(came), EN).content()
    assert text.startswith("Somebody began to use this bot:")
    again = replace(stranger(Access.WAITING), removed=True)
    text, _ = approval_card(ApprovalScene(again), EN).content()
    assert text.startswith("Somebody asks to use this bot:")


def test_who_came_by_a_link_is_told_apart_from_who_asked() -> None:
    oleg = stranger(Access.ADMITTED)
    text, _ = approval_card(ApprovalScene(oleg, by_link=True), EN).content()
    assert text.splitlines()[:2] == ["Somebody came in by your link:", f"{2**52} @oleg"]
    text, _ = card_of(replace(oleg, access=Access.REFUSED, removed=True)).content()
    assert text.splitlines()[1] == "Was removed ❌"


def test_the_question_says_what_removing_costs() -> None:
    oleg = stranger(Access.ADMITTED)
    costly = removal_card(Removal(oleg, connections=1, letters=2, on_the_wire=1, drafts=3), EN)
    text, _ = costly.content()
    assert text.splitlines()[:5] == [
        f"Remove {2**52} @oleg?",
        "2 letters that have not left will be cancelled.",
        "1 letter is on its way and cannot be stopped.",
        "3 drafts will be set aside.",
        "1 webhook will be forgotten.",
    ]
    assert labels(costly) == ["Remove access", "Back"]
    text, _ = removal_card(
        Removal(oleg, connections=0, letters=0, on_the_wire=0, drafts=0), EN
    ).content()
    assert len(text.splitlines()) == 2
    remove, back = (RemoveButton.unpack(button.data) for button in costly.keyboard[0])
    assert (remove.person, remove.revision) == (2**52, 2**31)
    assert (remove.press, back.press) == (RemovalPress.REMOVE, RemovalPress.BACK)


def test_a_link_stands_alone_on_its_line() -> None:
    assert invite_text("https://t.me/bot?start=x", EN).splitlines()[1] == "https://t.me/bot?start=x"
    assert "24 hours" in invite_text("", EN)
    assert "admin" in no_use_text(EN)


def test_an_admin_sees_number_and_username_and_no_invented_name() -> None:
    text, _ = card_of(stranger(Access.WAITING)).content()
    assert text.splitlines()[1] == f"{2**52} @oleg"
    assert "You won" not in text


def test_somebody_without_a_username_was_a_bare_number() -> None:
    waiting = stranger(Access.WAITING, username="")
    text, _ = card_of(replace(waiting, name="Oleg\nWas let in ✅ /start @anna")).content()
    assert text.splitlines()[1] == (
        f"{2**52}, by their own account “Oleg Was let in ✅ /\u2060start @\u2060anna”"
    )
    assert len(text.splitlines()) == 2
    text, _ = card_of(replace(waiting, name="x" * 300)).content()
    assert "…”" in text
    text, _ = card_of(replace(waiting, name="\u200b")).content()
    assert text.splitlines()[1] == str(2**52)


def test_the_buttons_say_who_and_what() -> None:
    (row,) = card_of(stranger(Access.WAITING)).keyboard
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
    scenes = (AdmittedScene(True), AdmittedScene(False), AdmittedScene(False, removed=True))
    assert len({admitted_card(scene, EN).content()[0] for scene in scenes}) == len(scenes)


def test_row_90_each_card_of_the_removed_says_in_a_line_of_its_own_what_became_of_it() -> None:
    cards = [closed_card(ClosedScene(closure), EN) for closure in Closure]
    lines = [card.content()[0] for card in cards]
    assert len(set(lines)) == len(lines)
    assert all(fit_for_people(line) for line in lines)
    assert [card.keyboard for card in cards] == [()] * len(cards)
    assert {card.kind for card in cards} == {None}, "the row stays, to be shown again"
