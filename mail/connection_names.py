"""What a person calls a connection, because several portals' hosts look alike on a phone."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from mail.body import is_blank

LONGEST = 40  # characters, what a phone shows in one line


class NameFault(StrEnum):
    """What is wrong with a name."""

    BLANK = "blank"
    TOO_LONG = "too_long"
    NOT_ONE_LINE = "not_one_line"


@dataclass
class BadName(Exception):
    """A name that cannot be kept; `count` is how long it is, in characters."""

    code: NameFault
    count: int = 0


def read_name(text: str) -> str:
    """The name without the blanks around it; BadName if it cannot be one."""
    name = text.strip()
    if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in name):
        raise BadName(NameFault.NOT_ONE_LINE)
    if is_blank(name):
        raise BadName(NameFault.BLANK)
    if len(name) > LONGEST:
        raise BadName(NameFault.TOO_LONG, len(name))
    return name
