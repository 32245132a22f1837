"""Rows of cards: which message shows what to whom, and whether it has buttons."""

from typing import Any, Final

from storage.database import Reading, Transaction
from storage.records.notices import Card, CardKind
from storage.records.places import Place
from storage.times import as_text, as_time

_SAVE: Final = """
    INSERT INTO cards (chat, message, thread, person, kind, subject, revision, live, shown_at)
    VALUES (:chat, :message, :thread, :person, :kind, :subject, :revision, :live, :shown_at)
    ON CONFLICT (chat, message) DO UPDATE SET
        kind = excluded.kind, subject = excluded.subject, revision = excluded.revision,
        live = excluded.live, shown_at = excluded.shown_at
"""

_UNLESS_GIVEN_AWAY: Final = """
    WHERE excluded.kind = :letter OR cards.person <> excluded.person
        OR (cards.kind = excluded.kind AND cards.subject = excluded.subject)
"""


def _card(row: dict[str, Any]) -> Card:
    return Card(
        place=Place(row["chat"], row["thread"]),
        message=row["message"],
        person=row["person"],
        kind=CardKind(row["kind"]),
        subject=row["subject"],
        revision=row["revision"],
        live=bool(row["live"]),
        shown_at=as_time(row["shown_at"]),
    )


def _row(card: Card) -> dict[str, Any]:
    return {
        "chat": card.place.chat,
        "message": card.message,
        "thread": card.place.thread,
        "person": card.person,
        "kind": card.kind.value,
        "subject": card.subject,
        "revision": card.revision,
        "live": int(card.live),
        "shown_at": as_text(card.shown_at),
    }


def save(tx: Transaction, card: Card) -> None:
    """This message now shows this."""
    tx.execute(_SAVE, **_row(card))


def save_shown(tx: Transaction, card: Card) -> bool:
    """The same, unless a press gave the message to another row while it was on the wire.

    Only a letter takes a draft's message over. Did it take it?
    """
    shown = tx.execute(_SAVE + _UNLESS_GIVEN_AWAY, letter=CardKind.LETTER.value, **_row(card))
    return bool(shown)


def at(tx: Reading, person: int, chat: int, message: int) -> Card | None:
    """What this message shows to this person."""
    row = tx.row(
        "SELECT * FROM cards WHERE chat = :chat AND message = :message AND person = :person",
        chat=chat,
        message=message,
        person=person,
    )
    return _card(row) if row else None


def live(tx: Reading, kind: CardKind, place: Place, subject: str) -> Card | None:
    """The newest card of this subject, which has the buttons."""
    row = tx.row(
        "SELECT * FROM cards WHERE kind = :kind AND subject = :subject AND chat = :chat "
        "AND thread = :thread AND live = 1 ORDER BY message DESC LIMIT 1",
        kind=kind.value,
        subject=subject,
        chat=place.chat,
        thread=place.thread,
    )
    return _card(row) if row else None


def all_live(tx: Reading, person: int) -> tuple[Card, ...]:
    """Everything that shows this person something and may have buttons, oldest first."""
    rows = tx.rows(
        "SELECT * FROM cards WHERE person = :person AND live = 1 ORDER BY chat, message",
        person=person,
    )
    return tuple(_card(row) for row in rows)


def older(tx: Reading, card: Card) -> tuple[Card, ...]:
    """Other cards of the same subject in the same chat that still have buttons."""
    rows = tx.rows(
        "SELECT * FROM cards WHERE kind = :kind AND subject = :subject AND chat = :chat "
        "AND live = 1 AND message <> :message ORDER BY message",
        kind=card.kind.value,
        subject=card.subject,
        chat=card.place.chat,
        message=card.message,
    )
    return tuple(_card(row) for row in rows)


def unlive(tx: Transaction, card: Card) -> None:
    """The card has no buttons any more."""
    tx.execute(
        "UPDATE cards SET live = 0 WHERE chat = :chat AND message = :message",
        chat=card.place.chat,
        message=card.message,
    )
