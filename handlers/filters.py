"""Filters of our own. They are async, because aiogram runs every other filter in a thread."""

from aiogram.enums import ChatType, ContentType
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

CAPTIONED = frozenset(
    {
        ContentType.ANIMATION, ContentType.AUDIO, ContentType.DOCUMENT, ContentType.PAID_MEDIA,
        ContentType.PHOTO, ContentType.VIDEO, ContentType.VOICE,
    }
)  # fmt: skip


class PrivateChat(Filter):
    """Between one person and the bot."""

    async def __call__(self, event: Message | CallbackQuery) -> bool:
        message = event.message if isinstance(event, CallbackQuery) else event
        return message is not None and message.chat.type == ChatType.PRIVATE


class GroupChat(Filter):
    """Among several people."""

    async def __call__(self, message: Message) -> bool:
        return message.chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)


class HasText(Filter):
    """A message of text, typed or forwarded; commands among it were taken before."""

    async def __call__(self, message: Message) -> bool:
        return message.text is not None


class MayHaveCaption(Filter):
    """A picture, a file and the like; edited, one that has no caption may have had one."""

    async def __call__(self, message: Message) -> bool:
        return message.content_type in CAPTIONED
