"""Commands are known by their text: not every Telegram server marks them as entities."""

from typing import Any

from aiogram.filters import Filter
from aiogram.types import Message


class AnyCommand(Filter):
    """What begins with a slash, be it a command of ours or not."""

    async def __call__(self, message: Message) -> bool:
        return split_command(message.text or "")[0].startswith("/")


class CommandText(Filter):
    """`/name` or `/name@thisbot`, and what follows it as `argument`."""

    def __init__(self, *names: str) -> None:
        self._names = names

    async def __call__(self, message: Message, bot_username: str) -> bool | dict[str, Any]:
        first, argument = split_command(message.text or "")
        name, _, addressee = first.removeprefix("/").partition("@")
        if not first.startswith("/") or name.lower() not in self._names:
            return False
        if addressee and addressee.lower() != bot_username.lower():
            return False
        return {"argument": argument}


def command_of(first: str) -> str:
    """The name of the command that a first word is, or ''."""
    return first[1:].partition("@")[0].lower() if first.startswith("/") else ""


def split_command(text: str) -> tuple[str, str]:
    """The first word, and the rest without the blanks around it."""
    first, *rest = text.split(maxsplit=1)[:2] or [""]
    return first, rest[0].strip() if rest else ""
