"""Connecting a portal: `/connect`, the address that is typed, and secrets where none belong."""

from aiogram import Router
from aiogram.dispatcher.event.bases import SkipHandler
from aiogram.filters import Filter
from aiogram.types import CallbackQuery, LinkPreviewOptions, Message

from handlers.commands import CommandText
from handlers.connection_cards import AttemptButton
from handlers.filters import PrivateChat
from handlers.places import place_of, place_of_press
from handlers.secret_messages import HoldsSecret, said, take_away, warn
from handlers.sentences import secret_left_sentence
from handlers.texts import Texts
from handlers.webhook_sentences import not_an_address
from mail.connections import Connections
from mail.errors import AlreadyApplied, LimitReached
from storage.records.people import Person

groups = Router(name="connect in groups")
groups.message.filter(~PrivateChat())
groups.edited_message.filter(~PrivateChat())

secrets = Router(name="secrets where none belong")
secrets.message.filter(PrivateChat())
secrets.edited_message.filter(PrivateChat())

router = Router(name="connect")
router.message.filter(PrivateChat())
router.callback_query.filter(PrivateChat())


class NotTyped(Filter):
    """Forwarded, or under a picture or a file: not what a person types to connect."""

    async def __call__(self, message: Message) -> bool:
        return message.forward_origin is not None or message.text is None


@groups.message(HoldsSecret())
@groups.edited_message(HoldsSecret())
async def secret_in_group(message: Message, _: Texts) -> None:
    """Everybody there has seen it: only a new webhook helps."""
    seen = _("There was a webhook in this message. Whoever saw it can read and send your mail.")
    await warn(
        message,
        f"{seen} {await _gone(message, _)} "
        + _("Please delete the webhook in Bitrix24, make a new one, and send it to me privately."),
    )


@secrets.message(NotTyped(), HoldsSecret())
@secrets.edited_message(HoldsSecret())
async def secret_elsewhere(message: Message, _: Texts) -> None:
    """Forwarded, edited, or as a caption: it is or was somewhere else too."""
    seen = _("A webhook in a forwarded, edited or attached message may have been seen by others.")
    await warn(
        message,
        f"{seen} {await _gone(message, _)} "
        + _("Please delete the webhook in Bitrix24, make a new one, and send it with /connect."),
    )


async def _gone(message: Message, _: Texts) -> str:
    if await take_away(message):
        return _("I have deleted the message.")
    return _("I could not delete the message: please delete it.")


@router.message(CommandText("connect"))
async def connect(
    message: Message,
    argument: str,
    cause: str,
    person: Person,
    connections: Connections,
    _: Texts,
) -> None:
    """`/connect`, and `/connect ADDRESS`."""
    if argument:
        await give(message, argument, cause, person, connections, _)
    else:
        await connections.begin(cause, person.id, place_of(message))


@router.message(CommandText("cancel"))
async def cancel(message: Message, cause: str, person: Person, connections: Connections) -> None:
    """While an address is asked for; else it is about a draft."""
    if not await connections.cancel(cause, person.id, place_of(message)):
        raise SkipHandler


@router.callback_query(AttemptButton.filter())
async def press(
    press: CallbackQuery,
    callback_data: AttemptButton,
    cause: str,
    person: Person,
    connections: Connections,
) -> None:
    """Replace, Try again, Cancel."""
    assert press.message is not None, "the filter saw its chat"
    await connections.press(
        cause,
        person.id,
        place_of_press(press),
        press.message.message_id,
        callback_data.attempt,
        callback_data.revision,
        callback_data.press,
    )


async def give(
    message: Message, text: str, cause: str, person: Person, connections: Connections, _: Texts
) -> None:
    """An address; the secret leaves the chat as soon as it is stored, or certainly not wanted."""
    try:
        fault = await connections.give(cause, person.id, place_of(message), text)
    except (AlreadyApplied, LimitReached):
        await _take_secret(message, connections, _)
        raise
    await _take_secret(message, connections, _)
    if fault is not None:
        said_why = not_an_address(fault, _)
        await message.answer(said_why, link_preview_options=LinkPreviewOptions(is_disabled=True))


async def _take_secret(message: Message, connections: Connections, _: Texts) -> None:
    if connections.holds_webhook(said(message)) and not await take_away(message):
        await warn(message, secret_left_sentence(_))
