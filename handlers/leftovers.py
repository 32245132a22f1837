"""What no other handler takes: pictures, voice and the like, their captions, unknown buttons.

A caption is offered as text by a button, because what it stands under cannot go along.
"""

from aiogram import Router
from aiogram.enums import ContentType
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, Message

from handlers.albums import Albums
from handlers.filters import PrivateChat
from handlers.offers import offer, offer_in
from handlers.presses import PressAnswer
from handlers.sentences import stale_toast
from handlers.texts import Texts

router = Router(name="leftovers")
router.message.filter(PrivateChat())

_CONTENT = frozenset(
    {
        ContentType.ANIMATION, ContentType.AUDIO, ContentType.CHECKLIST, ContentType.CONTACT,
        ContentType.DICE, ContentType.DOCUMENT, ContentType.GAME, ContentType.LOCATION,
        ContentType.PAID_MEDIA, ContentType.PHOTO, ContentType.POLL, ContentType.STICKER,
        ContentType.STORY, ContentType.VENUE, ContentType.VIDEO, ContentType.VIDEO_NOTE,
        ContentType.VOICE,
    }
)  # fmt: skip


class NotText(Filter):
    """Sent by a person, and no text. Telegram's own notes, as of a pinned message, are neither."""

    async def __call__(self, message: Message) -> bool:
        return message.content_type in _CONTENT


@router.message(NotText())
async def not_text(message: Message, albums: Albums, _: Texts) -> None:
    """One hint; a caption can be taken as text."""
    album = albums.joined(message)
    if album is None:
        await _hint(message, _)
    elif album.hint is None:
        album.hint = await _hint(message, _)
    elif message.caption:
        await offer_in(album.hint, _said(len(album.captions), _), _answered(message), _)


async def _hint(message: Message, _: Texts) -> Message:
    if message.caption:
        return await offer(message, _said(1, _), _answered(message), _)
    said = _("I can only work with text. Please type it; nothing you wrote before is lost.")
    return await message.reply(said, allow_sending_without_reply=True)


def _answered(message: Message) -> int:
    return message.reply_to_message.message_id if message.reply_to_message else 0


def _said(captions: int, _: Texts) -> str:
    if captions > 1:
        return _(
            "I can only work with text: the captions can go into your letter, the rest cannot."
        )
    return _("I can only work with text: the caption can go into your letter, the rest cannot.")


@router.callback_query()
async def unknown_button(press: CallbackQuery, answer: PressAnswer, _: Texts) -> None:
    """Made by an older version, or by nobody."""
    await answer(stale_toast(_))
