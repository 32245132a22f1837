"""A notice: a message or an edit that the bot owes somebody; and the cards that came of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from storage.records.places import Place


class NoticeKind(StrEnum):
    """What a notice shows. Its subject is the id of the row that it is rendered from."""

    DRAFT = "draft"  # a step, or the review
    DRAFT_LETTER = "draft_letter"  # the card of the letter that a draft answers
    OUTBOX = "outbox"  # the card of a letter on its way: held, sending, sent
    OUTBOX_LIST = "outbox_list"
    OUTCOME = "outcome"  # rings: not sent, or not known
    ATTEMPT = "attempt"  # connecting
    ACCOUNTS = "accounts"
    APPROVAL = "approval"  # to an admin: somebody asks to be let in
    ADMITTED = "admitted"  # to a person: you were let in
    UNREADABLE = "unreadable"  # to a person: a message of theirs could not be handled
    MOVED = "moved"  # a portal was renamed; the subject is the connection
    ABSENCE = "absence"  # what did not reach the bot while it was away
    TOPIC_LEFT = "topic_left"  # to an admin: a group's topic is no more; "chat:thread"
    FOLD = "fold"  # takes the buttons off an old card; the subject is the message's id


class Manner(StrEnum):
    """After a press the card is edited; after typed text the next card is a new message."""

    NEW = "new"
    EDIT = "edit"


class Priority(IntEnum):
    """Which notices go first where not all may go at once."""

    ANSWER = 0  # a person waits for it: they typed or pressed something
    OUTCOME = 1  # what became of what they did
    ALERT = 2  # somebody else waits for what they do about it
    CARD = 3
    DIGEST = 4

    @property
    def is_waited_for(self) -> bool:
        """Does somebody look at the screen for it?"""
        return self <= Priority.OUTCOME


class NoticeState(StrEnum):
    """A notice on the wire may have arrived: what is done at start depends on its manner."""

    OWED = "owed"
    ON_WIRE = "on_wire"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Notice:
    """`person` is whose rows it shows; `armed` counts how often it was owed, `tries` failures.

    `repeats`: how many of its tries may have arrived.
    """

    id: int
    person: int
    kind: NoticeKind
    place: Place
    subject: str
    manner: Manner
    state: NoticeState
    armed: int
    tries: int
    due_at: datetime
    priority: Priority = Priority.ANSWER
    repeats: int = 0


class CardKind(StrEnum):
    """What a message in the chat shows, so that a press or a reply to it finds its row."""

    DRAFT = "draft"
    LETTER = "letter"
    OUTBOX = "outbox"
    OUTBOX_LIST = "outbox_list"
    ATTEMPT = "attempt"
    ACCOUNTS = "accounts"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Card:
    """`live` cards have buttons and are the newest of their subject."""

    place: Place
    message: int
    person: int
    kind: CardKind
    subject: str
    revision: int
    live: bool
    shown_at: datetime
