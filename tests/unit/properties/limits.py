"""What Telegram takes of a message, by the Bot API's sendMessage and InlineKeyboardButton."""

import re
from collections.abc import Callable

from handlers.cards import Shown
from handlers.formatting import length
from handlers.texts import Texts
from tests.integration.languages import EN, RU

MOST_UNITS = 4096
MOST_ENTITIES = 100
MOST_BUTTONS = 100
MOST_DATA = 64  # bytes

# What `any_rows` tempts with, where Telegram would make a command, a mention or a link of it.
_TAPPABLE = re.compile(r"(?<![\w/])/start\b|(?<!\w)@jane\b|tg://x")


def check(render: Callable[[Texts], Shown], *, tame: bool = True) -> None:
    """What sendMessage and editMessageText refuse, or leave out without a word.

    `tame`: nothing in it is one tap away from commanding this bot.
    """
    for texts in (EN, RU):
        shown = render(texts)
        text, entities = shown.content()
        assert text.strip()
        assert not tame or not _TAPPABLE.search(text)
        assert length(text) <= MOST_UNITS
        text.encode()  # half a surrogate pair cannot be sent
        assert len(entities) <= MOST_ENTITIES
        halves = _halves(text)
        for entity in entities:
            end = entity.offset + entity.length
            assert 0 <= entity.offset < end <= length(text)
            assert not {entity.offset, end} & halves
        _check_buttons(shown)


def _halves(text: str) -> set[int]:
    """Offsets within a surrogate pair."""
    found, at = set(), 0
    for character in text:
        at += 1
        if ord(character) > 0xFFFF:
            found.add(at)
            at += 1
    return found


def _check_buttons(shown: Shown) -> None:
    markup = shown.markup()
    buttons = [button for row in markup.inline_keyboard for button in row] if markup else []
    assert len(buttons) <= MOST_BUTTONS
    for button in buttons:
        assert button.text.strip()
        assert 1 <= len((button.callback_data or "").encode()) <= MOST_DATA
