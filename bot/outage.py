"""Tells people that nothing can be stored right now: directly, since a notice would need a row.

What they sent stays at Telegram until it can be stored, so nothing of it is lost.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from aiogram import Bot
from aiogram.exceptions import AiogramError

from bot.telegram import plainly

Say = Callable[[str], str]  # the sentence, in the language of that code

log = logging.getLogger(__name__)


class Outage:
    """Once a person and outage."""

    def __init__(self, bot: Bot, say: Say) -> None:
        self._bot = bot
        self._say = say
        self._told: set[int] = set()

    async def tell(self, batch: Iterable[Any]) -> None:
        """Everybody who wrote or pressed privately, as far as the updates can be read."""
        for update in batch:
            try:
                await self._tell_one(update)
            except (AiogramError, KeyError, TypeError, AttributeError) as error:
                log.info("nobody was told of the outage: %s", plainly(error))

    def over(self) -> None:
        """The next outage is told of anew."""
        self._told.clear()

    async def _tell_one(self, update: dict[str, Any]) -> None:
        press = update.get("callback_query")
        event = press or update.get("message")
        if event is None:
            return
        chat = (event["message"] if press else event)["chat"]
        person = event["from"]
        if chat["type"] != "private" or person["id"] in self._told:
            return
        said = self._say(person.get("language_code") or "")
        if press:
            await self._bot.answer_callback_query(press["id"], text=said, show_alert=True)
        else:
            await self._bot.send_message(chat["id"], said)
        self._told.add(person["id"])  # who was not reached is told with the next try to store it
