"""Rows of the outbox. Every change of state is a compare-and-set."""

from datetime import datetime
from typing import Any

from storage.database import Reading, Transaction
from storage.records.failures import Failure
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.places import Place
from storage.times import as_text, as_time
from storage.values import as_json, from_json


def _row(tx: Reading, row: dict[str, Any]) -> OutboxRow:
    """What does not open is empty: the row still has its state, which a person must be told."""
    owner, row_id = row["owner"], row["id"]

    def opened(column: str) -> str | None:
        sealed = row[column]
        return tx.open_if_whole(owner, "outbox", column, row_id, sealed) if sealed else None

    failure, accepted_to, envelope = opened("failure"), opened("accepted_to"), opened("envelope")
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
        first_wire_at=as_time(row["first_wire_at"]) if row["first_wire_at"] else None,
        failure=from_json(Failure, failure) if failure else None,
        accepted_to=from_json(tuple[str, ...], accepted_to) if accepted_to else (),
        created_at=as_time(row["created_at"]),
        updated_at=as_time(row["updated_at"]),
    )


def add(tx: Transaction, row: OutboxRow) -> None:
    """A letter was told to go."""
    tx.execute(
        """
        INSERT INTO outbox
            (id, owner, chat, thread, draft, connection, method, idempotency_key, hook_fp, body,
             body_sha256, envelope, state, why, revision, due_at, lease_until, lease_epoch,
             attempts, replays, first_wire_at, last_wire_at, failure, accepted_to, created_at,
             updated_at)
        VALUES (:id, :owner, :chat, :thread, :draft, :connection, :method, :key, NULL, :body,
                :sha, :envelope, :state, :why, :revision, :due_at, NULL, 0, 0, 0, NULL, NULL,
                NULL, NULL, :now, :now)
        """,
        id=row.id,
        owner=row.owner,
        chat=row.place.chat,
        thread=row.place.thread,
        draft=row.draft,
        connection=row.connection,
        method=row.method,
        key=row.idempotency_key,
        body=tx.seal(row.owner, "outbox", "body", row.id, row.body.decode()),
        sha=row.body_sha256,
        envelope=tx.seal(row.owner, "outbox", "envelope", row.id, as_json(row.envelope)),
        state=row.state.value,
        why=row.why.value,
        revision=row.revision,
        due_at=as_text(row.due_at),
        now=as_text(tx.now),
    )
    tx.wake("outbox")


def find(tx: Reading, owner: int, row_id: str) -> OutboxRow | None:
    """One of this person's letters on their way."""
    row = tx.row("SELECT * FROM outbox WHERE id = :id AND owner = :owner", id=row_id, owner=owner)
    return _row(tx, row) if row else None


def newest_of_draft(tx: Reading, owner: int, draft: str) -> OutboxRow | None:
    """What became of a draft that was told to go."""
    row = tx.row(
        "SELECT * FROM outbox WHERE draft = :draft AND owner = :owner "
        "ORDER BY created_at DESC, id DESC LIMIT 1",
        draft=draft,
        owner=owner,
    )
    return _row(tx, row) if row else None


