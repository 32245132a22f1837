"""Whatever stands in the rows, Telegram takes the card that shows them, in both languages."""

from datetime import UTC, datetime

from hypothesis import given, settings

from handlers.connection_cards import attempt_card
from handlers.letter_card import letter_card
from handlers.outbox_card import outbox_card, sure_card, told_below
from handlers.review_card import review_card
from handlers.step_cards import draft_card
from mail.showing import DraftScene, LetterScene, OutboxScene
from storage.records.connections import ConnectAttempt, Connection
from storage.records.drafts import Choice, Draft, DraftState, Field, Typed, Wants, Written
from storage.records.places import Place
from tests.integration.languages import EN
from tests.unit.properties import any_rows
from tests.unit.properties.limits import check

NOW = datetime(2026, 9, 1, tzinfo=UTC)
FEWER = settings(max_examples=settings().max_examples // 2)  # these cards are long


@FEWER
@given(any_rows.DRAFT_SCENES)
def test_any_draft_can_be_shown(scene: DraftScene) -> None:
    check(lambda _: draft_card(scene, _))


@FEWER
@given(any_rows.DRAFTS)
def test_any_review_can_be_shown(draft: Draft) -> None:
    check(lambda _: review_card(draft, _))


@FEWER
@given(any_rows.LETTER_SCENES)
def test_any_letter_can_be_shown(scene: LetterScene) -> None:
    check(lambda _: letter_card(scene, _))


@given(any_rows.outbox_scenes())
def test_any_letter_on_its_way_can_be_shown(scene: OutboxScene) -> None:
    check(lambda _: outbox_card(scene, _))
    check(lambda _: sure_card(scene.row, _))
    check(lambda _: told_below(scene.row, _))


@given(any_rows.attempts())
def test_any_attempt_to_connect_can_be_shown(
    attempt: tuple[ConnectAttempt, Connection | None],
) -> None:
    check(lambda _: attempt_card(*attempt, _))


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


def test_two_hundred_senders_get_as_many_buttons_as_telegram_takes() -> None:
    choices = tuple(Choice(f"desk{n}@acme.example") for n in range(200))
    scene = a_step(Field.SENDER, Written(choices=choices))
    check(lambda _: draft_card(scene, _))
    labels = [button.label for row in draft_card(scene, EN).keyboard for button in row]
    assert labels[-2:] == ["Back", "Cancel"]
