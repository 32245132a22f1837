"""Tells people that nothing can be stored right now: directly, since a notice would need a row.

What they sent stays at Telegram until it can be stored, so nothing of it is lost. A message with a
secret is deleted all the same: that needs no row.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Message
from pydantic import ValidationError

from bitrix24.webhook import holds_webhook
from bot.telegram import plainly
from handlers.secret_messages import said, take_away
from handlers.sentences import outage_sentence, secret_left_sentence
from handlers.texts import Texts
from mail.ports import Spawn

SIGN_SECONDS: Final = 1.0  # of storing, without an end: then people are told
AGAIN_SECONDS: Final = 20.0  # who goes on writing is told again after that

log = logging.getLogger(__name__)


class Outage:
    """`texts` are the sentences for a language code; `monotonic` is in seconds."""

    def __init__(
        self,
        bot: Bot,
        texts: Callable[[str], Texts],
        spawn: Spawn,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._texts = texts
        self._spawn = spawn
        self._monotonic = monotonic
        self._sleep = sleep
        self._storing: object = None
        self._answered: set[str] = set()
        self._taken: set[tuple[int, int]] = set()
        self._told: dict[int, tuple[int, float]] = {}

    def storing(self, batch: list[Any]) -> None:
        """Storing begins now; if that takes long, these people are told before it fails."""
        if batch:
            self._storing = batch
            self._spawn("sign of an outage", self._tell_if_slow(batch))

    async def _tell_if_slow(self, batch: list[Any]) -> None:
        await self._sleep(SIGN_SECONDS)
        if self._storing is batch:
            await self.tell(batch)

    def over(self) -> None:
        """All is stored: the next outage is told of anew."""
        self._storing = None
        self._answered.clear()
        self._taken.clear()
        self._told.clear()

    async def tell(self, batch: list[Any]) -> None:
        """Everybody who wrote or pressed privately, as far as the updates can be read."""
        for update in batch:
            try:
                await self._tell_one(update, batch)
            except (AiogramError, KeyError, TypeError, AttributeError, ValidationError) as error:
                log.info("nobody was told of the outage: %s", plainly(error))

    async def _tell_one(self, update: dict[str, Any], batch: list[Any]) -> None:
        """Who was not reached is told with the next try to store it."""
        if (press := update.get("callback_query")) is not None:
            await self._answer(press)
        elif (raw := update.get("message") or update.get("edited_message")) is not None:
            message = Message.model_validate(raw, context={"bot": self._bot})
            await self._take_secret(message)
            if message.chat.type == "private" and "message" in update:
                await self._tell_writer(message, _newest(batch, message.chat.id))

    async def _answer(self, press: dict[str, Any]) -> None:
        if press["id"] in self._answered:
            return
        sentence = outage_sentence(self._texts(press["from"].get("language_code") or ""))
        await self._bot.answer_callback_query(press["id"], text=sentence, show_alert=True)
        self._answered.add(press["id"])

    async def _take_secret(self, message: Message) -> None:
        where = (message.chat.id, message.message_id)
        if where in self._taken or not holds_webhook(said(message)):
            return
        if not await take_away(message):
            await self._bot.send_message(
                message.chat.id, secret_left_sentence(self._texts_of(message))
            )
        self._taken.add(where)

    async def _tell_writer(self, message: Message, newest: int) -> None:
        """Once for all that they wrote so far."""
        now = self._monotonic()
        last, at = self._told.get(message.chat.id, (0, now - AGAIN_SECONDS))
        if message.message_id <= last or now - at < AGAIN_SECONDS:
            return
        await self._bot.send_message(message.chat.id, outage_sentence(self._texts_of(message)))
        self._told[message.chat.id] = (newest, now)

    def _texts_of(self, message: Message) -> Texts:
        language = message.from_user.language_code if message.from_user else None
        return self._texts(language or "")


def _newest(batch: list[Any], chat: int) -> int:
    """The last message of this chat among these updates; what cannot be read is none."""
    newest = 0
    for update in batch:
        with suppress(KeyError, TypeError):
            message = update["message"]
            if message["chat"]["id"] == chat:
                newest = max(newest, int(message["message_id"]))
    return newest
