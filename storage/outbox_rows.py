"""How a row of the outbox is read, and which of its columns are sealed."""

from datetime import datetime
from typing import Any

from storage.database import Reading, Transaction
from storage.records.failures import Failure
from storage.records.outbox import Envelope, Looked, OutboxRow, OutboxState, Why
from storage.records.places import Place
from storage.times import as_text, as_time
from storage.values import as_json, from_json


def read_row(tx: Reading, row: dict[str, Any]) -> OutboxRow:
    """What does not open is empty: the row still has its state, which a person must be told."""
    owner, row_id = row["owner"], row["id"]

    def opened(column: str) -> str | None:
        blob = row[column]
        return tx.open_if_whole(owner, "outbox", column, row_id, blob) if blob else None

    failure, accepted_to, envelope = opened("failure"), opened("accepted_to"), opened("envelope")
    baseline, look_failure = opened("baseline"), opened("look_failure")
    return OutboxRow(
        id=row_id,
        owner=owner,
        place=Place(row["chat"], row["thread"]),
        draft=row["draft"],
        connection=row["connection"],
        method=row["method"],
        idempotency_key=row["idempotency_key"],
        body=(opened("body") or "").encode(),
        body_sha256=row["body_sha256"],
        envelope=from_json(Envelope, envelope) if envelope else Envelope(),
        state=OutboxState(row["state"]),
        why=Why(row["why"]),
        revision=row["revision"],
        due_at=as_time(row["due_at"]),
        lease_epoch=row["lease_epoch"],
        attempts=row["attempts"],
        first_wire_at=_time(row["first_wire_at"]),
        failure=from_json(Failure, failure) if failure else None,
        accepted_to=from_json(tuple[str, ...], accepted_to) if accepted_to else (),
        created_at=as_time(row["created_at"]),
        updated_at=as_time(row["updated_at"]),
        last_wire_at=_time(row["last_wire_at"]),
        next_at=_time(row["next_at"]),
        deferrals=row["deferrals"],
        replays=row["replays"],
        no_replay=bool(row["no_replay"]),
        hook_fp=row["hook_fp"],
        baseline=from_json(tuple[int, ...], baseline) if baseline else None,
        looked=Looked(row["looked"]),
        look_failure=from_json(Failure, look_failure) if look_failure else None,
    )


def rows_where(tx: Reading, where: str, **values: Any) -> tuple[OutboxRow, ...]:
    """What fits, in its order. `where` is text of the caller; what varies is in its parameters."""
    found = tx.rows(f"SELECT * FROM outbox WHERE {where}", now=as_text(tx.now), **values)  # noqa: S608  (our own conditions)
    return tuple(read_row(tx, row) for row in found)


def sealed(tx: Transaction, row: OutboxRow, column: str, value: Any) -> bytes | None:
    """The value as this column holds it; None stays none."""
    if value is None:
        return None
    return tx.seal(row.owner, "outbox", column, row.id, as_json(value))


def _time(text: str | None) -> datetime | None:
    return as_time(text) if text else None
