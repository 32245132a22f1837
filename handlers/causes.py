"""Names what a handler's change comes from, so that an update that is run again changes nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiogram import BaseMiddleware, Bot
from aiogram.types import TelegramObject, Update


class Causes(BaseMiddleware):
    """Passes `cause`: the bot's id and the update's, which Telegram never uses twice in a week."""

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        bot = data["bot"]
        assert isinstance(bot, Bot)
        assert isinstance(event, Update), "it surrounds whole updates"
        data["cause"] = f"{bot.id}:{event.update_id}"
        return await handler(event, data)