def move(
    tx: Transaction,
    row: OutboxRow,
    to: OutboxState,
    *,
    why: Why = Why.NOTHING,
    failure: Failure | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Sets the state if the row still stands as it was read; False: somebody was quicker.

    A state in which nothing left clears the time of the first wire, so that Undo works again.
    """
    left = to in (OutboxState.SENDING, OutboxState.SENT, OutboxState.UNKNOWN, OutboxState.ABANDONED)
    moved = tx.execute(
        """
        UPDATE outbox SET
            state = :state, why = :why, revision = revision + 1, failure = :failure,
            due_at = :due_at, updated_at = :now, lease_until = NULL,
            first_wire_at = CASE WHEN :left THEN first_wire_at ELSE NULL END
        WHERE id = :id AND owner = :owner AND state = :was AND lease_epoch = :epoch
        """,
        id=row.id,
        owner=row.owner,
        was=row.state.value,
        epoch=row.lease_epoch,
        state=to.value,
        why=why.value,
        failure=_sealed(tx, row, "failure", failure),
        due_at=as_text(due_at or row.due_at),
        left=int(left),
        now=as_text(tx.now),
    )
    if moved and to in (OutboxState.HELD, OutboxState.QUEUED):
        tx.wake("outbox")
    return bool(moved)


def claim(tx: Transaction, row: OutboxRow, *, lease_until: datetime, hook_fp: bytes) -> bool:
    """queued -> sending, on disk before the socket opens; False: somebody was quicker."""
    return bool(
        tx.execute(
            """
            UPDATE outbox SET
                state = 'sending', revision = revision + 1, lease_epoch = lease_epoch + 1,
                lease_until = :lease_until, attempts = attempts + 1, why = '', failure = NULL,
                first_wire_at = coalesce(first_wire_at, :now), last_wire_at = :now,
                hook_fp = coalesce(CASE WHEN first_wire_at IS NULL THEN NULL ELSE hook_fp END,
                                   :hook_fp),
                updated_at = :now
            WHERE id = :id AND owner = :owner AND state = 'queued' AND lease_epoch = :epoch
            """,
            id=row.id,
            owner=row.owner,
            epoch=row.lease_epoch,
            lease_until=as_text(lease_until),
            hook_fp=hook_fp,
            now=as_text(tx.now),
        )
    )


def accept(tx: Transaction, row: OutboxRow, accepted_to: tuple[str, ...]) -> bool:
    """A positive answer counts however late it comes."""
    return bool(
        tx.execute(
            """
            UPDATE outbox SET
                state = 'sent', why = 'response', revision = revision + 1, failure = NULL,
                accepted_to = :accepted_to, lease_until = NULL, updated_at = :now
            WHERE id = :id AND owner = :owner AND state IN ('sending', 'unknown')
            """,
            id=row.id,
            owner=row.owner,
            accepted_to=_sealed(tx, row, "accepted_to", accepted_to),
            now=as_text(tx.now),
        )
    )


def _sealed(tx: Transaction, row: OutboxRow, column: str, value: Any) -> bytes | None:
    if value is None:
        return None
    return tx.seal(row.owner, "outbox", column, row.id, as_json(value))


def due(tx: Reading) -> tuple[OutboxRow, ...]:
    """What is held and over its time, in the order of its time."""
    rows = tx.rows(
        "SELECT * FROM outbox WHERE state = 'held' AND due_at <= :now ORDER BY due_at, id",
        now=as_text(tx.now),
    )
    return tuple(_row(tx, row) for row in rows)


def lapsed(tx: Reading) -> tuple[OutboxRow, ...]:
    """What is on its way for longer than any answer takes."""
    rows = tx.rows(
        "SELECT * FROM outbox WHERE state = 'sending' AND lease_until < :now ORDER BY id",
        now=as_text(tx.now),
    )
    return tuple(_row(tx, row) for row in rows)


def next_held(tx: Reading) -> datetime | None:
    """When the next held row goes."""
    row = tx.row("SELECT min(due_at) AS at FROM outbox WHERE state = 'held'")
    return as_time(row["at"]) if row and row["at"] else None


def in_state(
    tx: Reading, *states: OutboxState, owner: int | None = None, connection: str | None = None
) -> tuple[OutboxRow, ...]:
    """Rows in any of these states, oldest first; of one person or one connection if named."""
    rows = tx.rows(
        f"SELECT * FROM outbox WHERE state IN ({', '.join(f':s{n}' for n in range(len(states)))}) "  # noqa: S608  (only placeholders are joined)
        "AND (:owner IS NULL OR owner = :owner) "
        "AND (:connection IS NULL OR connection = :connection) ORDER BY created_at, id",
        owner=owner,
        connection=connection,
        **{f"s{n}": state.value for n, state in enumerate(states)},
    )
    return tuple(_row(tx, row) for row in rows)


def count_since(tx: Reading, owner: int, since: datetime) -> int:
    """How many letters this person told to go since then."""
    row = tx.row(
        "SELECT count(*) AS n FROM outbox WHERE owner = :owner AND created_at >= :since",
        owner=owner,
        since=as_text(since),
    )
    return int(row["n"]) if row else 0
