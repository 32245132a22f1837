"""Turns what mail refuses into one answer: a toast for a press, a message for a text.

The one place where a handler's errors become sentences, so that handlers hold none of this.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message, TelegramObject

from handlers.cards import Shown
from handlers.sentences import sealed_sentence, sentence
from mail.errors import AlreadyApplied, MailError, SealBroken

MOST_TOAST = 200  # characters, by the Bot API
LONG_TOAST = 60  # characters; what is longer stays until it is closed


class Answering(BaseMiddleware):
    """Around every handler."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        try:
            return await handler(event, data)
        except AlreadyApplied:
            # It took effect before a restart; the cards are owed as rows. Only the press waits.
            if isinstance(event, CallbackQuery):
                await answer_press(event)
        except MailError as error:
            await _say(event, sentence(error, data["_"]))
        except SealBroken:
            await _say(event, sealed_sentence(data["_"]))
        return None


async def answer_press(press: CallbackQuery, toast: str = "") -> None:
    """Stops the button's clock; a press that is too old to be answered is no fault."""
    try:
        await press.answer(toast[:MOST_TOAST] or None, show_alert=len(toast) > LONG_TOAST)
    except TelegramAPIError:
        return


async def turn_card(press: CallbackQuery, shown: Shown) -> None:
    """Shows something else in the pressed message; a second press of the same is no fault."""
    if not isinstance(press.message, Message):
        return
    text, entities = shown.content()
    try:
        await press.message.edit_text(
            text,
            entities=entities,
            reply_markup=shown.markup(),
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
    except TelegramAPIError:
        return


async def _say(event: TelegramObject, said: str) -> None:
    if isinstance(event, CallbackQuery):
        await answer_press(event, said)
    elif isinstance(event, Message):
        await event.answer(said)
