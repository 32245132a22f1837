"""Help, and what the bot says in groups."""

from aiogram import Router
from aiogram.types import Message

from handlers.commands import CommandText
from handlers.filters import GroupChat, PrivateChat
from handlers.menu import menu
from handlers.texts import Texts
from storage.records.people import Person

router = Router(name="basics")
router.message.filter(PrivateChat())
groups = Router(name="groups")
groups.message.filter(GroupChat())


@router.message(CommandText("help"))
async def help_privately(message: Message, person: Person, _: Texts) -> None:
    """What the bot does, and its commands."""
    await message.answer(help_text(_, admin=person.admin))


@groups.message(CommandText("help"))
async def help_in_group(message: Message, _: Texts) -> None:
    """The same, in a group."""
    await message.answer(help_text(_))


def help_text(_: Texts, *, admin: bool = False) -> str:
    """Plain text: what it does, what it does not, and the commands."""
    lines = [
        _("I bring your Bitrix24 mail into this chat, so that you can answer it here."),
        _(
            "You look at every answer before it goes out, and can undo it for a few seconds. "
            "I say whether it left, or that it is not known."
        ),
        "",
        *(f"/{name} — {said}" for name, said in menu(_, admin=admin)),
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
