"""Letters that were told to go before or beside one: those of them that left, or may have."""

from typing import Any

from storage import outbox
from storage.database import Reading
from storage.records.outbox import Earlier, OutboxRow, OutboxState
from storage.times import as_text

_OF_DRAFT = """
    SELECT id, state FROM outbox
    WHERE draft = :draft AND owner = :owner
    AND state IN ('sent', 'abandoned', 'unknown', 'verifying')
"""
_BEFORE = """
    SELECT id, state FROM outbox
    WHERE draft = :draft AND owner = :owner
    AND state IN ('sent', 'abandoned', 'unknown', 'verifying')
    AND (created_at < :created_at OR (created_at = :created_at AND id < :id))
    ORDER BY created_at, id
"""
_ON_THE_WIRE = """
    SELECT outbox.id FROM (
        SELECT :draft AS id
        UNION SELECT other.id FROM drafts AS mine JOIN drafts AS other
        ON other.owner = mine.owner AND other.letter_number = mine.letter_number
            AND other.connection = mine.connection
        WHERE mine.id = :draft AND mine.owner = :owner
    ) AS answers JOIN outbox ON outbox.draft = answers.id
    WHERE outbox.owner = :owner AND outbox.first_wire_at IS NOT NULL
    ORDER BY outbox.created_at, outbox.id
"""


def before(tx: Reading, row: OutboxRow) -> tuple[OutboxRow, ...]:
    """What the same draft was before this row, oldest first."""
    return _opened(tx, row.owner, _rows_before(tx, row))


def after(tx: Reading, row: OutboxRow) -> tuple[OutboxRow, ...]:
    """What the same draft became after this row, oldest first."""
    found = tx.rows(
        "SELECT id FROM outbox WHERE draft = :draft AND owner = :owner "
        "AND created_at > :created_at ORDER BY created_at, id",
        draft=row.draft,
        owner=row.owner,
        created_at=as_text(row.created_at),
    )
    return _opened(tx, row.owner, found)


def on_the_wire(tx: Reading, row: OutboxRow) -> tuple[OutboxRow, ...]:
    """All answers to the same letter that may have left, this one too, oldest first."""
    return _opened(tx, row.owner, tx.rows(_ON_THE_WIRE, draft=row.draft, owner=row.owner))


def of_row(tx: Reading, row: OutboxRow) -> Earlier:
    """What is known of those before this row."""
    return _most(_rows_before(tx, row))


def left(tx: Reading, row: OutboxRow) -> frozenset[str]:
    """Those before this row that are known to have left."""
    return frozenset(
        one["id"] for one in _rows_before(tx, row) if one["state"] == OutboxState.SENT.value
    )


def of_draft(tx: Reading, owner: int, draft: str) -> Earlier:
    """What is known of everything that this draft was."""
    return _most(tx.rows(_OF_DRAFT, owner=owner, draft=draft))


def _opened(tx: Reading, owner: int, found: list[dict[str, Any]]) -> tuple[OutboxRow, ...]:
    return tuple(filter(None, (outbox.find(tx, owner, one["id"]) for one in found)))


def _rows_before(tx: Reading, row: OutboxRow) -> list[dict[str, Any]]:
    return tx.rows(
        _BEFORE,
        draft=row.draft,
        owner=row.owner,
        created_at=as_text(row.created_at),
        id=row.id,
    )


def _most(found: list[dict[str, Any]]) -> Earlier:
    states = {row["state"] for row in found}
    if OutboxState.SENT.value in states:
        return Earlier.LEFT
    return Earlier.MAY_HAVE_LEFT if states else Earlier.NONE
