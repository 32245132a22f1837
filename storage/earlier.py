"""Letters of a draft that were told to go before: those of them that left, or may have."""

from typing import Any

from storage import outbox
from storage.database import Reading
from storage.records.outbox import Earlier, OutboxRow, OutboxState
from storage.times import as_text

# Only these texts are joined below; what varies is in the parameters.
_MAY_HAVE_LEFT = "draft = :draft AND owner = :owner AND state IN ('sent', 'abandoned')"
_OLDER = "(created_at < :created_at OR (created_at = :created_at AND id < :id))"


def before(tx: Reading, row: OutboxRow) -> tuple[OutboxRow, ...]:
    """What the same draft was before this row, oldest first."""
    found = tx.rows(
        f"SELECT id FROM outbox WHERE {_MAY_HAVE_LEFT} AND {_OLDER} ORDER BY created_at, id",  # noqa: S608
        **_about(row),
    )
    opened = (outbox.find(tx, row.owner, one["id"]) for one in found)
    return tuple(filter(None, opened))


def of_row(tx: Reading, row: OutboxRow) -> Earlier:
    """What is known of those before this row."""
    where = f"{_MAY_HAVE_LEFT} AND {_OLDER}"
    return _most(tx.rows(f"SELECT state FROM outbox WHERE {where}", **_about(row)))  # noqa: S608


def of_draft(tx: Reading, owner: int, draft: str) -> Earlier:
    """What is known of everything that this draft was."""
    return _most(
        tx.rows(f"SELECT state FROM outbox WHERE {_MAY_HAVE_LEFT}", owner=owner, draft=draft)  # noqa: S608
    )


def _about(row: OutboxRow) -> dict[str, Any]:
    return {
        "draft": row.draft,
        "owner": row.owner,
        "created_at": as_text(row.created_at),
        "id": row.id,
    }


def _most(found: list[dict[str, Any]]) -> Earlier:
    states = {row["state"] for row in found}
    if OutboxState.SENT.value in states:
        return Earlier.LEFT
    return Earlier.MAY_HAVE_LEFT if states else Earlier.NONE
