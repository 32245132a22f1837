"""Text that went nowhere by itself: a hint replies to it, whose button takes it after all."""

from contextlib import suppress

from aiogram import Bot, Router
from aiogram.exceptions import TelegramAPIError
from aiogram.filters.callback_data import CallbackData
from aiogram.types import CallbackQuery, Message, ReplyParameters
from aiogram.utils.formatting import Text

from handlers.albums import Albums
from handlers.answers import turn_card
from handlers.cards import Button, Shown, TelegramId, rows
from handlers.filters import PrivateChat
from handlers.places import place_of, typed_in
from handlers.presses import PressAnswer
from handlers.sentences import BRING_WITH, kept_sentence, sentence
from handlers.texts import Texts
from mail.drafts import Drafts
from mail.errors import AlreadyApplied, BadValue, Closed, Stale
from storage.records.people import Person

router = Router(name="offers")


class OfferButton(CallbackData, prefix="t"):
    """Under a hint that replies to the text; `answers` is the message that it is to answer.

    `brings`: what that message shows was set aside, and is to come back.
    """

    answers: TelegramId
    brings: bool = False


async def offer(message: Message, said: str, answers: int, _: Texts) -> Message:
    """Says why the text went nowhere; the button types it as a reply to `answers`, if not 0."""
    return await _answer(message, Shown(Text(said), ((_use_button(answers, _),),)))


async def offer_in(hint: Message, said: str, answers: int, _: Texts) -> None:
    """A hint that is there already offers what came since, too."""
    shown = Shown(Text(said), ((_use_button(answers, _),),))
    with suppress(TelegramAPIError):
        await hint.edit_text(said, reply_markup=shown.markup())


async def offer_ways_out(message: Message, closed: Closed, _: Texts) -> None:
    """The same for text whose letter takes none: what other letter may take it, or how."""
    await _answer(message, _ways_out(closed, _))


async def _answer(message: Message, hint: Shown) -> Message:
    return await message.answer(
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
    albums: Albums,
    _: Texts,
) -> None:
    """Once only: a second press, or the update run again, types nothing twice."""
    hint = press.message
    offered = hint.reply_to_message if isinstance(hint, Message) else None
    if offered is None or not isinstance(hint, Message):
        raise Stale
    if offered.from_user is None or offered.from_user.id != person.id:
        raise Stale
    texts = albums.texts(offered)
    if not texts:
        raise Stale
    try:
        kept = await _type(texts, f"{bot.id}:offer", person.id, callback_data, drafts)
    except Closed as closed:
        if closed.other is None and not closed.aside:
            raise
        await answer()
        await turn_card(press, _ways_out(closed, _))
        return
    if kept is None and albums.is_forgotten(offered):
        await answer(_("If this album has more captions, please send them as text."))
    await answer(kept_sentence(kept, _) if kept else "")
    with suppress(TelegramAPIError):
        await hint.edit_reply_markup(reply_markup=None)


async def _type(
    texts: list[Message], cause: str, person: int, button: OfferButton, drafts: Drafts
) -> Closed | BadValue | None:
    """One after another; the first says which letter they are for. What was typed before is not."""
    kept = None
    for index, text in enumerate(texts):
        answers, brings_back = (
            (button.answers or None, button.brings) if not index else (None, False)
        )
        own_cause = f"{cause}:{text.chat.id}:{text.message_id}"
        with suppress(AlreadyApplied):
            kept = await drafts.type(
                own_cause,
                person,
                place_of(text),
                typed_in(text),
                answers,
                brings_back=brings_back,
            )
    return kept
