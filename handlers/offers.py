"""Text that went nowhere by itself: a hint replies to it, whose button takes it after all."""

from contextlib import suppress

from aiogram import Bot, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, ReplyParameters
from aiogram.utils.formatting import Text

from handlers.answers import turn_card
from handlers.cards import Button, Shown, TelegramId, rows
from handlers.filters import PrivateChat
from handlers.places import place_of, typed_in
from handlers.presses import PressAnswer
from handlers.sentences import BRING_WITH, kept_sentence, sentence
from handlers.texts import Texts
from mail.drafts import Drafts
from mail.errors import Closed, Stale
from storage.records.people import Person

router = Router(name="offers")


class OfferButton(CallbackData, prefix="t"):
    """Under a hint that replies to the text; `answers` is the message that it is to answer.

    `brings`: what that message shows was set aside, and is to come back.
    """

    answers: TelegramId
    brings: bool = False


async def offer(message: Message, said: str, answers: int, _: Texts) -> None:
    """Says why the text went nowhere; the button types it as a reply to `answers`, if not 0."""
    await _answer(message, Shown(Text(said), ((_use_button(answers, _),),)))


async def offer_ways_out(message: Message, closed: Closed, _: Texts) -> None:
    """The same for text whose letter takes none: what other letter may take it, or how."""
    await _answer(message, _ways_out(closed, _))


async def _answer(message: Message, hint: Shown) -> None:
    await message.answer(
        hint.content()[0],
        reply_parameters=ReplyParameters(
            message_id=message.message_id, allow_sending_without_reply=True
        ),
        reply_markup=hint.markup(),
    )


def _use_button(answers: int, _: Texts) -> Button:
    return Button(_("Use this text"), OfferButton(answers=answers).pack())


def _ways_out(closed: Closed, _: Texts) -> Shown:
    buttons = []
    if closed.aside:
        buttons.append(Button(_(BRING_WITH), OfferButton(answers=closed.aside, brings=True).pack()))
    if closed.other is not None:
        buttons.append(_use_button(closed.other.card, _))
    return Shown(Text(sentence(closed, _)), rows(buttons, 1))


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
    try:
        kept = await drafts.type(
            cause,
            person.id,
            place_of(hint),
            typed_in(offered),
            callback_data.answers or None,
            brings_back=callback_data.brings,
        )
    except Closed as closed:
        if closed.other is None and not closed.aside:
            raise
        await answer()
        await turn_card(press, _ways_out(closed, _))
        return
    await answer(kept_sentence(kept, _) if kept else "")
    with suppress(TelegramAPIError):
        await hint.edit_reply_markup(reply_markup=None)
