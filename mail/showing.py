"""What a notice shows, read from the rows as they are at this moment, and into which message."""

from collections.abc import Callable
from datetime import timedelta

from mail.scenes import (
    SLOW,
    AbsenceScene,
    AccountsScene,
    AdmittedScene,
    ApprovalScene,
    AttemptScene,
    DraftScene,
    FoldScene,
    LetterScene,
    MovedScene,
    OutboxListScene,
    OutboxScene,
    Showing,
    TopicLeftScene,
    UnreadableScene,
)
from mail.second_answer import offers_text
from mail.steps import SHOWS_REVIEW
from mail.without_access import closed
from storage import (
    absences,
    cards,
    connection_tests,
    connections,
    drafts,
    earlier,
    invites,
    letters,
    notices,
    other_answers,
    outbox,
    outbox_lists,
    people,
)
from storage.database import Reading
from storage.records.drafts import DraftState, Wants
from storage.records.notices import Card, CardKind, Manner, Notice, NoticeKind
from storage.records.outbox import OutboxRow, OutboxState, Why
from storage.records.people import Person
from storage.records.places import Place
from storage.records.pointers import PointsAt

LATELY = timedelta(days=7)
MOST_ENDED = 10


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
    card = cards.live(tx, kind, notice.place, notice.subject)
    return card.message if card else None


def _draft(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    draft = drafts.find(tx, reader.id, notice.subject)
    if draft is None or draft.state is DraftState.CONFIRMED:
        return None
    is_step = draft.field not in SHOWS_REVIEW
    connection = connections.find(tx, reader.id, draft.connection) if is_step else None
    letter = letters.find(tx, reader.id, draft.letter) if connection and draft.letter else None
    slow = draft.wants is not Wants.NOTHING and tx.now - draft.updated_at >= SLOW
    told_before = earlier.of_draft(tx, reader.id, draft.id)
    others = () if is_step else other_answers.of_draft(tx, draft)
    scene = DraftScene(draft, connection, letter, slow, told_before, others)
    return Showing(reader, scene, _target(tx, notice, CardKind.DRAFT))


def _letter(tx: Reading, notice: Notice, reader: Person) -> Showing | None:
    """The letter's card takes the place of "Looking…", where that was shown."""
    draft = drafts.find(tx, reader.id, notice.subject)
    letter = letters.find(tx, reader.id, draft.letter) if draft and draft.letter else None
    connection = connections.find(tx, reader.id, letter.connection) if letter else None
    if draft is None or letter is None or connection is None:
        return None
    card = cards.live(tx, CardKind.DRAFT, notice.place, draft.id)
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
    card = cards.live(tx, CardKind.OUTBOX, notice.place, row.id)
    if card is not None and not rings and _shows_already(row, card):
        return None
    message = card.message if card else None
    draft = drafts.find(tx, reader.id, row.draft)
    connection = connections.find(tx, reader.id, row.connection)
    scene = OutboxScene(
        row,
        draft,
        connection,
        rings,
        is_slow(tx, row),
        earlier.of_row(tx, row),
        reminds=rings and _reminds(tx, row, card, notice),
        offers_text=offers_text(tx, row, draft),
    )
    if rings:
        return Showing(reader, scene, reply_to=message)
    return Showing(reader, scene, target=message)


def _shows_already(row: OutboxRow, card: Card) -> bool:
    """Told in a message of its own, which an edit owed earlier must not touch any more.

    The person may have gone on there: the first press of Send again changes no row.
    """
    return _rings(row) and card.revision == row.revision


def _reminds(tx: Reading, row: OutboxRow, card: Card | None, notice: Notice) -> bool:
    """Was the same shown before it was owed once more? What is told late is no reminder."""
    if row.state is not OutboxState.UNKNOWN or card is None or card.revision != row.revision:
        return False
    return card.shown_at < notices.owed_since(tx, notice)


def _rings(row: OutboxRow) -> bool:
    """Is it told in a message of its own? What is put off may be tried at this very moment."""
    return row.state in _RINGS or row.waits or row.tries_again or row.why in _TOLD


def is_slow(tx: Reading, row: OutboxRow) -> bool:
    return row.state in ON_THEIR_WAY and tx.now - row.updated_at >= SLOW


ON_THEIR_WAY = (OutboxState.QUEUED, OutboxState.SENDING)
_RINGS = (
    OutboxState.REJECTED,
    OutboxState.BLOCKED,
    OutboxState.DEFERRED,
    OutboxState.EXPIRED,
    OutboxState.UNKNOWN,
)
_TOLD = (Why.ANSWERED, Why.UNGUARDED, Why.UNPROTECTED)


def zone_of(tx: Reading, reader: Person) -> str:
    """Of the portal that this person uses; empty if nobody knows."""
    active = reader.active_connection
    connection = connections.find(tx, reader.id, active) if active else None
    return connection.account.zone if connection else ""


def _outbox_list(tx: Reading, notice: Notice, reader: Person) -> Showing:
    place = notice.place
    still_open = (
        *outbox_lists.on_their_way(tx, reader.id, place),
        *outbox_lists.sent_again(tx, reader.id, place, tx.now - LATELY),
    )
    ended = outbox_lists.lately_ended(tx, reader.id, place, tx.now - LATELY, MOST_ENDED)
    ended = tuple(row for row in ended if not row.in_doubt)
    scene = OutboxListScene(
        still_open,
        ended,
        tx.now,
        zone_of(tx, reader),
        {row.id: earlier.of_row(tx, row) for row in (*still_open, *ended)},
        frozenset(row.id for row in ended if _is_left(tx, row)),
    )
    return Showing(reader, scene, _target(tx, notice, CardKind.OUTBOX_LIST))


def _is_left(tx: Reading, row: OutboxRow) -> bool:
    """May it be answered anew with its own text? What was kept beside it stands on its card."""
    left = row.state is OutboxState.ABANDONED
    return left and offers_text(tx, row, drafts.find(tx, row.owner, row.draft))


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
    card = cards.at(tx, reader.id, notice.place.chat, message)
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
