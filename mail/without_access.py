"""What somebody whose access ended still sees: every card says in one line what became of it.

Not a word of mail stands in it any more, and no button. Who is let in again sees the rest.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from storage import cards, drafts, earlier, notices, outbox, outbox_lists, people
from storage.database import Reading, Transaction
from storage.records.drafts import DraftState
from storage.records.notices import Card, CardKind, Manner, Notice, NoticeKind, Priority
from storage.records.outbox import ENDED, Earlier, OutboxRow, OutboxState
from storage.records.places import Place

KEPT = timedelta(days=30)  # drafts and letters are kept for so long
MOST_TOLD = 50


class Closure(StrEnum):
    """What became of what a card showed."""

    ENDED = "ended"  # nothing but that there is no access any more
    ASIDE = "aside"
    CANCELLED = "cancelled"
    ON_ITS_WAY = "on_its_way"
    SENT = "sent"
    NOT_KNOWN = "not_known"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class ClosedScene:
    """A card of somebody without access."""

    closure: Closure


_LETTERS = {
    OutboxState.CANCELLED: Closure.CANCELLED,
    OutboxState.REJECTED: Closure.NOT_SENT,
    OutboxState.SENT: Closure.SENT,
    OutboxState.UNKNOWN: Closure.NOT_KNOWN,
    OutboxState.ABANDONED: Closure.NOT_KNOWN,
}

# What did not leave may have left when it was told to go before.
_DID_NOT_LEAVE = (Closure.ASIDE, Closure.CANCELLED, Closure.NOT_SENT)
_ALSO = {
    Earlier.NONE: {},
    Earlier.MAY_HAVE_LEFT: dict.fromkeys(_DID_NOT_LEAVE, Closure.NOT_KNOWN),
    Earlier.LEFT: dict.fromkeys(_DID_NOT_LEAVE, Closure.ENDED),
}

_NOTICES = {
    CardKind.DRAFT: NoticeKind.DRAFT,
    CardKind.OUTBOX: NoticeKind.OUTBOX,
    CardKind.OUTBOX_LIST: NoticeKind.OUTBOX_LIST,
    CardKind.ATTEMPT: NoticeKind.ATTEMPT,
    CardKind.ACCOUNTS: NoticeKind.ACCOUNTS,
    CardKind.APPROVAL: NoticeKind.APPROVAL,
}
_CARDS = {notice: card for card, notice in _NOTICES.items()}


def closed(tx: Reading, notice: Notice) -> tuple[ClosedScene, int] | None:
    """The line, and the message that it goes into; None: there is no such card."""
    if notice.kind is NoticeKind.FOLD:
        card = cards.at(tx, notice.person, notice.place.chat, int(notice.subject))
    elif notice.kind in _CARDS:
        card = cards.live(tx, _CARDS[notice.kind], notice.place, notice.subject)
    else:
        card = None
    return (ClosedScene(_closure(tx, card)), card.message) if card else None


def _closure(tx: Reading, card: Card) -> Closure:
    if card.kind is CardKind.DRAFT:
        draft = drafts.find(tx, card.person, card.subject)
        set_aside = draft is not None and draft.state is DraftState.ASIDE
        told_before = earlier.of_draft(tx, card.person, card.subject)
        return _ALSO[told_before].get(Closure.ASIDE, Closure.ASIDE) if set_aside else Closure.ENDED
    if card.kind is CardKind.OUTBOX:
        row = outbox.find(tx, card.person, card.subject)
        if row is None:
            return Closure.ENDED
        closure = _LETTERS.get(row.state, Closure.ON_ITS_WAY)
        return _ALSO[earlier.of_row(tx, row)].get(closure, closure)
    return Closure.ENDED


def cards_to_close(tx: Reading, person: int) -> tuple[Card, ...]:
    """This person's cards before anything is stopped, but those that tell of an ended letter."""

    def stays(card: Card) -> bool:
        row = outbox.find(tx, person, card.subject) if card.kind is CardKind.OUTBOX else None
        return row is not None and _is_over(row) and row.revision == card.revision

    return tuple(card for card in cards.all_live(tx, person) if not stays(card))


def _is_over(row: OutboxRow) -> bool:
    return row.state in ENDED and not row.in_doubt


def close(tx: Transaction, card: Card) -> None:
    """The card is to say what became of it; a letter's own card has nothing to say."""
    kind = _NOTICES.get(card.kind)
    if kind is not None:
        notices.owe(
            tx,
            card.person,
            kind,
            card.place,
            card.subject,
            Manner.EDIT,
            priority=Priority.CARD,
        )


def close_if_shut_out(tx: Transaction, card: Card) -> None:
    """The same for a card that was on its way to somebody when their access ended."""
    person = people.find(tx, card.person)
    if person is not None and not person.admitted:
        close(tx, card)


def open_again(tx: Transaction, person: int) -> None:
    """Who is let in again sees what was set aside, to bring it back, and what became of letters.

    What they set aside themselves was shown so at the time: its card gets its button back.
    """
    place = Place(person)
    for draft in drafts.newest(tx, person, place):
        if draft.state is DraftState.ASIDE:
            card = cards.live(tx, CardKind.DRAFT, place, draft.id)
            told = card is not None and card.revision == draft.revision
            manner = Manner.EDIT if told else Manner.NEW
            notices.owe(tx, person, NoticeKind.DRAFT, place, draft.id, manner)
    for row in outbox_lists.in_state(tx, OutboxState.UNKNOWN, owner=person):
        notices.owe(tx, person, NoticeKind.OUTCOME, row.place, row.id, Manner.NEW)
    ended = outbox_lists.lately_ended(tx, person, place, tx.now - KEPT, MOST_TOLD)
    on_wire = outbox_lists.in_state(tx, OutboxState.SENDING, OutboxState.VERIFYING, owner=person)
    for row in (*on_wire, *(row for row in ended if row.state is OutboxState.SENT)):
        card = cards.live(tx, CardKind.OUTBOX, row.place, row.id)
        if card is not None and (row.state is not OutboxState.SENT or card.revision < row.revision):
            notices.owe(tx, person, NoticeKind.OUTBOX, row.place, row.id, Manner.EDIT)
