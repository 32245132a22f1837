"""Tells people that nothing could be stored yet: directly, since a notice would need a row.

Storing may be slow, or fail: the words are true of both. What they sent stays at Telegram until it
can be stored, so nothing of it is lost. A message with a secret is deleted all the same: that needs
no row.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Message
from pydantic import ValidationError

from bitrix24.webhook import holds_webhook
from bot.telegram import plainly
from bot.verdicts import Outcome, classify
from handlers.presses import Presses
from handlers.secret_messages import said, take_away
from handlers.sentences import outage_sentence, secret_left_sentence
from handlers.texts import Texts
from mail.ports import Spawn

SIGN_SECONDS: Final = 1.0  # of storing, without an end: then people are told
AGAIN_SECONDS: Final = 20.0  # who goes on is told again after that, in another outage too
SURELY_NOT: Final = (Outcome.NOT_SENT, Outcome.RETRY_AFTER)  # the press can still be answered
NEVER: Final = (0, -math.inf)

log = logging.getLogger(__name__)


class Outage:
    """`texts` are the sentences for a language code; `monotonic` is in seconds."""

    def __init__(
        self,
        bot: Bot,
        texts: Callable[[str], Texts],
        presses: Presses,
        spawn: Spawn,
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bot = bot
        self._texts = texts
        self._presses = presses
        self._spawn = spawn
        self._monotonic = monotonic
        self._sleep = sleep
        self._storing: object = None
        self._taken: set[tuple[int, int]] = set()
        self._told: dict[int, tuple[int, float]] = {}  # up to which message, and when

    def storing(self, batch: list[Any]) -> None:
        """Storing begins now; if that takes long, these people are told before it fails."""
        if batch:
            self._storing = batch
            self._spawn("sign of an outage", self._tell_if_slow(batch))

    async def _tell_if_slow(self, batch: list[Any]) -> None:
        await self._sleep(SIGN_SECONDS)
        for update in batch:
            if self._storing is batch:
                await self._tell(update, batch)

    def over(self) -> None:
        """All is stored. Where that was only slow, it may soon be so again."""
        self._storing = None
        self._taken.clear()
        self._told = {one: told for one, told in self._told.items() if self._is_recent(told)}

    async def tell(self, batch: list[Any]) -> None:
        """Everybody who wrote or pressed privately, as far as the updates can be read."""
        for update in batch:
            await self._tell(update, batch)

    async def _tell(self, update: Any, batch: list[Any]) -> None:
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
        """Whoever handles it later says in a message what it would have said in a toast."""
        number, person = press["id"], press["from"]["id"]
        if not self._presses.take(number):
            return
        sentence = outage_sentence(self._texts(press["from"].get("language_code") or ""))
        insists = not self._is_recent(self._told.get(person, NEVER))
        try:
            await self._bot.answer_callback_query(number, text=sentence, show_alert=insists)
        except AiogramError as error:
            if classify(error).outcome in SURELY_NOT:
                self._presses.give_back(number)
            raise
        if insists:
            self._told[person] = (self._told.get(person, NEVER)[0], self._monotonic())

    async def _take_secret(self, message: Message) -> None:
        where = (message.chat.id, message.message_id)
        if where in self._taken or not holds_webhook(said(message)):
            return
        self._taken.add(where)  # before the call: it may be thought of twice at the same time
        try:
            if not await take_away(message):
                await self._bot.send_message(
                    message.chat.id, secret_left_sentence(self._texts_of(message))
                )
        except AiogramError:
            self._taken.discard(where)
            raise

    async def _tell_writer(self, message: Message, newest: int) -> None:
        """Once for all that they wrote so far."""
        chat = message.chat.id
        before = self._told.get(chat, NEVER)
        if message.message_id <= before[0] or self._is_recent(before):
            return
        self._told[chat] = (newest, self._monotonic())
        try:
            await self._bot.send_message(chat, outage_sentence(self._texts_of(message)))
        except AiogramError as error:
            if classify(error).outcome is not Outcome.UNCERTAIN:
                self._told[chat] = before
            raise

    def _is_recent(self, told: tuple[int, float]) -> bool:
        return self._monotonic() - told[1] < AGAIN_SECONDS

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
