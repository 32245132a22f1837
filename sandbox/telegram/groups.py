"""What people do with the bot and a group: add, remove, promote, upgrade to a supergroup."""

from sandbox.telegram.chats import Chat
from sandbox.telegram.members import let_bot_be
from sandbox.telegram.people import Person
from sandbox.telegram.telegram import Telegram

FIRST_SUPERGROUP = -1_001_000_000_000


def add_bot(telegram: Telegram, chat: Chat, by: Person) -> None:
    let_bot_be(telegram, chat, by, "member")


def remove_bot(telegram: Telegram, chat: Chat, by: Person) -> None:
    """Takes the bot out; it may be added again."""
    let_bot_be(telegram, chat, by, "left")


def ban_bot(telegram: Telegram, chat: Chat, by: Person) -> None:
    """Kicks the bot."""
    let_bot_be(telegram, chat, by, "kicked")


def make_admin(telegram: Telegram, chat: Chat, by: Person, *, admin: bool = True) -> None:
    """Promotes the bot, or demotes it."""
    let_bot_be(telegram, chat, by, "member", admin=admin)


def migrate(telegram: Telegram, chat: Chat, by: Person, new_id: int | None = None) -> Chat:
    """Upgrades a basic group to a supergroup, which has another id. (Page "ResponseParameters".)

    The bot gets a service message in each; calls with the old id are refused and name the new one.
    """
    if chat.kind != "group":
        raise ValueError(f"chat {chat.id} is a {chat.kind}, not a group")
    chosen = FIRST_SUPERGROUP - telegram.number() if new_id is None else new_id
    wire = {"id": chosen, "type": "supergroup", "title": chat.wire["title"]}
    new = telegram.chats[chosen] = Chat(wire, telegram.changes)
    new.members, new.bot_is_admin = chat.members, chat.bot_is_admin
    chat.migrated_to = chosen
    for place, key, other in (
        (chat, "migrate_to_chat_id", chosen),
        (new, "migrate_from_chat_id", chat.id),
    ):
        note = place.add({"from": by.wire, "date": telegram.now(), key: other})
        telegram.updates.push("message", note.wire.copy())
    return new
