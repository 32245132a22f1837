"""Tells people that nothing can be stored right now: directly, since a notice would need a row.

What they sent stays at Telegram until it can be stored, so nothing of it is lost. A message with a
secret is deleted all the same: that needs no row.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final, TypeVar

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import Message
from pydantic import ValidationError

from bitrix24.webhook import holds_webhook
from bot.telegram import plainly
from bot.verdicts import Outcome, classify
from handlers.secret_messages import said, take_away
from handlers.sentences import outage_sentence, secret_left_sentence
from handlers.texts import Texts
from mail.ports import Spawn

SIGN_SECONDS: Final = 1.0  # of storing, without an end: then people are told
AGAIN_SECONDS: Final = 20.0  # who goes on writing is told again after that

T = TypeVar("T")

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
        with _noted(self._answered, press["id"]):
            await self._bot.answer_callback_query(press["id"], text=sentence, show_alert=True)

    async def _take_secret(self, message: Message) -> None:
        where = (message.chat.id, message.message_id)
        if where in self._taken or not holds_webhook(said(message)):
            return
        with _noted(self._taken, where):
            if not await take_away(message):
                await self._bot.send_message(
                    message.chat.id, secret_left_sentence(self._texts_of(message))
                )

    async def _tell_writer(self, message: Message, newest: int) -> None:
        """Once for all that they wrote so far."""
        chat, now = message.chat.id, self._monotonic()
        before = self._told.get(chat, (0, now - AGAIN_SECONDS))
        if message.message_id <= before[0] or now - before[1] < AGAIN_SECONDS:
            return
        self._told[chat] = (newest, now)
        try:
            await self._bot.send_message(chat, outage_sentence(self._texts_of(message)))
        except AiogramError as error:
            if classify(error).outcome is not Outcome.UNCERTAIN:
                self._told[chat] = before
            raise

    def _texts_of(self, message: Message) -> Texts:
        language = message.from_user.language_code if message.from_user else None
        return self._texts(language or "")


@contextmanager
def _noted(done: set[T], key: T) -> Iterator[None]:
    """From before the call, for it may be thought of twice at the same time; not if it fails."""
    done.add(key)
    try:
        yield
    except AiogramError:
        done.discard(key)
        raise


def _newest(batch: list[Any], chat: int) -> int:
    """The last message of this chat among these updates; what cannot be read is none."""
    newest = 0
    for update in batch:
        with suppress(KeyError, TypeError):
            message = update["message"]
            if message["chat"]["id"] == chat:
                newest = max(newest, int(message["message_id"]))
    return newest
