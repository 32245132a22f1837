"""Rows of the outbox whose time has come, and when the next one's comes."""

from collections.abc import Collection
from datetime import datetime

from storage.database import Reading
from storage.outbox import find
from storage.outbox_rows import rows_where
from storage.records.outbox import OutboxRow
from storage.times import as_text, as_time


def due(tx: Reading) -> tuple[OutboxRow, ...]:
    """What is held and over its time, or put off until now, in the order of its time."""
    return rows_where(
        tx,
        "(state = 'held' AND due_at <= :now) OR (state = 'deferred' AND next_at <= :now) "
        "ORDER BY due_at, id",
    )


def queued(tx: Reading, *, but: Collection[str] = ()) -> tuple[OutboxRow, ...]:
    """What may go now, oldest first, without those ids.

    Many may be with a portal that hangs, and a row costs time to open: those are left closed.
    """
    found = tx.rows("SELECT id, owner FROM outbox WHERE state = 'queued' ORDER BY created_at, id")
    opened = (find(tx, row["owner"], row["id"]) for row in found if row["id"] not in but)
    return tuple(filter(None, opened))


def lapsed(tx: Reading) -> tuple[OutboxRow, ...]:
    """What is on its way for longer than any answer takes."""
    return rows_where(tx, "state = 'sending' AND lease_until < :now ORDER BY id")


def to_look_for(tx: Reading) -> tuple[OutboxRow, ...]:
    """Verifying rows whose time has come, and that nobody looks for."""
    return rows_where(
        tx,
        "state = 'verifying' AND next_at <= :now "
        "AND (lease_until IS NULL OR lease_until < :now) ORDER BY next_at, id",
    )


def to_remind_of(tx: Reading) -> tuple[OutboxRow, ...]:
    """Letters that nobody knows about, or that wait for long, whose person is to be told."""
    return rows_where(
        tx, "state IN ('unknown', 'deferred') AND remind_at <= :now ORDER BY remind_at, id"
    )


def overdue(tx: Reading, before: datetime) -> tuple[OutboxRow, ...]:
    """What was to go before then, and never was on the wire."""
    return rows_where(
        tx,
        "state IN ('queued', 'deferred') AND first_wire_at IS NULL AND due_at < :before "
        "ORDER BY due_at, id",
        before=as_text(before),
    )


def next_time(tx: Reading) -> datetime | None:
    """When the next row wants something."""
    row = tx.row(
        """
        SELECT min(at) AS at FROM (
            SELECT min(due_at) AS at FROM outbox WHERE state = 'held'
            UNION ALL SELECT min(next_at) FROM outbox WHERE state = 'deferred'
            UNION ALL SELECT min(CASE WHEN lease_until > next_at THEN lease_until ELSE next_at END)
                FROM outbox WHERE state = 'verifying'
            UNION ALL SELECT min(lease_until) FROM outbox WHERE state = 'sending'
            UNION ALL SELECT min(remind_at) FROM outbox WHERE state IN ('unknown', 'deferred')
        )
        """
    )
    return as_time(row["at"]) if row and row["at"] else None
