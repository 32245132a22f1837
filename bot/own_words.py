"""What handlers say themselves (help, hints, refusals): at once, and once.

It changes no row, so nobody owes it: what cannot be said, or may have been, is dropped. It follows
a group that moved, and leaves a topic that is no more. While Telegram cannot be reached it waits in
its handler, and the handler's person with it.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.exceptions import AiogramError, TelegramRetryAfter
from aiogram.methods import (
    DeleteMessage,
    EditMessageReplyMarkup,
    EditMessageText,
    SendMessage,
    TelegramMethod,
)
from aiogram.utils.backoff import Backoff, BackoffConfig
from typing_extensions import override

from bot.pacing import Pacing
from bot.tasks import Pause, Stop
from bot.telegram import NotSent, plainly
from bot.verdicts import Outcome, Verdict, classify
from bot.work import BrokenOff, Handle
from storage.records.updates import StoredUpdate

LONGEST_WAIT: Final = 60.0  # seconds that a handler waits for leave to speak, and its person too
SPARE: Final = 0.5  # seconds beyond what Telegram asks for
AWAY: Final = BackoffConfig(min_delay=0.5, max_delay=5.0, factor=2.0, jitter=0.0)
LONGEST_AWAY: Final = 600.0  # seconds that a handler waits until Telegram can be reached
COUNTED: Final = (SendMessage, EditMessageText, EditMessageReplyMarkup)
AWAITED: Final = (*COUNTED, DeleteMessage)  # a press is answered in time, or need not be
DROPPED: Final = (
    Outcome.UNCERTAIN,
    Outcome.RETRY_AFTER,
    Outcome.GONE,
    Outcome.MIGRATED,
    Outcome.TOPIC,
)

Sleep = Callable[[float], Awaitable[None]]

log = logging.getLogger(__name__)


class SpeakingBot(Bot):
    """The bot that handlers get: it does not wait for its turn, but what it says counts."""

    def __init__(
        self,
        token: str,
        session: BaseSession,
        pacing: Pacing,
        *,
        stop: Stop,
        monotonic: Callable[[], float],
        sleep: Sleep,
        pause: Pause = Stop.pause,
    ) -> None:
        super().__init__(token, session=session)
        self._pacing = pacing
        self._stop = stop
        self._monotonic = monotonic
        self._sleep = sleep
        self._pause = pause

    @override
    async def __call__(
        self, method: TelegramMethod[Any], request_timeout: int | None = None
    ) -> Any:
        """What no byte left of is tried until Telegram is there. Raises BrokenOff at a stop."""
        pauses, began = Backoff(AWAY), self._monotonic()
        while True:
            try:
                return await self._somewhere(method, request_timeout)
            except NotSent as error:
                waited = self._monotonic() - began
                if not isinstance(method, AWAITED) or waited > LONGEST_AWAY:
                    raise
                log.warning("an answer waits: %s", plainly(error))
            await self._pause(self._stop, next(pauses))
            if self._stop.asked:
                raise BrokenOff

    async def _somewhere(self, method: TelegramMethod[Any], request_timeout: int | None) -> Any:
        """A message is said at the group's new number, or in the group if its topic is no more."""
        try:
            return await self._try(method, request_timeout)
        except AiogramError as error:
            elsewhere = _elsewhere(method, classify(error))
            if elsewhere is None:
                raise
            log.warning("an answer goes another way: %s", plainly(error))
        return await self._try(elsewhere, request_timeout)

    async def _try(self, method: TelegramMethod[Any], request_timeout: int | None) -> Any:
        """A message is said once more after a 429, if that is soon."""
        chat = method.chat_id if isinstance(method, COUNTED) else None
        if not isinstance(chat, int):
            return await super().__call__(method, request_timeout)
        try:
            return await self._say(method, chat, request_timeout)
        except TelegramRetryAfter as error:
            if error.retry_after > LONGEST_WAIT:
                raise
            await self._sleep(error.retry_after + SPARE)
        return await self._say(method, chat, request_timeout)

    async def _say(
        self, method: TelegramMethod[Any], chat: int, request_timeout: int | None
    ) -> Any:
        turn = self._pacing.begin(chat, self._monotonic())
        try:
            return await super().__call__(method, request_timeout)
        except TelegramRetryAfter as error:
            self._pacing.refused(chat, error.retry_after + SPARE, self._monotonic())
            raise
        finally:
            self._pacing.end(turn, self._monotonic())


def _elsewhere(method: TelegramMethod[Any], verdict: Verdict) -> SendMessage | None:
    """The same message where it can be said. What it replies to stands where it cannot."""
    if not isinstance(method, SendMessage):
        return None
    place: dict[str, object] = {"message_thread_id": None, "reply_parameters": None}
    match verdict.outcome:
        case Outcome.MIGRATED if verdict.chat_id is not None:
            return method.model_copy(update=place | {"chat_id": verdict.chat_id})
        case Outcome.TOPIC if method.message_thread_id is not None:
            return method.model_copy(update=place)
        case _:
            return None


def dropping(handle: Handle) -> Handle:
    """The same, but that it does not fail because a hint was not said, or perhaps was."""

    async def handled(update: StoredUpdate) -> object:
        try:
            return await handle(update)
        except AiogramError as error:
            if classify(error).outcome not in DROPPED:
                raise
            log.warning("an answer to update %d was dropped: %s", update.update_id, plainly(error))
            return None

    return handled
