"""What no other handler takes: pictures, voice and the like, their captions, unknown buttons.

A caption is offered as text by a button, because what it stands under cannot go along.
"""

from contextlib import suppress

from aiogram import Bot, Router
from aiogram.enums import ContentType
from aiogram.exceptions import TelegramAPIError
from aiogram.filters import Filter
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, ReplyParameters

from handlers.answers import answer_press
from handlers.cards import Button, TelegramId, keyboard
from handlers.filters import PrivateChat
from handlers.places import place_of, typed_in
from handlers.sentences import stale_toast
from handlers.texts import Texts
from mail.drafts import Drafts
from mail.errors import Stale
from storage.records.people import Person

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


class CaptionButton(CallbackData, prefix="t"):
    """Under a hint that replies to the captioned message; `answers` is what that one replied to."""

    answers: TelegramId


@router.message(NotText())
async def not_text(message: Message, albums: Albums, _: Texts) -> None:
    """One hint; a caption can be taken as text."""
    first = albums.first(message.media_group_id)
    if message.caption:
        await _offer_caption(message, _)
    elif first:
        await message.answer(
            _("I can only work with text. Please type it; nothing you wrote before is lost.")
        )


async def _offer_caption(message: Message, _: Texts) -> None:
    answers = message.reply_to_message.message_id if message.reply_to_message else 0
    button = Button(_("Use this text"), CaptionButton(answers=answers).pack())
    await message.answer(
        _("I can only work with text: the caption can go into your letter, the rest cannot."),
        reply_parameters=ReplyParameters(
            message_id=message.message_id, allow_sending_without_reply=True
        ),
        reply_markup=keyboard(((button,),)),
    )


@router.callback_query(PrivateChat(), CaptionButton.filter())
async def use_caption(
    press: CallbackQuery, callback_data: CaptionButton, bot: Bot, person: Person, drafts: Drafts
) -> None:
    """Once only: a second press, or the update run again, types nothing twice."""
    hint = press.message
    captioned = hint.reply_to_message if isinstance(hint, Message) else None
    if captioned is None or not captioned.caption or not isinstance(hint, Message):
        raise Stale
    if captioned.from_user is None or captioned.from_user.id != person.id:
        raise Stale
    cause = f"{bot.id}:caption:{captioned.chat.id}:{captioned.message_id}"
    answers = callback_data.answers or None
    await drafts.type(cause, person.id, place_of(hint), typed_in(captioned), answers)
    await answer_press(press)
    with suppress(TelegramAPIError):
        await hint.edit_reply_markup(reply_markup=None)


@router.callback_query()
async def unknown_button(press: CallbackQuery, _: Texts) -> None:
    """Made by an older version, or by nobody."""
    await answer_press(press, stale_toast(_))
