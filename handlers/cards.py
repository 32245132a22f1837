"""What a renderer makes: a text, its buttons, and which row the message shows.

Renderers are pure functions of records and a translator; none of them knows Telegram's calls.
"""

from dataclasses import dataclass
from typing import Annotated

from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from aiogram.utils.formatting import Text
from pydantic import Field

from handlers.formatting import cut
from storage.records.notices import CardKind

TelegramId = Annotated[int, Field(ge=-(2**52), le=2**52)]  # what a forged button may claim at most
MOST_UNITS = 4096  # of a Telegram message, in UTF-16 units
MOST_ENTITIES = 100  # of a Telegram message; it leaves out the rest without a word
MOST_LABEL = 60  # characters of a button that a phone still shows


@dataclass(frozen=True, slots=True)
class Button:
    """`data` is packed callback data, at most 64 bytes."""

    label: str
    data: str


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A card, or a plain message where `kind` is None."""

    text: Text
    keyboard: Keyboard = ()
    kind: CardKind | None = None
    subject: str = ""
    revision: int = 0

    def content(self) -> tuple[str, list[MessageEntity]]:
        """Text and entities, within Telegram's limits; a format of nothing would be refused."""
        text, entities = self.text.render()
        text, entities, _ = cut(text, [e for e in entities if e.length], MOST_UNITS)
        return text, entities[:MOST_ENTITIES]

    def markup(self) -> InlineKeyboardMarkup | None:
        """The buttons as Telegram takes them; None: no buttons."""
        return keyboard(self.keyboard) if self.keyboard else None


def keyboard(rows: Keyboard) -> InlineKeyboardMarkup:
    """Rows of buttons as Telegram takes them."""
    return InlineKeyboardMarkup(
        inline_keyboard=[
            [InlineKeyboardButton(text=_label(b.label), callback_data=b.data) for b in row]
            for row in rows
        ]
    )


def _label(label: str) -> str:
    return label if len(label) <= MOST_LABEL else f"{label[: MOST_LABEL - 1]}…"


def rows(buttons: list[Button], per_row: int) -> Keyboard:
    """The buttons, so many to a row."""
    return tuple(tuple(buttons[i : i + per_row]) for i in range(0, len(buttons), per_row))
