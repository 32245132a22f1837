"""A letter: an e-mail on the portal, as it was when it was last read."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class LetterText:
    """What is sealed of a letter; strings are empty where the portal gave none."""

    mailbox: str = ""
    subject: str = ""
    sender: str = ""
    to: str = ""
    cc: str = ""
    date: datetime | None = None
    has_attachments: bool = False
    url: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """`number` is the portal's id of the letter."""

    id: str
    owner: int
    connection: str
    number: int
    text: LetterText
    read_at: datetime
