"""The outbox: letters that were told to go, each with a state."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.failures import Failure
from storage.records.places import Place


class OutboxState(StrEnum):
    """Where a letter stands. Only `unknown` may have left without our knowing."""

    HELD = "held"  # waits until Undo is over
    QUEUED = "queued"
    SENDING = "sending"  # on disk before the socket opens
    SENT = "sent"  # the portal accepted it, or a person says so
    REJECTED = "rejected"  # the portal refused this letter; it did not leave
    BLOCKED = "blocked"  # the connection must be mended first; it did not leave
    DEFERRED = "deferred"  # the portal was not reached, or is busy; it did not leave
    UNKNOWN = "unknown"  # it may have left; a person decides
    CANCELLED = "cancelled"  # certainly not sent
    ABANDONED = "abandoned"  # was unknown; the person left it at that


class Why(StrEnum):
    """What a state rests on, where the state alone does not tell."""

    NOTHING = ""
    RESPONSE = "response"  # the portal said so
    PERSON = "person"  # a person said so
    RESTART = "restart"  # the program stopped while the letter was on its way
    LATE = "late"  # found at start more than a day after its time
    UNDO = "undo"
    DISCONNECTED = "disconnected"
    UNREADABLE = "unreadable"  # what was stored of it does not open any more
    OTHER_ACCOUNT = "other_account"  # reconnected as somebody else, or without this sender
    AGAIN = "again"  # sent again as a new row


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a letter goes from and to, for the cards; addresses as they were asked for."""

    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One attempt to send one letter. `body` is exactly what goes over the wire; none: it is lost.

    `accepted_to` is what the portal said it sent to. `lease_epoch` grows with every claim.
    """

    id: str
    owner: int
    place: Place
    draft: str
    connection: str
    method: str
    idempotency_key: str
    body: bytes = field(repr=False)
    body_sha256: str
    envelope: Envelope
    state: OutboxState
    why: Why
    revision: int
    due_at: datetime
    lease_epoch: int
    attempts: int
    first_wire_at: datetime | None
    failure: Failure | None
    accepted_to: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
