"""What a notice shows, read from the rows as they are at this moment, and what its delivery means.

A scene holds all records that its renderer needs; which message it goes into is decided here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from mail.draft_changes import known_or_none
from mail.without_access import ClosedScene, close_if_shut_out, closed
from storage import (
    absences,
    connection_tests,
    connections,
    drafts,
    invites,
    letters,
    notices,
    outbox,
    people,
)
from storage.database import Reading, Transaction
from storage.records.absences import Absence
from storage.records.connections import ConnectAttempt, Connection, ConnectionTest
from storage.records.drafts import Draft, DraftState, Wants
from storage.records.letters import Letter
from storage.records.notices import (
    Card,
    CardKind,
    Manner,
    Notice,
    NoticeKind,
    NoticeState,
    Priority,
)
from storage.records.outbox import OutboxRow, OutboxState, Why
from storage.records.people import Person
from storage.records.places import Place
from storage.records.pointers import PointsAt
from storage.records.updates import StoredUpdate

LATELY = timedelta(days=7)
MOST_ENDED = 10
SLOW = timedelta(seconds=3)  # after that a person is told what is being waited for


@dataclass(frozen=True, slots=True)
class DraftScene:
    """A step, the review, or a draft that was set aside; `slow`: the portal takes its time."""

    draft: Draft
    connection: Connection | None
    letter: Letter | None
    slow: bool = False


@dataclass(frozen=True, slots=True)
class LetterScene:
    """The letter that a draft answers."""

    letter: Letter
    connection: Connection


@dataclass(frozen=True, slots=True)
class OutboxScene:
    """A letter on its way; `rings` where it is told in a message of its own.

    `slow`: it waits for its turn, or for an answer, for longer than anybody should in silence.
    """

    row: OutboxRow
    draft: Draft | None
    connection: Connection | None
    rings: bool
    slow: bool = False


@dataclass(frozen=True, slots=True)
class OutboxListScene:
    """Letters on their way, and those that lately ended, with the zone of whose mail it is."""

    open: tuple[OutboxRow, ...]
    ended: tuple[OutboxRow, ...]
    zone: str = ""


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


def load(tx: Reading, notice: Notice) -> Showing | None:
    """What is to be shown now; None: the rows moved on, and there is nothing to show.

    Somebody without access is told how they stand, and on each card what became of it.
    """
    reader = people.find(tx, notice.person)
    if reader is None:
        return None
    if not reader.admitted and notice.kind not in _FOR_ANYBODY:
        line = closed(tx, notice)
        return Showing(reader, line[0], line[1]) if line else None
    return _LOADERS[notice.kind](tx, notice, reader)


_FOR_ANYBODY = (NoticeKind.ADMITTED, NoticeKind.UNREADABLE)


def _target(tx: Reading, notice: Notice, kind: CardKind) -> int | None:
    """The card to edit; a card that is gone, or was never stored, is sent anew."""
    if notice.manner is Manner.NEW:
        return None
    card = notices.live_card(tx, kind, notice.place, notice.subject)
    return card.message if card else None


def _draft(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    draft = drafts.find(tx, reader.id, notice.subject)
    if draft is None or draft.state is DraftState.CONFIRMED:
        return None
    connection = connections.find(tx, reader.id, draft.connection)
    against = known_or_none(tx, draft)
    slow = draft.wants is not Wants.NOTHING and tx.now - draft.updated_at >= SLOW
    scene = DraftScene(draft, connection, against.letter if against else None, slow)
    return Showing(reader, scene, _target(tx, notice, CardKind.DRAFT))


def _letter(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    """The letter's card takes the place of "Looking…", where that was shown."""
    draft = drafts.find(tx, reader.id, notice.subject)
    letter = letters.find(tx, reader.id, draft.letter) if draft and draft.letter else None
    connection = connections.find(tx, reader.id, letter.connection) if letter else None
    if draft is None or letter is None or connection is None:
        return None
    card = notices.live_card(tx, CardKind.DRAFT, notice.place, draft.id)
    looking = card is not None and card.revision == draft.asked_at_revision
    target = card.message if card and looking else None
    return Showing(reader, LetterScene(letter, connection), target)


