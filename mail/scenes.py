"""What a notice shows: a scene holds all records that its renderer needs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from mail.without_access import ClosedScene
from storage.records.absences import Absence
from storage.records.connections import ConnectAttempt, Connection, ConnectionTest
from storage.records.drafts import Draft
from storage.records.letters import Letter
from storage.records.outbox import Earlier, OtherAnswer, OutboxRow
from storage.records.people import Person
from storage.records.places import Place

SLOW = timedelta(seconds=3)  # after that a person is told what is being waited for


@dataclass(frozen=True, slots=True)
class DraftScene:
    """A step, the review, or a draft that was set aside; `slow`: the portal takes its time.

    Only a step is about the letter and its connection: all that a review shows is in the draft.
    `earlier`: what is known of it if it was told to go before; `others`: how other answers to the
    same letter stand.
    """

    draft: Draft
    connection: Connection | None
    letter: Letter | None
    slow: bool = False
    earlier: Earlier = Earlier.NONE
    others: tuple[OtherAnswer, ...] = ()


@dataclass(frozen=True, slots=True)
class LetterScene:
    """The letter that a draft answers."""

    letter: Letter
    connection: Connection


@dataclass(frozen=True, slots=True)
class OutboxScene:
    """A letter on its way; `rings` where it is told in a message of its own.

    `slow`: it waits for its turn, or for an answer, for longer than anybody should in silence.
    `reminds`: the same was told before.
    `earlier`: what is known of the letter that this one was before it was sent again.
    `offers_text`: another answer may be begun with text of this one.
    """

    row: OutboxRow
    draft: Draft | None
    connection: Connection | None
    rings: bool
    slow: bool = False
    earlier: Earlier = Earlier.NONE
    reminds: bool = False
    offers_text: bool = False


@dataclass(frozen=True, slots=True)
class OutboxListScene:
    """Letters on their way or in doubt, and those that lately ended, with the zone of the mail."""

    open: tuple[OutboxRow, ...]
    ended: tuple[OutboxRow, ...]
    at: datetime  # it is not shown anew by itself
    zone: str = ""
    earlier: Mapping[str, Earlier] = field(default_factory=dict)  # by row
    offer_text: frozenset[str] = frozenset()  # those left as not known, to be answered anew


@dataclass(frozen=True, slots=True)
class AttemptScene:
    """Connecting; `connection` is what came of it, or what would be replaced."""

    attempt: ConnectAttempt
    connection: Connection | None


@dataclass(frozen=True, slots=True)
class AccountsScene:
    """All connections of a person, with their last tests; `naming` is to be named."""

    connections: tuple[Connection, ...]
    tests: tuple[ConnectionTest, ...] = ()
    naming: Connection | None = None


@dataclass(frozen=True, slots=True)
class ApprovalScene:
    """A stranger who asks an admin to be let in, or who came in `by_link` of the reader."""

    stranger: Person
    by_link: bool = False


@dataclass(frozen=True, slots=True)
class AdmittedScene:
    """A person whom an admin let in, or not, or `removed`."""

    admitted: bool
    removed: bool = False


@dataclass(frozen=True, slots=True)
class UnreadableScene:
    """A message of this person could not be handled."""


@dataclass(frozen=True, slots=True)
class FoldScene:
    """An old card that loses its buttons; `row`: how that letter stands is told below it."""

    row: OutboxRow | None = None


@dataclass(frozen=True, slots=True)
class TopicLeftScene:
    """The topic of a group where nothing can be said any more."""

    topic: Place


@dataclass(frozen=True, slots=True)
class MovedScene:
    """A portal was renamed, and this connection followed it."""

    connection: Connection


@dataclass(frozen=True, slots=True)
class AbsenceScene:
    """The bot was away, and something is lost; `zone` is the reader's."""

    absence: Absence
    zone: str = ""


Scene = (
    DraftScene
    | LetterScene
    | OutboxScene
    | AttemptScene
    | AccountsScene
    | ApprovalScene
    | AdmittedScene
    | UnreadableScene
    | FoldScene
    | MovedScene
    | TopicLeftScene
    | OutboxListScene
    | ClosedScene
    | AbsenceScene
)


@dataclass(frozen=True, slots=True)
class Showing:
    """`target` is the message to edit, None for a new one, which may reply to `reply_to`."""

    reader: Person
    scene: Scene
    target: int | None = None
    reply_to: int | None = None
