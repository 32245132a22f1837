"""Text that went nowhere by itself: a hint replies to it, whose button takes it after all."""

from contextlib import suppress

from aiogram import Bot, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, ReplyParameters
from aiogram.utils.formatting import Text

from handlers.answers import turn_card
from handlers.cards import Button, Shown, TelegramId
from handlers.filters import PrivateChat
from handlers.places import place_of, typed_in
from handlers.presses import PressAnswer
from handlers.sentences import kept_sentence, sentence
from handlers.texts import Texts
from mail.drafts import Drafts
from mail.errors import Closed, Stale
from storage.records.people import Person

router = Router(name="offers")


class OfferButton(CallbackData, prefix="t"):
    """Under a hint that replies to the text; `answers` is the message that it is to answer."""

    answers: TelegramId


async def offer(message: Message, said: str, answers: int, _: Texts) -> None:
    """Says why the text went nowhere; the button types it as a reply to `answers`, if not 0."""
    await message.answer(
        said,
        reply_parameters=ReplyParameters(
            message_id=message.message_id, allow_sending_without_reply=True
        ),
        reply_markup=_hint(said, answers, _).markup(),
    )


def _hint(said: str, answers: int, _: Texts) -> Shown:
    button = Button(_("Use this text"), OfferButton(answers=answers).pack())
    return Shown(Text(said), ((button,),))


@router.callback_query(PrivateChat(), OfferButton.filter())
async def use(
    press: CallbackQuery,
    answer: PressAnswer,
    callback_data: OfferButton,
    bot: Bot,
    person: Person,
    drafts: Drafts,
    _: Texts,
) -> None:
    """Once only: a second press, or the update run again, types nothing twice."""
    hint = press.message
    offered = hint.reply_to_message if isinstance(hint, Message) else None
    if offered is None or not isinstance(hint, Message):
        raise Stale
    if not (offered.text or offered.caption):
        raise Stale
    if offered.from_user is None or offered.from_user.id != person.id:
        raise Stale
    cause = f"{bot.id}:offer:{offered.chat.id}:{offered.message_id}"
    answers = callback_data.answers or None
    try:
        kept = await drafts.type(cause, person.id, place_of(hint), typed_in(offered), answers)
    except Closed as closed:
        if closed.other is None:
            raise
        await answer()
        await turn_card(press, _hint(sentence(closed, _), closed.other.card, _))
        return
    await answer(kept_sentence(kept, _) if kept else "")
    with suppress(TelegramAPIError):
        await hint.edit_reply_markup(reply_markup=None)