def _outbox(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    row = outbox.find(tx, reader.id, notice.subject)
    if row is None:
        return None
    rings = notice.kind is NoticeKind.OUTCOME
    if rings and not _rings(row) and not notice.repeats:
        return None
    card = notices.live_card(tx, CardKind.OUTBOX, notice.place, row.id)
    if card is not None and not rings and _shows_already(row, card):
        return None
    message = card.message if card else None
    draft = drafts.find(tx, reader.id, row.draft)
    connection = connections.find(tx, reader.id, row.connection)
    scene = OutboxScene(row, draft, connection, rings, slow=_is_slow(tx, row))
    if rings:
        return Showing(reader, scene, reply_to=message)
    return Showing(reader, scene, target=message)


def _shows_already(row: OutboxRow, card: Card) -> bool:
    """Told in a message of its own, which an edit owed earlier must not touch any more.

    The person may have gone on there: the first press of Send again changes no row.
    """
    return _rings(row) and card.revision == row.revision


def _rings(row: OutboxRow) -> bool:
    """Is it told in a message of its own? What is put off may be tried at this very moment."""
    return row.state in _RINGS or row.waits or row.tries_again or row.why in _GUARD


def _is_slow(tx: Reading, row: OutboxRow) -> bool:
    return row.state in _ON_THEIR_WAY and tx.now - row.updated_at >= SLOW


_ON_THEIR_WAY = (OutboxState.QUEUED, OutboxState.SENDING)
_RINGS = (
    OutboxState.REJECTED,
    OutboxState.BLOCKED,
    OutboxState.DEFERRED,
    OutboxState.EXPIRED,
    OutboxState.UNKNOWN,
)
_GUARD = (Why.ANSWERED, Why.UNGUARDED)


def zone_of(tx: Reading, reader: Person) -> str:
    """Of the portal that this person uses; empty if nobody knows."""
    active = reader.active_connection
    connection = connections.find(tx, reader.id, active) if active else None
    return connection.account.zone if connection else ""


def _outbox_list(tx: Reading, notice: Notice, reader: Person) -> Showing:
    place = notice.place
    scene = OutboxListScene(
        outbox.on_their_way(tx, reader.id, place),
        outbox.lately_ended(tx, reader.id, place, tx.now - LATELY, MOST_ENDED),
        zone_of(tx, reader),
    )
    return Showing(reader, scene, _target(tx, notice, CardKind.OUTBOX_LIST))


def _attempt(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    attempt = connections.find_attempt(tx, reader.id, notice.subject)
    if attempt is None:
        return None
    connection = connections.find(tx, reader.id, attempt.connection) if attempt.connection else None
    return Showing(reader, AttemptScene(attempt, connection), _target(tx, notice, CardKind.ATTEMPT))


def _accounts(tx: Reading, notice: Notice, reader: Person) -> Showing:
    pointer = drafts.pointer(tx, reader.id, notice.place)
    asks = pointer is not None and pointer.kind is PointsAt.CONNECTION
    scene = AccountsScene(
        connections.of_person(tx, reader.id),
        connection_tests.of_person(tx, reader.id),
        connections.find(tx, reader.id, pointer.subject) if pointer and asks else None,
    )
    return Showing(reader, scene, _target(tx, notice, CardKind.ACCOUNTS))


def _approval(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    scene = approval_scene(tx, reader.id, int(notice.subject))
    return Showing(reader, scene, _target(tx, notice, CardKind.APPROVAL)) if scene else None


def approval_scene(tx: Reading, admin: int, person: int) -> ApprovalScene | None:
    """What this admin's card shows about this person."""
    stranger = people.find(tx, person)
    if stranger is None:
        return None
    return ApprovalScene(stranger, by_link=invites.host_of(tx, person) == admin)


def _admitted(_tx: Reading, _notice: Notice, reader: Person) -> Showing:
    return Showing(reader, AdmittedScene(reader.admitted, reader.removed))


def _unreadable(_tx: Reading, _notice: Notice, reader: Person) -> Showing:
    return Showing(reader, UnreadableScene())


def _moved(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    connection = connections.find(tx, reader.id, notice.subject)
    return Showing(reader, MovedScene(connection)) if connection else None


def _absence(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    absence = absences.find(tx, notice.subject)
    return Showing(reader, AbsenceScene(absence, zone_of(tx, reader))) if absence else None


def _topic_left(_tx: Reading, notice: Notice, reader: Person) -> Showing:
    chat, _, thread = notice.subject.partition(":")
    return Showing(reader, TopicLeftScene(Place(int(chat), int(thread))))


def _fold(tx: Reading, notice: Notice, reader: Person) -> Showing:
    message = int(notice.subject)
    card = notices.card_at(tx, reader.id, notice.place.chat, message)
    told = (
        outbox.find(tx, reader.id, card.subject) if card and card.kind is CardKind.OUTBOX else None
    )
    return Showing(reader, FoldScene(told), message)


_LOADERS: dict[NoticeKind, Callable[[Reading, Notice, Person], Showing | None]] = {
    NoticeKind.DRAFT: _draft,
    NoticeKind.DRAFT_LETTER: _letter,
    NoticeKind.OUTBOX: _outbox,
    NoticeKind.OUTCOME: _outbox,
    NoticeKind.OUTBOX_LIST: _outbox_list,
    NoticeKind.ATTEMPT: _attempt,
    NoticeKind.ACCOUNTS: _accounts,
    NoticeKind.APPROVAL: _approval,
    NoticeKind.ADMITTED: _admitted,
    NoticeKind.UNREADABLE: _unreadable,
    NoticeKind.FOLD: _fold,
    NoticeKind.MOVED: _moved,
    NoticeKind.TOPIC_LEFT: _topic_left,
    NoticeKind.ABSENCE: _absence,
}


def delivered(tx: Transaction, notice: Notice, card: Card | None) -> None:
    """The notice is done; older cards of the same subject lose their buttons.

    A press may have given the message to another row while it was on the wire; that stands.
    """
    if card is not None and not _given_away(tx, card):
        notices.save_card(tx, card)
        if card.kind is not CardKind.LETTER:  # a letter's card has no buttons to lose
            _fold_older(tx, card)
            close_if_shut_out(tx, card)
    notices.end(tx, notice)
    if _says_wait(tx, notice):
        notices.owe(
            tx, notice.person, notice.kind, notice.place, notice.subject, Manner.EDIT, after=SLOW
        )


def _says_wait(tx: Reading, notice: Notice) -> bool:
    """Was "Looking…" or "Sending…" shown just now? If that lasts, the card must say why."""
    if notice.kind is NoticeKind.DRAFT:
        draft = drafts.find(tx, notice.person, notice.subject)
        waits = draft is not None and draft.wants is not Wants.NOTHING
        return waits and draft is not None and tx.now - draft.updated_at < SLOW
    if notice.kind is NoticeKind.OUTBOX:
        row = outbox.find(tx, notice.person, notice.subject)
        return row is not None and row.state in _ON_THEIR_WAY and not _is_slow(tx, row)
    return False


def _fold_older(tx: Transaction, card: Card) -> None:
    for older in notices.older_cards(tx, card):
        notices.unlive(tx, older)
        message = str(older.message)
        notices.owe(
            tx,
            older.person,
            NoticeKind.FOLD,
            older.place,
            message,
            Manner.EDIT,
            priority=Priority.CARD,
        )


def _given_away(tx: Reading, card: Card) -> bool:
    """Does the message show something else by now? Only a letter takes a draft's message over."""
    now = notices.card_at(tx, card.person, card.place.chat, card.message)
    if now is None or card.kind is CardKind.LETTER:
        return False
    return (now.kind, now.subject) != (card.kind, card.subject)


def gone(tx: Transaction, notice: Notice, message: int) -> None:
    """The message to edit is no more: what it showed is sent anew, a fold is done."""
    card = notices.card_at(tx, notice.person, notice.place.chat, message)
    if card is not None:
        notices.unlive(tx, card)
    if notice.kind is NoticeKind.FOLD:
        notices.end(tx, notice)
    else:
        notices.put_off(tx, notice, tx.now)


def recover(tx: Transaction) -> None:
    """At start: what was on the wire may have arrived; its kind decides what follows."""
    for notice in notices.on_wire(tx):
        notices.put_off(tx, notice, tx.now, may_have_arrived=True)


def wait_for_them(tx: Transaction, notice: Notice) -> None:
    """They blocked the bot, or are gone: it stays owed until they are heard of again."""
    notices.lose_touch(tx, notice.place.chat)
    notices.put_off(tx, notice, tx.now, counts=False)


def drop(tx: Transaction, notice: Notice) -> None:
    """It will not be delivered."""
    notices.end(tx, notice, NoticeState.DROPPED)


def owe_unreadable(tx: Transaction, update: StoredUpdate) -> None:
    """An update was given up: its person is told once, if it came from one that we know."""
    if people.find(tx, update.key) is not None:
        place = Place(update.key)
        notices.owe(tx, update.key, NoticeKind.UNREADABLE, place, "", Manner.NEW)
