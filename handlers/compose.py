"""The conversation about a letter that is being written: begin, press, type, and edit."""

from aiogram import Router
from aiogram.types import CallbackQuery, Message

from handlers.buttons import DraftButton
from handlers.commands import CommandText, command_of, split_command
from handlers.filters import HasText, MayHaveCaption, PrivateChat
from handlers.menu import COMMANDS
from handlers.offers import offer_ways_out
from handlers.places import place_of, place_of_press, typed_in
from handlers.sentences import kept_text, sentence_text
from handlers.texts import Texts
from mail.drafts import Drafts
from mail.errors import BadValue, Closed, Closing
from storage.records.people import Person

router = Router(name="compose")
router.message.filter(PrivateChat())
router.edited_message.filter(PrivateChat())
router.callback_query.filter(PrivateChat())


@router.message(CommandText("reply"))
async def begin(
    message: Message, argument: str, cause: str, person: Person, drafts: Drafts, _: Texts
) -> None:
    """`/reply`, `/reply 15`, and `/reply 15 Thanks, got it`."""
    reference, text = split_command(argument)
    typed = typed_in(message, after=len(message.text or "") - len(text)) if text else None
    refused = await drafts.begin(cause, person.id, place_of(message), reference, typed)
    if refused is not None:
        text, entities = sentence_text(refused, _).render()
        await message.answer(text, entities=entities)


@router.message(CommandText("cancel"))
async def cancel(message: Message, cause: str, person: Person, drafts: Drafts, _: Texts) -> None:
    """Sets aside what is being written."""
    if not await drafts.cancel(cause, person.id, place_of(message)):
        await message.answer(_("There is nothing to cancel."))


@router.callback_query(DraftButton.filter())
async def press(
    press: CallbackQuery, callback_data: DraftButton, cause: str, person: Person, drafts: Drafts
) -> None:
    """Any button of a draft's cards but Send."""
    assert press.message is not None, "the filter saw its chat"
    await drafts.press(
        cause,
        person.id,
        place_of_press(press),
        press.message.message_id,
        callback_data.draft,
        callback_data.revision,
        callback_data.press,
        callback_data.argument,
    )


async def type_text(message: Message, cause: str, person: Person, drafts: Drafts, _: Texts) -> None:
    """Typed or forwarded text answers a card; after Cancel it is offered to an older letter."""
    reply_to = message.reply_to_message.message_id if message.reply_to_message else None
    try:
        kept = await drafts.type(cause, person.id, place_of(message), typed_in(message), reply_to)
        if kept is not None:
            await _say_kept(message, kept, _)
    except Closed as closed:
        if closed.other is None and closed.closing is Closing.ASIDE:
            await drafts.show_aside(cause, person.id, place_of(message))
        if closed.other is None and not closed.aside:
            raise
        await offer_ways_out(message, closed, _)


@router.edited_message(HasText())
async def edit_text(message: Message, cause: str, person: Person, drafts: Drafts, _: Texts) -> None:
    """Editing a message changes its part of the draft; `/reply 15 text` is one, too."""
    text = message.text or ""
    first, argument = split_command(text)
    reference, answer = split_command(argument) if command_of(first) == "reply" else ("", "")
    if command_of(first) in COMMANDS and not answer:
        await message.answer(
            _("A command cannot be edited into a message. Please send it as a new one.")
        )
        return
    typed = typed_in(message, after=len(text) - len(answer) if answer else 0)
    changed = await drafts.edit(cause, person.id, place_of(message), typed, reference)
    if isinstance(changed, Closed):
        await _say_kept(message, changed, _)
    elif not changed:
        await message.answer(
            _(
                "That message is not part of a letter that you are writing. Please send it as a "
                "new message."
            )
        )


@router.edited_message(MayHaveCaption())
async def edit_caption(
    message: Message, cause: str, person: Person, drafts: Drafts, _: Texts
) -> None:
    """Of one that a letter took; the hint of any other offers it as it stands by then."""
    changed = await drafts.edit(cause, person.id, place_of(message), typed_in(message))
    if isinstance(changed, Closed):
        await _say_kept(message, changed, _)


async def _say_kept(message: Message, kept: Closed | BadValue, _: Texts) -> None:
    text, entities = kept_text(kept, _).render()
    await message.reply(text, entities=entities, allow_sending_without_reply=True)
