"""The outbox: letters that were told to go, each with a state."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.failures import Failure
from storage.records.places import Place


class OutboxState(StrEnum):
    """Where a letter stands. Only `verifying` and `unknown` may have left without our knowing."""

    HELD = "held"  # waits until Undo is over
    QUEUED = "queued"
    SENDING = "sending"  # on disk before the socket opens
    SENT = "sent"  # the portal accepted it, or a person says so
    REJECTED = "rejected"  # the portal refused this letter; it did not leave
    BLOCKED = "blocked"  # the connection must be mended first; it did not leave
    DEFERRED = "deferred"  # the portal was not reached, or is busy; it goes by itself
    VERIFYING = "verifying"  # it may have left; the bot looks for it
    EXPIRED = "expired"  # waited for a day; a person decides whether it still goes
    UNKNOWN = "unknown"  # it may have left; a person decides
    CANCELLED = "cancelled"  # certainly not sent
    ABANDONED = "abandoned"  # was unknown; the person left it at that, or sent it again


class Why(StrEnum):
    """What a state rests on, where the state alone does not tell."""

    NOTHING = ""
    RESPONSE = "response"  # the portal said so
    REPLAY = "replay"  # the portal said so when the same call was repeated
    UNPROTECTED = "unprotected"  # it did, and did not know the key: an earlier call may have left
    THREAD = "thread"  # the letter was found on the portal
    PERSON = "person"  # a person said so
    RESTART = "restart"  # the program stopped while the letter was on its way
    LATE = "late"  # more than a day after its time
    RESTORED = "restored"  # the database is a copy: what it holds may have left since
    UNDO = "undo"
    DISCONNECTED = "disconnected"
    UNREADABLE = "unreadable"  # what was stored of it does not open any more
    OTHER_ACCOUNT = "other_account"  # reconnected as somebody else, or without this sender
    MOVED = "moved"  # the portal said that it has another address now
    AGAIN = "again"  # sent again as a new row
    ANSWERED = "answered"  # the reply guard found that the letter was answered meanwhile
    UNGUARDED = "unguarded"  # the reply guard was not allowed to look
    FIRST_LEFT = "first_left"  # sent again, and the first one was found before the second went


class Looked(StrEnum):
    """What the bot saw when it looked for a letter last, beside what made it look."""

    NOT_YET = ""
    NOT_FOUND = "not_found"  # no proof: copies come late
    NOT_LOOKED = "not_looked"  # the thread could not be read; the look's failure says why
    PERHAPS = "perhaps"  # such a letter is there, but may be another that was sent


class Earlier(StrEnum):
    """What is known of letters that a draft was before it was told to go again."""

    NONE = ""
    MAY_HAVE_LEFT = "may_have_left"
    LEFT = "left"


class OtherAnswer(StrEnum):
    """How another answer of the same person to the same letter stands, gravest first."""

    MAY_HAVE_LEFT = "may_have_left"
    WAITS_FOR_PERSON = "waits_for_person"  # it did not leave, and does not by itself
    ON_ITS_WAY = "on_its_way"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a letter goes from and to, for the cards; addresses as they were asked for."""

    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""


# Certainly not on the portal's side, so Undo and Cancel work as long as nothing went over the wire.
NOT_LEFT = (
    OutboxState.HELD,
    OutboxState.QUEUED,
    OutboxState.DEFERRED,
    OutboxState.BLOCKED,
    OutboxState.EXPIRED,
)

# Nothing happens to it any more by itself.
ENDED = (
    OutboxState.SENT,
    OutboxState.REJECTED,
    OutboxState.CANCELLED,
    OutboxState.ABANDONED,
)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One attempt to send one letter. `body` is exactly what goes over the wire; none: it is lost.

    `accepted_to` is what the portal said it sent to. `lease_epoch` grows with every claim, and
    only its holder may say that the letter did not leave. `next_at` is when a deferred letter is
    tried again, or a verifying one is looked for. `deferrals` counts tries in a row that did not
    reach the portal, `replays` calls that repeated the first one, which `no_replay` forbids.
    `baseline` are the letters of the thread before the first call, None if it was not read.
    `failure` is what became of the call, `look_failure` of the last look for the letter.
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
    last_wire_at: datetime | None = None
    next_at: datetime | None = None
    deferrals: int = 0
    replays: int = 0
    no_replay: bool = False
    hook_fp: bytes | None = None
    baseline: tuple[int, ...] | None = None
    looked: Looked = Looked.NOT_YET
    look_failure: Failure | None = None

    @property
    def waits(self) -> bool:
        """Was it put off, so that it goes out by itself later? On the wire it waits no more."""
        queued_again = self.state is OutboxState.QUEUED and self.deferrals > 0
        return self.state is OutboxState.DEFERRED or queued_again

    @property
    def in_doubt(self) -> bool:
        """May a person say what became of it? Also after it was sent again, while nobody knows."""
        sent_again = self.state is OutboxState.ABANDONED and self.why is Why.AGAIN
        return self.state is OutboxState.UNKNOWN or sent_again

    @property
    def tries_again(self) -> bool:
        """Is a letter that was put off on the wire now, for the first time?"""
        return self.state is OutboxState.SENDING and self.deferrals > 0 and self.replays == 0
