"""Whatever stands in the rows, Telegram takes the card that shows them, in both languages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.account_cards import accounts_card, leaving_card
from handlers.admission_cards import admitted_card, approval_card
from handlers.connection_cards import attempt_card
from handlers.letter_card import letter_card
from handlers.outbox_card import outbox_card, told_below
from handlers.removal_cards import removal_card
from handlers.review_card import review_card, warnings
from handlers.step_cards import draft_card
from handlers.unknown_letter_card import sure_card
from mail.accounts import Leaving
from mail.removing import Removal
from mail.scenes import (
    AccountsScene,
    AdmittedScene,
    ApprovalScene,
    DraftScene,
    LetterScene,
    OutboxScene,
)
from mail.steps import SHOWS_REVIEW
from storage.records.connections import Account, Address, ConnectAttempt, Connection
from storage.records.drafts import Choice, Draft, DraftState, Field, Part, Typed, Wants, Written
from storage.records.letters import Letter, LetterText
from storage.records.people import Person
from storage.records.places import Place
from tests.integration.languages import EN, RU
from tests.unit.properties import any_rows
from tests.unit.properties.limits import check

NOW = datetime(2026, 9, 1, tzinfo=UTC)
FEWER = settings(max_examples=settings().max_examples // 4)  # these cards are long


@FEWER
@given(any_rows.DRAFT_SCENES)
def test_any_draft_can_be_shown(scene: DraftScene) -> None:
    own_text = scene.draft.field in SHOWS_REVIEW and bool(scene.draft.written.parts)
    check(lambda _: draft_card(scene, _), tame=not own_text)


@FEWER
@given(any_rows.DRAFTS)
def test_any_review_can_be_shown(draft: Draft) -> None:
    own_text = bool(draft.written.parts)  # it is shown as it goes out
    check(lambda _: review_card(DraftScene(draft, None, None), _), tame=not own_text)


@FEWER
@given(any_rows.LETTER_SCENES)
def test_any_letter_can_be_shown(scene: LetterScene) -> None:
    check(lambda _: letter_card(scene, _))


@given(any_rows.outbox_scenes())
def test_any_letter_on_its_way_can_be_shown(scene: OutboxScene) -> None:
    check(lambda _: outbox_card(scene, _))
    check(lambda _: sure_card(scene, _))
    check(lambda _: told_below(scene.row, _))


@FEWER
@given(any_rows.attempts())
def test_any_attempt_to_connect_can_be_shown(
    attempt: tuple[ConnectAttempt, Connection | None],
) -> None:
    check(lambda _: attempt_card(*attempt, _))


@FEWER
@given(any_rows.accounts_scenes())
def test_any_accounts_can_be_shown(found: tuple[Person, AccountsScene]) -> None:
    check(lambda _: accounts_card(*found, _))


@FEWER
@given(any_rows.LEAVINGS)
def test_any_question_before_disconnecting_can_be_shown(leaving: Leaving) -> None:
    check(lambda _: leaving_card(leaving, _))


@given(any_rows.APPROVALS)
def test_whoever_asks_to_be_let_in_can_be_shown(scene: ApprovalScene) -> None:
    check(lambda _: approval_card(scene, _))


@given(any_rows.REMOVALS)
def test_any_question_before_removing_somebody_can_be_shown(removal: Removal) -> None:
    check(lambda _: removal_card(removal, _))


@given(st.builds(AdmittedScene, st.booleans(), st.booleans()))
def test_whatever_was_decided_about_somebody_can_be_told(scene: AdmittedScene) -> None:
    check(lambda _: admitted_card(scene, _))


def a_step(field: Field, written: Written) -> DraftScene:
    draft = Draft(
        id="d" * 16,
        owner=1,
        place=Place(1),
        state=DraftState.COMPOSING,
        revision=1,
        field=field,
        guided=True,
        reviewed=False,
        whole=0,
        wants=Wants.NOTHING,
        asked_at_revision=1,
        connection="c" * 16,
        letter_number=15,
        letter=None,
        written=written,
        created_at=NOW,
        updated_at=NOW,
    )
    return DraftScene(draft, None, None)


def test_unseen_characters_typed_while_looking_do_not_spoil_the_card() -> None:
    written = Written(waiting=(Typed(1, "\u200b", "\u200b"),))
    check(lambda _: draft_card(a_step(Field.LETTER, written), _))


def test_an_address_of_a_sender_with_too_long_names_cannot_be_tapped() -> None:
    sender = f"{'Jane ' * 100} </start@jane.example>"
    text = LetterText("", "Order", sender, "", "", None, False, "", "Hello")
    letter = Letter("l" * 16, 1, "c" * 16, 15, text, NOW)
    connection = Connection("c" * 16, 1, HERE, Account(), NOW, 1)
    check(lambda _: letter_card(LetterScene(letter, connection), _))


HERE = Address("https", "acme.example", None, "", 1, "")
MANY = tuple(f"{n:064}@{'x' * 63}.{'y' * 63}.{'z' * 50}.example" for n in range(100))


ABROAD = tuple(f"{n:064}@{'.'.join(['xn--mller-kva'] * 12)}.example" for n in range(100))


@pytest.mark.parametrize("many", [MANY, ABROAD])
def test_the_review_of_the_longest_addresses_still_says_what_to_look_at(
    many: tuple[str, ...],
) -> None:
    written = Written(
        sender=many[0],
        to=many[:34],
        cc=many[34:67],
        bcc=("no-reply" + many[0][8:], *many[67:99]),
        subject="Re: " + "字" * 900,
        parts=(Part(1, "See the attached " + "word " * 700, 3500),),
    )
    scene = a_step(Field.REVIEW, written)
    for texts in (EN, RU):
        shown = draft_card(scene, texts)
        assert shown.content()[0] == shown.text.render()[0], "nothing is cut away"
        assert shown.content()[0].endswith(warnings(written, texts)[-1])
        assert texts("Show all") in [b.label for row in shown.keyboard for b in row]


def test_a_text_that_the_longest_addresses_leave_no_room_for_can_be_shown_whole() -> None:
    """Alone it would fit."""
    text = "word " * 480
    written = Written(MANY[0], MANY[:1], MANY[1:2], MANY[2:3], "s" * 900, (Part(1, text, 2400),))
    shown = draft_card(a_step(Field.REVIEW, written), EN)
    cut_short = text.strip() not in shown.content()[0]
    labels = [button.label for row in shown.keyboard for button in row]
    assert cut_short == ("Show all" in labels)


def test_two_hundred_senders_get_as_many_buttons_as_telegram_takes() -> None:
    choices = tuple(Choice(f"desk{n}@acme.example") for n in range(200))
    scene = a_step(Field.SENDER, Written(choices=choices))
    check(lambda _: draft_card(scene, _))
    labels = [button.label for row in draft_card(scene, EN).keyboard for button in row]
    assert labels[-2:] == ["Back", "Cancel"]
