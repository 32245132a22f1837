"""Help, and what the bot says in groups."""

from aiogram import Router
from aiogram.types import Message

from handlers.commands import CommandText
from handlers.filters import GroupChat, PrivateChat
from handlers.menu import menu
from handlers.texts import Texts, mark
from storage.records.people import Person

router = Router(name="basics")
router.message.filter(PrivateChat())
groups = Router(name="groups")
groups.message.filter(GroupChat())

_PROMISE = mark(
    "You look at every answer before it goes out, and can undo it for a few seconds. "
    "I say whether it left, or that it is not known."
)


@router.message(CommandText("help"))
async def help_privately(message: Message, person: Person, _: Texts) -> None:
    """What the bot does, and its commands."""
    await message.answer(help_text(_, admin=person.admin))


@groups.message(CommandText("help"))
async def help_in_group(message: Message, bot_username: str, _: Texts) -> None:
    """What it does, and where: until desks exist, the conversation is for private chats."""
    await message.answer(group_help_text(f"https://t.me/{bot_username}", _))


def help_text(_: Texts, *, admin: bool = False) -> str:
    """Plain text: what it does, what it does not, and the commands."""
    lines = [
        _("I bring your Bitrix24 mail into this chat, so that you can answer it here."),
        _(_PROMISE),
        "",
        *(f"/{name} — {said}" for name, said in menu(_, admin=admin)),
    ]
    return "\n".join(lines)


def group_help_text(link: str, _: Texts) -> str:
    """Without the commands: none of them but this one works here."""
    lines = [
        _("I bring your Bitrix24 mail into Telegram, so that you can answer it there."),
        _(_PROMISE),
        _("That is between the two of us, so my commands work in our private chat: {link}").format(
            link=link
        ),
    ]
    return "\n".join(lines)


@groups.message(
    CommandText(
        "start", "connect", "accounts", "disconnect", "inbox", "search", "reply", "new", "outbox",
        "desk", "oncall", "templates", "settings", "cancel", "invite",
    )
)  # fmt: skip
async def send_privately(message: Message, bot_username: str, _: Texts) -> None:
    """Until desks exist, the conversation is for private chats."""
    await message.answer(
        _("Please write to me privately: {link}").format(link=f"https://t.me/{bot_username}")
    )
