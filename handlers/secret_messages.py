"""Messages that hold a webhook's secret: known wherever it stands in them, and taken out of the
chat."""

from aiogram.exceptions import AiogramError, TelegramBadRequest
from aiogram.filters import Filter
from aiogram.types import Message

from mail.connections import Connections


def said(message: Message) -> str:
    """All text of a message: what is typed or captioned, and the addresses behind its links."""
    entities = [*(message.entities or ()), *(message.caption_entities or ())]
    links = [entity.url for entity in entities if entity.url]
    return "\n".join([message.text or message.caption or "", *links])


class HoldsSecret(Filter):
    """Anywhere in the message."""

    async def __call__(self, message: Message, connections: Connections) -> bool:
        return connections.holds_webhook(said(message))


class Unwarned(Exception):
    """Nobody knows whether the warning of a secret was seen: it is said again."""


async def warn(message: Message, said: str) -> None:
    """What must not be lost as a hint may be. Raises Unwarned."""
    try:
        await message.answer(said)
    except AiogramError as error:
        raise Unwarned from error


async def take_away(message: Message) -> bool:
    """Deletes the message. False: Telegram would not, and its sender must be told."""
    try:
        return await message.delete()
    except TelegramBadRequest as error:
        return "not found" in error.message  # it is gone already
    except AiogramError:
        return False
