"""The commands that the bot registers, with what each does."""

from handlers.texts import Texts, mark

_COMMANDS = (
    ("reply", mark("Answer a letter: /reply 15")),
    ("outbox", mark("What became of your letters")),
    ("connect", mark("Connect a Bitrix24 portal")),
    ("accounts", mark("Your connected portals")),
    ("disconnect", mark("Disconnect a portal")),
    ("cancel", mark("Set aside what you are writing")),
    ("help", mark("What this bot does")),
    ("start", mark("Begin")),
)

_FOR_ADMINS = (("invite", mark("A link that lets somebody in")),)


COMMANDS = frozenset(name for name, _said in (*_COMMANDS, *_FOR_ADMINS))


def menu(_: Texts, *, admin: bool = False) -> tuple[tuple[str, str], ...]:
    """Names without the slash, and descriptions."""
    commands = (*_COMMANDS, *_FOR_ADMINS) if admin else _COMMANDS
    return tuple((name, _(said)) for name, said in commands)
