"""Help, groups, and everything that is neither a command nor text."""

from aiogram import Router
from aiogram.types import Message

from handlers.commands import CommandText
from handlers.filters import GroupChat, PrivateChat
from handlers.menu import menu
from handlers.texts import Texts

router = Router(name="basics")
router.message.filter(PrivateChat())
groups = Router(name="groups")
groups.message.filter(GroupChat())

# One hint for all messages of an album: their ids as they came last, newest at the end.
MOST_ALBUMS = 100


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


@router.message(CommandText("help"))
async def help_privately(message: Message, _: Texts) -> None:
    """What the bot does, and its commands."""
    await message.answer(help_text(_))


@groups.message(CommandText("help"))
async def help_in_group(message: Message, _: Texts) -> None:
    """The same, in a group."""
    await message.answer(help_text(_))


def help_text(_: Texts) -> str:
    """Plain text: what it does, what it does not, and the commands."""
    lines = [
        _("I bring your Bitrix24 mail into this chat, so that you can answer it here."),
        _(
            "You look at every answer before it goes out, and can undo it for a few seconds. "
            "I say whether it left, or that it is not known."
        ),
        "",
        *(f"/{name}: {said}" for name, said in menu(_)),
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


@router.message()
async def not_text(message: Message, albums: Albums, _: Texts) -> None:
    """Stickers, voice, pictures without a caption, polls, places, contacts: one hint."""
    if albums.first(message.media_group_id):
        await message.answer(
            _("I can only work with text. Please type it; nothing you wrote before is lost.")
        )
