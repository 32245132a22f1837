"""Which draft typed text answers, and whether that draft takes text now.

Everything here runs inside the caller's one transaction.
"""

from mail.errors import Closed, Closing, NothingAsked, OpenDraft
from storage import cards, drafts, letters, outbox
from storage.database import Reading
from storage.records.drafts import Draft, DraftState, Field, Wants
from storage.records.letters import Letter
from storage.records.notices import CardKind
from storage.records.outbox import OutboxState
from storage.records.places import Place
from storage.records.pointers import PointsAt

_CLOSED = {
    OutboxState.HELD: Closing.HELD,
    OutboxState.QUEUED: Closing.SENDING,
    OutboxState.SENDING: Closing.SENDING,
    OutboxState.VERIFYING: Closing.VERIFYING,
    OutboxState.UNKNOWN: Closing.UNKNOWN,
    OutboxState.DEFERRED: Closing.WAITING,
    OutboxState.EXPIRED: Closing.WAITING,
    OutboxState.BLOCKED: Closing.WAITING,
}


def letter_at(tx: Reading, person: int, place: Place, reply_to: int | None) -> Letter | None:
    """The letter whose card the text replies to."""
    card = cards.at(tx, person, place.chat, reply_to) if reply_to else None
    if card is None or card.kind is not CardKind.LETTER:
        return None
    return letters.find(tx, person, card.subject)


def asked(tx: Reading, person: int, place: Place, reply_to: int | None) -> Draft:
    """The draft whose card the text replies to, else what was asked last; NothingAsked."""
    card = cards.at(tx, person, place.chat, reply_to) if reply_to else None
    if card is not None and card.kind is CardKind.DRAFT:
        draft = drafts.find(tx, person, card.subject)
    elif card is not None and card.kind is CardKind.OUTBOX:
        row = outbox.find(tx, person, card.subject)
        draft = drafts.find(tx, person, row.draft) if row else None
    else:
        draft = asked_last(tx, person, place)
    if draft is None:
        raise NothingAsked
    return draft


def asked_last(tx: Reading, person: int, place: Place) -> Draft | None:
    """What was asked last here; after connecting, the letter that was being written before."""
    pointer = drafts.pointer(tx, person, place)
    if pointer is not None and pointer.kind is PointsAt.DRAFT:
        return drafts.find(tx, person, pointer.subject)
    return older(tx, person, place)


def older(tx: Reading, person: int, place: Place) -> Draft | None:
    """The newest draft here that is still being written."""
    written = drafts.newest(tx, person, place)
    return next((draft for draft in written if draft.state is DraftState.COMPOSING), None)


def still_open(tx: Reading, over: Draft) -> OpenDraft | None:
    """The newest draft in this place that takes text, where the one asked last is over."""
    for draft in drafts.newest(tx, over.owner, over.place):
        card = card_of(tx, draft)
        if card and _takes_words(draft):
            return OpenDraft(card, draft.letter_number, draft.written.subject)
    return None


def with_ways_out(tx: Reading, draft: Draft, closed: Closed, reply_to: int | None) -> Closed:
    """The same, with what the person may do with the text that it refused."""
    over = reply_to is None and closed.closing in (Closing.ASIDE, Closing.ENDED)
    aside = card_of(tx, draft) if closed.closing is Closing.ASIDE else 0
    return Closed(closed.closing, still_open(tx, draft) if over else None, aside)


def _takes_words(draft: Draft) -> bool:
    """A letter that is still to be named takes its number alone, unless it is being looked for."""
    if draft.state is not DraftState.COMPOSING or draft.field is Field.REFUSAL:
        return False
    return draft.field is not Field.LETTER or draft.wants is Wants.LETTER


def card_of(tx: Reading, draft: Draft) -> int:
    """The message that shows the draft; 0: none does."""
    card = cards.live(tx, CardKind.DRAFT, draft.place, draft.id)
    return card.message if card else 0


def check_open(tx: Reading, draft: Draft) -> None:
    """Closed, if the draft takes no text now."""
    if draft.state is DraftState.ASIDE:
        raise Closed(Closing.ASIDE)
    if draft.state is DraftState.CONFIRMED:
        raise Closed(how_closed(tx, draft))
    if draft.field is Field.REFUSAL:
        raise Closed(Closing.REFUSAL)


def how_closed(tx: Reading, draft: Draft) -> Closing:
    """Why a draft that was told to go takes no text."""
    row = outbox.newest_of_draft(tx, draft.owner, draft.id)
    if row is None:
        return Closing.ENDED
    if row.waits or row.tries_again:  # as its card says
        return Closing.WAITING
    return _CLOSED.get(row.state, Closing.ENDED)
