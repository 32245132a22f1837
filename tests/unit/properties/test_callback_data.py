"""What stands in a button comes back as it was, and what nobody packed is taken for nothing."""

from typing import Any, get_type_hints

import pytest
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, User
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.properties.any_rows import IDS
from tests.unit.properties.forged import BUTTONS, MOST_DATA, almost_packed

LARGEST = 2**52

every_button = pytest.mark.parametrize("button", BUTTONS, ids=lambda button: button.__name__)


def _values(name: str, kind: Any) -> st.SearchStrategy[Any]:
    if kind is bool:
        return st.booleans()
    if kind is int:
        return st.integers(0, 10**9 if name == "revision" else LARGEST)
    if kind is str:
        return st.text("abc019", max_size=10) if name == "argument" else IDS
    return st.sampled_from(kind)


def _buttons(button: type[CallbackData]) -> st.SearchStrategy[CallbackData]:
    hints = get_type_hints(button)
    return st.builds(button, **{name: _values(name, hints[name]) for name in button.model_fields})


@every_button
@given(data=st.data())
def test_what_a_button_carries_comes_back(button: type[CallbackData], data: st.DataObject) -> None:
    packed = data.draw(_buttons(button))
    assert len(packed.pack().encode()) <= MOST_DATA
    assert button.unpack(packed.pack()) == packed


@every_button
@given(data=st.data())
async def test_forged_data_is_taken_for_nothing(
    button: type[CallbackData], data: st.DataObject
) -> None:
    text = data.draw(st.one_of(st.text(max_size=MOST_DATA), almost_packed(button)))
    somebody = User(id=1, is_bot=False, first_name="Oleg")
    press = CallbackQuery(id="1", from_user=somebody, chat_instance="1", data=text)
    found = await button.filter()(press)
    assert found is False or isinstance(found["callback_data"], button)


def test_the_buttons_were_found() -> None:
    assert len(BUTTONS) >= 8


@pytest.mark.parametrize(
    "forged", ["l:" + "9" * 30 + ":1:1", "t:" + "9" * 30 + ":0", "t:-" + "9" * 30 + ":1"]
)
def test_an_id_larger_than_telegrams_is_taken_for_nothing(forged: str) -> None:
    button = next(one for one in BUTTONS if forged.startswith(f"{one.__prefix__}:"))
    with pytest.raises(ValueError, match="than or equal"):
        button.unpack(forged)
