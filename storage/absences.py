"""When updates were last stored, the absences that followed, and whom an absence concerns."""

from datetime import datetime, timedelta
from typing import Final

from storage.database import Reading, Transaction
from storage.records.absences import Absence
from storage.records.places import Place
from storage.times import as_text, as_time

RECENT: Final = timedelta(hours=24)  # cards that were shown longer before it are left alone

# Cards of which a press decides about a letter: the review, and a letter that is not ended yet,
# or was not when the absence began.
_OPEN_CARDS = """
    SELECT DISTINCT cards.person, cards.chat, cards.thread FROM cards
    LEFT JOIN drafts ON cards.kind = 'draft' AND drafts.id = cards.subject
    LEFT JOIN outbox ON cards.kind = 'outbox' AND outbox.id = cards.subject
    WHERE cards.live = 1 AND cards.shown_at >= :recent AND (
        (drafts.state = 'composing' AND drafts.field = 'review')
        OR outbox.state NOT IN ('sent', 'rejected', 'cancelled', 'abandoned')
        OR outbox.updated_at >= :since
    )
    ORDER BY cards.person, cards.chat, cards.thread
"""


def heard(tx: Transaction, bot_id: int) -> datetime | None:
    """Telegram answers now; when it did the last time, if it ever did."""
    row = tx.row("SELECT at FROM polls WHERE bot_id = :bot_id", bot_id=bot_id)
    tx.execute(
        "INSERT INTO polls (bot_id, at) VALUES (:bot_id, :now) "
        "ON CONFLICT (bot_id) DO UPDATE SET at = excluded.at",
        bot_id=bot_id,
        now=as_text(tx.now),
    )
    return as_time(row["at"]) if row else None


def add(tx: Transaction, absence: Absence) -> None:
    """Notices are rendered from it."""
    tx.execute(
        "INSERT INTO absences (id, since, until) VALUES (:id, :since, :until)",
        id=absence.id,
        since=as_text(absence.since),
        until=as_text(absence.until),
    )


def find(tx: Reading, absence: str) -> Absence | None:
    """It, unless it is long over."""
    row = tx.row("SELECT * FROM absences WHERE id = :id", id=absence)
    return Absence(row["id"], as_time(row["since"]), as_time(row["until"])) if row else None


def open_cards(tx: Reading, since: datetime) -> tuple[tuple[int, Place], ...]:
    """People and places with a card whose press, lost in an absence since then, would matter."""
    rows = tx.rows(_OPEN_CARDS, recent=as_text(since - RECENT), since=as_text(since))
    return tuple((row["person"], Place(row["chat"], row["thread"])) for row in rows)


def connected_people(tx: Reading) -> tuple[int, ...]:
    """Everybody whose mail the bot answers."""
    rows = tx.rows(
        "SELECT DISTINCT owner FROM connections JOIN people ON people.id = owner "
        "WHERE connections.removed = 0 AND people.access = 'admitted' ORDER BY owner"
    )
    return tuple(row["owner"] for row in rows)
