"""What changes of a draft have in common: who may, what it is read against, how it is shown.

Everything here runs inside the caller's one transaction.
"""

from dataclasses import replace
from datetime import timedelta

from mail.errors import NotConnected, Stale
from mail.steps import enter
from mail.suggestions import Known
from storage import cards, connections, drafts, letters, notices, people
from storage.database import Reading, Transaction
from storage.records.connections import AttemptState
from storage.records.drafts import Draft, DraftState, Field, Wants
from storage.records.letters import Letter
from storage.records.notices import Card, CardKind, Manner, NoticeKind, Priority
from storage.records.places import Place
from storage.records.pointers import Pointer, PointsAt

SOON = timedelta(seconds=0.4)  # "Looking…" is shown only if the portal takes longer than this
BURST = timedelta(seconds=0.3)  # a long paste comes in many messages; the last one shows them all


def known(tx: Reading, draft: Draft) -> Known:
    """What the draft's fields are read against; NotConnected if its connection was removed."""
    letter = letters.find(tx, draft.owner, draft.letter) if draft.letter else None
    return known_with(tx, draft, letter)


def known_with(tx: Reading, draft: Draft, letter: Letter | None) -> Known:
    """The same, for whoever has its letter in hand."""
    connection = connections.find(tx, draft.owner, draft.connection)
    if connection is None:
        raise NotConnected
    return Known(connection.account, connection.address.host, letter)


def known_or_none(tx: Reading, draft: Draft) -> Known | None:
    """The same, None for a draft whose connection was removed."""
    try:
        return known(tx, draft)
    except NotConnected:
        return None


def with_connection(tx: Reading, draft: Draft) -> Draft:
    """Over the active connection, if its own was removed; NotConnected if there is none.

    Sender and letter are those of an account: both are chosen anew, but for the number of a letter
    on the same portal, which is looked for again.
    """
    if connections.find(tx, draft.owner, draft.connection) is not None:
        return draft
    active = connections.find(tx, draft.owner, people.get(tx, draft.owner).active_connection or "")
    if active is None:
        raise NotConnected
    same_portal = connections.host_of(tx, draft.owner, draft.connection) == active.address.host
    return replace(
        draft,
        connection=active.id,
        letter=None,
        letter_number=draft.letter_number if same_portal else None,
        written=replace(draft.written, sender="", stopped=None),
    )


def pressed(
    tx: Transaction, person: int, place: Place, message: int, draft_id: str, revision: int
) -> Draft:
    """The draft that a button belongs to, if the press counts; else Stale.

    A message that is not known yet passes: its send was answered to nobody, and is known now.
    """
    draft = drafts.find(tx, person, draft_id)
    if draft is None or draft.place != place or draft.revision != revision:
        raise Stale
    check_card(tx, person, place, message, CardKind.DRAFT, draft_id)
    return draft


def check_card(
    tx: Reading, person: int, place: Place, message: int, kind: CardKind, subject: str
) -> Card | None:
    """Stale if this message is known to show something else."""
    card = cards.at(tx, person, place.chat, message)
    if card is not None and (card.kind is not kind or card.subject != subject):
        raise Stale
    return card


def relabel(
    tx: Transaction,
    person: int,
    place: Place,
    message: int,
    kind: CardKind,
    subject: str,
    revision: int,
) -> None:
    """The pressed message shows this from now on, so that the next edit finds it."""
    cards.save(
        tx, Card(place, message, person, kind, subject, revision, live=True, shown_at=tx.now)
    )


def show_typed(
    tx: Transaction,
    draft: Draft,
    *,
    grows: bool = False,
    priority: Priority = Priority.ANSWER,
) -> None:
    """Stores the draft and shows it as a new message; typed text answers it from now on.

    `grows`: it was the letter's text, which may come in more messages.
    """
    _store(tx, draft)
    notices.withdraw(tx, NoticeKind.DRAFT, draft.place, draft.id)
    _owe(tx, draft, Manner.NEW, grows=grows, priority=priority)


def show_pressed(tx: Transaction, draft: Draft, message: int) -> None:
    """Stores the draft and shows it in the message whose button was pressed.

    It arrived, then: no new message is owed any more, should one be.
    """
    _store(tx, draft)
    notices.withdraw(tx, NoticeKind.DRAFT, draft.place, draft.id)
    relabel(tx, draft.owner, draft.place, message, CardKind.DRAFT, draft.id, draft.revision)
    _owe(tx, draft, Manner.EDIT)


def show_found(tx: Transaction, draft: Draft, manner: Manner, *, letter: bool = False) -> None:
    """Stores what a look-up found. "Looking…" gives way to it; a letter's card comes first.

    What answers typed text that nothing was shown for yet is a new message in any case.
    The pointer stays: the person may have begun something else meanwhile.
    """
    drafts.save(tx, draft)
    if notices.withdraw(tx, NoticeKind.DRAFT, draft.place, draft.id) is Manner.NEW:
        manner = Manner.NEW
    if letter:
        notices.owe(tx, draft.owner, NoticeKind.DRAFT_LETTER, draft.place, draft.id, Manner.EDIT)
    _owe(tx, draft, manner, grows=True)


def _owe(
    tx: Transaction,
    draft: Draft,
    manner: Manner,
    *,
    grows: bool = False,
    priority: Priority = Priority.ANSWER,
) -> None:
    after = timedelta(0)
    if draft.wants is not Wants.NOTHING:
        after = SOON
    elif grows and draft.field is Field.REVIEW:
        after = BURST
    kind, place = NoticeKind.DRAFT, draft.place
    notices.owe(tx, draft.owner, kind, place, draft.id, manner, after=after, priority=priority)


def await_text(tx: Transaction, draft: Draft) -> None:
    """Stores the draft; typed text answers it, unless something else is being written."""
    drafts.save(tx, draft)
    if not _writes_else(tx, draft):
        drafts.point(tx, Pointer(draft.owner, draft.place, PointsAt.DRAFT, draft.id))


def _writes_else(tx: Reading, draft: Draft) -> bool:
    pointer = drafts.pointer(tx, draft.owner, draft.place)
    if pointer is None:
        return False
    if pointer.kind is PointsAt.DRAFT:
        other = drafts.find(tx, draft.owner, pointer.subject)
        return other is not None and other.state is DraftState.COMPOSING
    if pointer.kind is PointsAt.CONNECTION:
        return connections.find(tx, draft.owner, pointer.subject) is not None
    attempt = connections.find_attempt(tx, draft.owner, pointer.subject)
    over = (AttemptState.CONNECTED, AttemptState.DROPPED)
    return attempt is not None and attempt.state not in over


def _store(tx: Transaction, draft: Draft) -> None:
    drafts.save(tx, draft)
    if draft.state is DraftState.COMPOSING:
        drafts.point(tx, Pointer(draft.owner, draft.place, PointsAt.DRAFT, draft.id))


def set_aside(draft: Draft) -> Draft:
    """Cancelled, with everything that was typed; it can be brought back."""
    return replace(
        draft, state=DraftState.ASIDE, wants=Wants.NOTHING, revision=draft.revision + 1, whole=0
    )


def reopened(draft: Draft, field: Field, against: Known) -> Draft:
    """A confirmed draft that did not leave is written on, at this field."""
    return enter(
        replace(draft, state=DraftState.COMPOSING, reviewed=True, guided=False), field, against
    )
