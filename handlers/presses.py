"""One answer to each press: its handler's, or an empty one where that could not begin in time.

Whoever comes first is the only one, and which presses were answered is kept in memory: a second
answer would do no harm, and would show nothing.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.exceptions import AiogramError
from aiogram.types import CallbackQuery, TelegramObject

ANSWER_SECONDS: Final = 3  # a clock on a button is not worth waiting longer for
MOST_TOAST: Final = 200  # characters, by the Bot API
LONG_TOAST: Final = 60  # characters; what is longer stays until it is closed
MOST_REMEMBERED: Final = 10_000


class Presses:
    """Which presses have somebody who answers them."""

    def __init__(self) -> None:
        self._taken: dict[str, None] = {}

    def take(self, press: str) -> bool:
        """True for the first who asks: the answer is theirs to give."""
        if press in self._taken:
            return False
        self._taken[press] = None
        while len(self._taken) > MOST_REMEMBERED:
            del self._taken[next(iter(self._taken))]
        return True

    def give_back(self, press: str) -> None:
        """Its answer surely did not reach Telegram: the next who asks gives it."""
        self._taken.pop(press, None)


class PressAnswer:
    """Answers one press, at most once. What comes too late for a toast is said as a message."""

    def __init__(self, press: CallbackQuery, *, mine: bool) -> None:
        self._press = press
        self._open = mine

    async def __call__(self, toast: str = "") -> None:
        """Stops the button's clock; Telegram's refusal, as of an old press, is no fault."""
        if self._open:
            self._open = False
            await self._answer(toast)
        elif toast:
            await self._say(toast)

    async def end(self) -> None:
        """After the handler: where there was nothing to say, or it failed."""
        if self._open:
            await self()

    async def _answer(self, toast: str) -> None:
        bot = self._press.bot
        assert bot is not None, "it came through the dispatcher"
        answer = self._press.answer(toast[:MOST_TOAST] or None, show_alert=len(toast) > LONG_TOAST)
        with suppress(AiogramError):
            await bot(answer, request_timeout=ANSWER_SECONDS)

    async def _say(self, toast: str) -> None:
        if self._press.message is not None:
            with suppress(AiogramError):
                await self._press.message.answer(toast)


class AnswersPresses(BaseMiddleware):
    """Around everything that is done about a press; handlers get `answer`."""

    def __init__(self, presses: Presses) -> None:
        self._presses = presses

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, CallbackQuery)
        answer = PressAnswer(event, mine=self._presses.take(event.id))
        data["answer"] = answer
        try:
            return await handler(event, data)
        finally:
            await answer.end()
