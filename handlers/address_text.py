"""E-mail addresses on cards: shown unaltered, and none of them is a tap away from a command.

Telegram makes a command of `/start@x.example`; within the format of code it makes nothing. A domain
that goes out as punycode is shown in both spellings: one is what was typed, and by the other an
address that only looks like it is told apart.
"""

from collections.abc import Sequence

from aiogram.utils.formatting import Code, Text

from handlers.foreign_text import untappable
from mail.recipients import in_its_script


def address_text(email: str) -> Text:
    """One address, and in brackets how it goes out if that is spelt otherwise."""
    typed = in_its_script(email)
    if typed == email:
        return quoted(email)
    return Text(quoted(typed), " (", quoted(email), ")")


def quoted(text: str) -> Text:
    """As it is, and as code if Telegram would make a command or a name of it."""
    return Text(text) if untappable(text) == text else Text(Code(text))


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
