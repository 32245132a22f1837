"""Letters in the mailboxes of the portal, and the ledger of what left through the API."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.portal.people import Mailbox

INBOX = "INBOX"
SENT = "Sent"
SPAM = "Spam"
TRASH = "Trash"

_BREAK = re.compile(r"(?i)<br\s*/?>|</p>|</div>|</blockquote>|</pre>")
_TAG = re.compile(r"<[^>]*>")


@dataclass(eq=False)
class Letter:
    """An e-mail in one folder of one mailbox. `sender`, `to` and `cc` are header text."""

    id: int
    mailbox: Mailbox
    folder: str
    sender: str
    to: str
    cc: str
    subject: str
    body: str
    date: datetime
    is_seen: bool = False
    has_attachments: bool = False
    answers: int | None = None
    """The id of the letter that this one answers."""
    visible_at: datetime | None = None
    """From when the API shows it; None: at once."""
    bindings: list[dict[str, Any]] = field(default_factory=list)
    """What was made of it on the portal."""


@dataclass(frozen=True)
class SentLetter:
    """One letter that the API was asked to send and that left. Lists are as they were asked for."""

    method: str
    webhook_code: str
    employee_id: int
    sender: str
    to: list[str]
    cc: list[str]
    bcc: list[str]
    subject: str
    body: str
    answers: int | None
    at: datetime
    raw: bytes
    """The request's body, byte for byte."""
    headers: Mapping[str, str] = field(repr=False)
    copy: Letter | None = None
    """The copy in the Sent folder; None: the portal makes none."""

    forwards: int | None = None
    """The id of the letter that this one passes on."""

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get("Idempotency-Key")


def in_folder(letter: Letter, asked: str) -> bool:
    """A folder is asked for by its path, `Clients/Paper`, or by the last name in it."""
    path = letter.folder.casefold()
    return asked.casefold() in (path, path.rpartition("/")[2])


def text_of(body: str) -> str:
    """What the portal keeps of an HTML body: the text, tags stripped."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", body))).strip()
