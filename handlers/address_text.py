"""E-mail addresses on cards: shown unaltered, and none of them is a tap away from a command.

Telegram makes a command of `/start@x.example`; within the format of code it makes nothing.
"""

from collections.abc import Sequence

from aiogram.utils.formatting import Code, Text

from handlers.foreign_text import untappable


def address_text(email: str) -> Text:
    """One address, as code if Telegram would make more of it."""
    return Text(email) if untappable(email) == email else Text(Code(email))


def addresses_text(emails: Sequence[str]) -> Text:
    """Several, with commas between."""
    parts: list[str | Text] = []
    for email in emails:
        parts += [", ", address_text(email)] if parts else [address_text(email)]
    return Text(*parts)


def filled(sentence: str, name: str, value: Text) -> Text:
    """The sentence with a formatted value in the place of `{name}`."""
    before, _placeholder, behind = sentence.partition(f"{{{name}}}")
    return Text(before, value, behind)
