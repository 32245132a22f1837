"""Answers presses whose handler cannot begin in time: nobody watches a button's clock for long."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError

from handlers.presses import ANSWER_SECONDS, Presses
from mail.ports import Spawn

PATIENCE_SECONDS: Final = 0.8  # counted from the commit that stored the press


class Clocks:
    """Gives each stored press some time, and then an empty answer; its card says the rest."""

    def __init__(
        self,
        bot: Bot,
        presses: Presses,
        spawn: Spawn,
        *,
        seconds: float = PATIENCE_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._presses = presses
        self._spawn = spawn
        self._seconds = seconds
        self._sleep = sleep

    def start(self, updates: Iterable[dict[str, Any]]) -> None:
        """For every press among what was stored just now."""
        for update in updates:
            query = update.get("callback_query")
            press = query.get("id") if isinstance(query, dict) else None
            if isinstance(press, str):
                self._spawn(f"clock of press {update['update_id']}", self._stop_in_time(press))

    async def _stop_in_time(self, press: str) -> None:
        await self._sleep(self._seconds)
        if self._presses.take(press):
            with suppress(AiogramError):
                await self._bot.answer_callback_query(press, request_timeout=ANSWER_SECONDS)
