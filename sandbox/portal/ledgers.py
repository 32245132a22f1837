"""What the portal writes down while it is used, so that tests can hold a client to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sandbox.portal.letters import Letter, SentLetter


@dataclass
class Call:
    """One call that reached the portal. `status` is None as long as it has no answer."""

    api: Literal["v3", "classic"]
    method: str
    at: datetime
    headers: Mapping[str, str]
    status: int | None = None


@dataclass(eq=False)
class Flight:
    """A call with an idempotency key, from its arrival until it has run or was dropped."""

    webhook_code: str = field(repr=False)
    method: str
    key: str
    overlapped: bool = False
    """Another call with the same key was there at the same time: real portals may run both."""

    def meets(self, other: "Flight") -> bool:
        """Has the other one the same key, in the same place?"""
        its = (other.webhook_code, other.method, other.key)
        return its == (self.webhook_code, self.method, self.key)


@dataclass
class Run:
    """One call of a writing method that ran: it was neither refused nor replayed."""

    method: str
    webhook_code: str = field(repr=False)
    key: str | None
    """The idempotency key that came with it, whether the portal minds keys or not."""
    raw: bytes = field(repr=False)
    begin: datetime
    end: datetime | None = None
    """None: it is running."""
    sent: SentLetter | None = None
    """The letter that left by it."""
    flight: Flight | None = None

    @property
    def overlapped(self) -> bool:
        """Was a call with the same key there before this one had run?"""
        return self.flight is not None and self.flight.overlapped


@dataclass(frozen=True)
class Made:
    """Something that was made on the portal out of a letter, or was taken away again."""

    method: str
    id: int
    letter: Letter
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class RefusedSend:
    """What the next send answers instead of sending; without a code, in the method's own token."""

    sentence: str
    code: str | None
    field: str | None


@dataclass
class Stored:
    """A success that an idempotency key remembers."""

    body_hash: bytes
    result: object
    at: datetime
