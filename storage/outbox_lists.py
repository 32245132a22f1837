"""Rows of the outbox of one person, place or connection, and how many there are."""

from datetime import datetime

from storage.database import Reading
from storage.outbox_rows import rows_where
from storage.records.outbox import OutboxRow, OutboxState
from storage.records.places import Place
from storage.times import as_text


def on_their_way(tx: Reading, owner: int, place: Place) -> tuple[OutboxRow, ...]:
    """Letters told to go in this place that have not ended, oldest first."""
    return rows_where(
        tx,
        "owner = :owner AND chat = :chat AND thread = :thread "
        "AND state NOT IN ('sent', 'rejected', 'cancelled', 'abandoned') ORDER BY created_at, id",
        owner=owner,
        chat=place.chat,
        thread=place.thread,
    )


def sent_again(tx: Reading, owner: int, place: Place, since: datetime) -> tuple[OutboxRow, ...]:
    """Letters of this place that were sent again since then, and of which nobody knows yet."""
    return rows_where(
        tx,
        "owner = :owner AND chat = :chat AND thread = :thread AND updated_at >= :since "
        "AND state = 'abandoned' AND why = 'again' ORDER BY created_at, id",
        owner=owner,
        chat=place.chat,
        thread=place.thread,
        since=as_text(since),
    )


def lately_ended(
    tx: Reading, owner: int, place: Place, since: datetime, limit: int
) -> tuple[OutboxRow, ...]:
    """Letters of this place that ended since then, newest first."""
    return rows_where(
        tx,
        "owner = :owner AND chat = :chat AND thread = :thread AND updated_at >= :since "
        "AND state IN ('sent', 'rejected', 'cancelled', 'abandoned') "
        "ORDER BY updated_at DESC, id LIMIT :limit",
        owner=owner,
        chat=place.chat,
        thread=place.thread,
        since=as_text(since),
        limit=limit,
    )


def in_state(
    tx: Reading, *states: OutboxState, owner: int | None = None, connection: str | None = None
) -> tuple[OutboxRow, ...]:
    """Rows in any of these states, oldest first; of one person or one connection if named."""
    return rows_where(
        tx,
        f"state IN ({', '.join(f':s{n}' for n in range(len(states)))}) "
        "AND (:owner IS NULL OR owner = :owner) "
        "AND (:connection IS NULL OR connection = :connection) ORDER BY created_at, id",
        owner=owner,
        connection=connection,
        **{f"s{n}": state.value for n, state in enumerate(states)},
    )


def count_since(tx: Reading, owner: int, since: datetime) -> int:
    """How many letters this person told to go since then."""
    row = tx.row(
        "SELECT count(*) AS n FROM outbox WHERE owner = :owner AND created_at >= :since",
        owner=owner,
        since=as_text(since),
    )
    return int(row["n"]) if row else 0
