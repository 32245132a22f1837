"""Turns what mail refuses into one answer: a toast for a press, a message for a text.

The one place where a handler's errors become sentences, so that handlers hold none of this.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware
from aiogram.exceptions import TelegramAPIError
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message, TelegramObject
from aiogram.utils.formatting import Text

from handlers.cards import Shown
from handlers.sentences import sealed_sentence, sentence_text
from mail.errors import AlreadyApplied, MailError, SealBroken


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
            pass  # it took effect before a restart; the cards are owed as rows
        except MailError as error:
            await _say(event, data, sentence_text(error, data["_"]))
        except SealBroken:
            await _say(event, data, Text(sealed_sentence(data["_"])))
        return None


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


async def _say(event: TelegramObject, data: dict[str, Any], said: Text) -> None:
    text, entities = said.render()
    if isinstance(event, CallbackQuery):
        await data["answer"](text)
    elif isinstance(event, Message):
        await event.answer(text, entities=entities)
