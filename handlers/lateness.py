"""Says which message an answer is for, where that message had to wait for long."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from aiogram import BaseMiddleware
from aiogram.enums import ChatType
from aiogram.exceptions import AiogramError
from aiogram.types import Message, ReplyParameters, TelegramObject

from handlers.texts import Texts
from mail.accounts import Accounts
from storage.records.people import Person

LATE: Final = timedelta(minutes=10)


class Lateness(BaseMiddleware):
    """One line for a person's backlog, which ends with the first message that comes in time."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._told: set[int] = set()

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        assert isinstance(event, Message)
        person: Person | None = data.get("person")
        if person is not None and event.chat.type == ChatType.PRIVATE:
            if self._clock() - event.date <= LATE:
                self._told.discard(person.id)
            elif person.id not in self._told:
                await self._tell(event, person, data)
        return await handler(event, data)

    async def _tell(self, message: Message, person: Person, data: dict[str, Any]) -> None:
        accounts: Accounts = data["accounts"]
        texts: Texts = data["_"]
        sent = texts.date_time(message.date, await accounts.zone(person.id))
        self._told.add(person.id)
        with suppress(AiogramError):
            await message.answer(
                late_text(sent, texts),
                reply_parameters=ReplyParameters(
                    message_id=message.message_id, allow_sending_without_reply=True
                ),
            )


def late_text(sent: str, _: Texts) -> str:
    return _("You wrote this on {time}. I could not answer earlier, and do so now.").format(
        time=sent
    )
