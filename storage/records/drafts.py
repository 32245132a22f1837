"""A draft: a letter being written, with everything that was typed for it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.records.failures import Failure
from storage.records.outbox import Earlier
from storage.records.places import Place


class DraftState(StrEnum):
    """A draft is written, told to go, or set aside; nothing else."""

    COMPOSING = "composing"
    CONFIRMED = "confirmed"  # an outbox row was made of it
    ASIDE = "aside"  # cancelled; can be brought back


class Field(StrEnum):
    """What the draft's newest card asks for, or shows."""

    LETTER = "letter"
    SENDER = "sender"
    RECIPIENTS = "recipients"
    SUBJECT = "subject"
    TEXT = "text"
    REVIEW = "review"
    EDIT = "edit"  # the review, with a button per field
    COPIES = "copies"  # the review, with Cc and Bcc
    CC = "cc"
    BCC = "bcc"
    REFUSAL = "refusal"  # the portal refused and named no field


class Wants(StrEnum):
    """What the draft waits for from the portal."""

    NOTHING = ""
    UNREAD = "unread"
    LETTER = "letter"


@dataclass(frozen=True, slots=True)
class Typed:
    """One message that a person typed: its plain text, and as a letter's html.

    `put_by`: it fitted nowhere when its turn came, and is offered by a button alone.
    """

    message: int
    text: str
    html: str
    put_by: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the body; `message` is the Telegram message that it came from."""

    message: int
    html: str
    length: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a step: what it means, and what it says where that is somebody's own words."""

    value: str
    label: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """The message that a field's value was typed in, so that editing it changes the field."""

    message: int
    field: Field


@dataclass(frozen=True, slots=True)
class GuardStop:
    """The reply guard stopped this draft and asked: who answered when, if it could look.

    `earlier`: is the answer a letter that this draft was before, or may it be? `yours`: is it
    another answer of this draft's writer?
    """

    asked_at: datetime
    sender: str = ""
    answered_at: datetime | None = None
    earlier: Earlier = Earlier.NONE
    yours: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """All of a draft that is sealed: values, what was typed meanwhile, and what was not found."""

    sender: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    parts: tuple[Part, ...] = ()
    choices: tuple[Choice, ...] = ()
    waiting: tuple[Typed, ...] = ()
    sources: tuple[Source, ...] = ()
    failure: Failure | None = None
    stopped: GuardStop | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """`revision` counts what its cards show; `asked_at_revision` ties an answer to its question.

    `reviewed` is set once the review was reached: from then on a mended field leads back to it.
    `guided` asks every step, prefilled or not. `whole` is the page of the whole text that
    the card shows, 0 for the review itself.
    """

    id: str
    owner: int
    place: Place
    state: DraftState
    revision: int
    field: Field
    guided: bool
    reviewed: bool
    whole: int
    wants: Wants
    asked_at_revision: int
    connection: str
    letter_number: int | None
    letter: str | None
    written: Written
    created_at: datetime
    updated_at: datetime
