"""Text that is no command: an address that was asked for, a name, or words for a letter."""

from aiogram import Router
from aiogram.types import Message

from handlers import accounts as names
from handlers import connect
from handlers.commands import command_of, split_command
from handlers.compose import type_text
from handlers.filters import HasText, PrivateChat
from handlers.menu import COMMANDS
from handlers.places import place_of
from handlers.secret_messages import said
from handlers.texts import Texts
from mail.accounts import Accounts
from mail.connections import Connections
from mail.drafts import Drafts
from mail.meanings import Meaning, Meanings
from storage.records.people import Person

router = Router(name="typed")
router.message.filter(PrivateChat(), HasText())


@router.message()
async def typed(
    message: Message,
    cause: str,
    person: Person,
    meanings: Meanings,
    connections: Connections,
    accounts: Accounts,
    drafts: Drafts,
    _: Texts,
) -> None:
    """One look says which; a command that none took, as of another bot, is words."""
    text = said(message).strip()
    match await _meaning(message, text, person, meanings):
        case Meaning.ADDRESS:
            await connect.give(message, text, cause, person, connections, _)
        case Meaning.NAME:
            await names.name(message, cause, person, accounts, _)
        case Meaning.WORDS:
            await type_text(message, cause, person, drafts, _)


async def _meaning(message: Message, text: str, person: Person, meanings: Meanings) -> Meaning:
    if command_of(split_command(message.text or "")[0]) in COMMANDS:
        return Meaning.WORDS
    reply_to = message.reply_to_message.message_id if message.reply_to_message else None
    return await meanings.of(person.id, place_of(message), text, reply_to)
