"""Buttons fit Telegram's 64 bytes with the largest ids, and every step has a way back and out."""

from datetime import UTC, datetime
from gettext import NullTranslations
from typing import Any, get_type_hints

import pytest
from aiogram.filters.callback_data import CallbackData

from handlers import admission_cards, buttons, connection_cards
from handlers.step_cards import draft_card
from handlers.texts import Texts
from mail.fields import COPIES
from mail.scenes import DraftScene
from mail.steps import SHOWS_REVIEW
from storage.records.drafts import Draft, DraftState, Field, Part, Wants, Written
from storage.records.places import Place

NOW = datetime(2026, 9, 1, tzinfo=UTC)
ENGLISH = Texts("en", NullTranslations())
LARGEST = {
    int: 2**52,  # Telegram's ids have at most 52 significant bits
    bool: True,
    str: "a" * 16,  # our ids
}
BUTTONS = sorted(CallbackData.__subclasses__(), key=lambda button: button.__name__)


def _largest(kind: Any) -> Any:
    if kind in LARGEST:
        return LARGEST[kind]
    return max(kind, key=lambda member: len(str(member.value)))


def test_the_buttons_were_found() -> None:
    modules = {button.__module__ for button in BUTTONS}
    assert {module.__name__ for module in (buttons, connection_cards, admission_cards)} <= modules


@pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.__name__)
def test_a_button_packs_into_64_bytes_with_the_largest_ids(button: type[CallbackData]) -> None:
    hints = get_type_hints(button)
    values = {name: _largest(hints[name]) for name in button.model_fields}
    if "argument" in values:
        values["argument"] = max((field.value for field in Field), key=len)
    if "revision" in values:
        values["revision"] = 10**9
    packed = button(**values).pack()
    assert len(packed.encode()) <= 64
    assert button.unpack(packed) == button(**values)


def test_no_two_kinds_of_button_share_a_prefix() -> None:
    prefixes = [button.__prefix__ for button in BUTTONS]
    assert len(set(prefixes)) == len(prefixes)


def _draft(field: Field, *, reviewed: bool = False, wants: Wants = Wants.NOTHING) -> Draft:
    return Draft(
        id="d" * 16,
        owner=1,
        place=Place(1),
        state=DraftState.COMPOSING,
        revision=1,
        field=field,
        guided=not reviewed,
        reviewed=reviewed,
        whole=0,
        wants=wants,
        asked_at_revision=1,
        connection="c" * 16,
        letter_number=15,
        letter=None,
        written=Written(parts=(Part(1, "Hello", 5),)),
        created_at=NOW,
        updated_at=NOW,
    )


@pytest.mark.parametrize("reviewed", [False, True], ids=["new", "reviewed"])
@pytest.mark.parametrize("field", list(Field))
def test_every_step_has_a_way_back_and_a_way_out(field: Field, *, reviewed: bool) -> None:
    draft = _draft(field, reviewed=reviewed or field in (*COPIES, *SHOWS_REVIEW))
    labels = _labels(draft)
    assert {"Back", "Cancel"} <= labels


@pytest.mark.parametrize("wants", [Wants.UNREAD, Wants.LETTER])
def test_looking_has_a_way_back_and_a_way_out(wants: Wants) -> None:
    assert _labels(_draft(Field.LETTER, wants=wants)) == {"Back", "Cancel"}


def _labels(draft: Draft) -> set[str]:
    shown = draft_card(DraftScene(draft, None, None), ENGLISH)
    return {button.label for row in shown.keyboard for button in row}
