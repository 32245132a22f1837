"""What mail refuses. Errors carry codes and values; handlers turn them into sentences.

MailError
├── Stale          a button about something that has changed since
│   └── SendPressed    Send, once more
├── TooLate        Undo, when the letter is on its way
├── NothingAsked   text, where nothing was asked
├── Closed         text for a draft that takes none now
├── BadValue       a typed value that the field cannot hold; nothing was changed
├── NotConnected   there is no connection to do this with
├── LimitReached   too much of this in an hour
├── NotAllowed     only an admin may
└── ShutOut        their access ended while the update waited
"""

from dataclasses import dataclass
from enum import StrEnum

from storage.errors import AlreadyApplied, SealBroken
from storage.records.drafts import Field

__all__ = [
    "AlreadyApplied",
    "BadValue",
    "Closed",
    "Closing",
    "Limit",
    "LimitReached",
    "MailError",
    "NotAllowed",
    "NotConnected",
    "NothingAsked",
    "OpenDraft",
    "SealBroken",
    "SendPressed",
    "ShutOut",
    "Stale",
    "TooLate",
]


class MailError(Exception):
    """The root."""


class Stale(MailError):
    """The button's row is gone, somebody else's, or has changed since the card was shown."""


@dataclass
class SendPressed(Stale):
    """Send was pressed before: the letter is on its way, or `left`."""

    left: bool


class TooLate(MailError):
    """The letter is on its way already."""


class NothingAsked(MailError):
    """Nothing in this place waits for text."""


class Closing(StrEnum):
    """Why a draft takes no text now."""

    ASIDE = "aside"
    HELD = "held"
    SENDING = "sending"
    VERIFYING = "verifying"
    UNKNOWN = "unknown"
    ENDED = "ended"
    WAITING = "waiting"  # deferred or blocked: the letter can still be cancelled
    REFUSAL = "refusal"  # the portal refused and named no field: open the review first


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft that is still written; `card` is the message that shows it."""

    card: int
    letter_number: int | None
    subject: str


@dataclass
class Closed(MailError):
    """The draft cannot take text now; what was typed stays in the chat, or may go to `other`.

    `aside` is the card of a draft that was set aside and may be brought back with the text, or 0.
    """

    closing: Closing
    other: OpenDraft | None = None
    aside: int = 0


@dataclass
class BadValue(MailError):
    """`code` says what is wrong with the value, `piece` is the part, `count` how many or long."""

    field: Field
    code: str
    piece: str = ""
    count: int = 0


@dataclass
class NotConnected(MailError):
    """No connection is active, or the draft's own was removed.

    `checking`: a portal is being asked right now, and may be connected soon.
    """

    checking: bool = False


class Limit(StrEnum):
    """What is limited an hour."""

    CONNECTS = "connects"
    SENDS = "sends"


@dataclass
class LimitReached(MailError):
    """`most` an hour are allowed."""

    limit: Limit
    most: int


class NotAllowed(MailError):
    """Only an admin may do this."""


class ShutOut(MailError):
    """Whoever asked for it has lost their access meanwhile."""
