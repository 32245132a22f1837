"""What no other handler takes: pictures, voice and the like, their captions, unknown buttons.

A caption is offered as text by a button, because what it stands under cannot go along.
"""

from aiogram import Router
from aiogram.enums import ContentType
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from handlers.filters import PrivateChat
from handlers.offers import offer
from handlers.presses import PressAnswer
from handlers.sentences import stale_toast
from handlers.texts import Texts

router = Router(name="leftovers")
router.message.filter(PrivateChat())

MOST_ALBUMS = 100  # that are remembered; an album's messages come within seconds

_CONTENT = frozenset(
    {
        ContentType.ANIMATION, ContentType.AUDIO, ContentType.CHECKLIST, ContentType.CONTACT,
        ContentType.DICE, ContentType.DOCUMENT, ContentType.GAME, ContentType.LOCATION,
        ContentType.PAID_MEDIA, ContentType.PHOTO, ContentType.POLL, ContentType.STICKER,
        ContentType.STORY, ContentType.VENUE, ContentType.VIDEO, ContentType.VIDEO_NOTE,
        ContentType.VOICE,
    }
)  # fmt: skip


class Albums:
    """Remembers which albums were answered, so that ten pictures get one hint."""

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}

    def first(self, album: str | None) -> bool:
        """Is this the first message of its album?"""
        if album is None:
            return True
        if album in self._seen:
            return False
        self._seen[album] = None
        while len(self._seen) > MOST_ALBUMS:
            del self._seen[next(iter(self._seen))]
        return True


class NotText(Filter):
    """Sent by a person, and no text. Telegram's own notes, as of a pinned message, are neither."""

    async def __call__(self, message: Message) -> bool:
        return message.content_type in _CONTENT


@router.message(NotText())
async def not_text(message: Message, albums: Albums, _: Texts) -> None:
    """One hint; a caption can be taken as text."""
    first = albums.first(message.media_group_id)
    if message.caption:
        answers = message.reply_to_message.message_id if message.reply_to_message else 0
        said = _("I can only work with text: the caption can go into your letter, the rest cannot.")
        await offer(message, said, answers, _)
    elif first:
        await message.answer(
            _("I can only work with text. Please type it; nothing you wrote before is lost.")
        )


@router.callback_query()
async def unknown_button(press: CallbackQuery, answer: PressAnswer, _: Texts) -> None:
    """Made by an older version, or by nobody."""
    await answer(stale_toast(_))
