"""Rows of the outbox. Every change of state is a compare-and-set, and leaves a line of history."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from storage.database import Reading, Transaction
from storage.outbox_rows import read_row, sealed
from storage.records.failures import Failure
from storage.records.outbox import OutboxRow, OutboxState, Why
from storage.records.places import Place
from storage.times import as_text, as_time

WAKE = "outbox"

# What was on the wire keeps the time of its first call; all else certainly did not leave.
_MAY_HAVE_LEFT = (
    OutboxState.SENDING,
    OutboxState.VERIFYING,
    OutboxState.SENT,
    OutboxState.UNKNOWN,
    OutboxState.ABANDONED,
)


def add(tx: Transaction, row: OutboxRow) -> None:
    """A letter was told to go."""
    tx.execute(
        """
        INSERT INTO outbox
            (id, owner, chat, thread, draft, connection, method, idempotency_key, body,
             body_sha256, envelope, state, why, revision, due_at, lease_epoch, attempts, replays,
             created_at, updated_at)
        VALUES (:id, :owner, :chat, :thread, :draft, :connection, :method, :key, :body,
                :sha, :envelope, :state, :why, :revision, :due_at, 0, 0, 0, :now, :now)
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
        envelope=sealed(tx, row, "envelope", row.envelope),
        state=row.state.value,
        why=row.why.value,
        revision=row.revision,
        due_at=as_text(row.due_at),
        now=as_text(tx.now),
    )
    _note(tx, row.id, "", row.state, row.why)
    tx.wake(WAKE)


def find(tx: Reading, owner: int, row_id: str) -> OutboxRow | None:
    """One of this person's letters on their way."""
    row = tx.row("SELECT * FROM outbox WHERE id = :id AND owner = :owner", id=row_id, owner=owner)
    return read_row(tx, row) if row else None


def newest_of_draft(tx: Reading, owner: int, draft: str) -> OutboxRow | None:
    """What became of a draft that was told to go; what gave way to its first one tells nothing."""
    row = tx.row(
        "SELECT * FROM outbox WHERE draft = :draft AND owner = :owner "
        "AND NOT (state = 'cancelled' AND why = 'first_left') "
        "ORDER BY created_at DESC, id DESC LIMIT 1",
        draft=draft,
        owner=owner,
    )
    return read_row(tx, row) if row else None


def move(
    tx: Transaction,
    row: OutboxRow,
    to: OutboxState,
    *,
    why: Why = Why.NOTHING,
    failure: Failure | None = None,
    due_at: datetime | None = None,
    next_at: datetime | None = None,
    deferrals: int | None = None,
    replays: int | None = None,
    no_replay: bool | None = None,
    quiet: bool = False,
) -> bool:
    """Sets the state if the row still stands as it was read; False: somebody was quicker.

    A state in which nothing left clears the time of the first wire, so that Undo works again.
    What is None stays as it is, but `failure` and `next_at` are set in any case. `quiet`: its card
    stays as it is, and so do the buttons.
    """
    moved = tx.execute(
        """
        UPDATE outbox SET
            state = :state, why = :why, revision = revision + :seen, failure = :failure,
            due_at = :due_at, next_at = :next_at, deferrals = :deferrals, replays = :replays,
            no_replay = :no_replay, updated_at = :now, lease_until = NULL,
            remind_at = CASE WHEN :seen THEN NULL ELSE remind_at END,
            first_wire_at = CASE WHEN :left THEN first_wire_at ELSE NULL END
        WHERE id = :id AND owner = :owner AND state = :was AND lease_epoch = :epoch
        """,
        id=row.id,
        owner=row.owner,
        was=row.state.value,
        epoch=row.lease_epoch,
        state=to.value,
        why=why.value,
        failure=sealed(tx, row, "failure", failure),
        due_at=as_text(due_at or row.due_at),
        next_at=as_text(next_at) if next_at else None,
        deferrals=row.deferrals if deferrals is None else deferrals,
        replays=row.replays if replays is None else replays,
        no_replay=int(row.no_replay if no_replay is None else no_replay),
        left=int(to in _MAY_HAVE_LEFT),
        seen=0 if quiet else 1,
        now=as_text(tx.now),
    )
    if moved:
        _note(tx, row.id, row.state, to, why)
        tx.wake(WAKE)
    return bool(moved)


def claim(
    tx: Transaction,
    row: OutboxRow,
    *,
    lease_until: datetime,
    hook_fp: bytes,
    baseline: tuple[int, ...] | None,
) -> bool:
    """queued -> sending, on disk before the socket opens; False: somebody was quicker.

    What was put off before keeps its card until more is known.
    """
    claimed = tx.execute(
        """
        UPDATE outbox SET
            state = 'sending', lease_epoch = lease_epoch + 1, lease_until = :lease_until,
            revision = CASE WHEN deferrals > 0 THEN revision ELSE revision + 1 END,
            failure = CASE WHEN deferrals > 0 THEN failure ELSE NULL END,
            attempts = attempts + 1,
            first_wire_at = :now, last_wire_at = :now, hook_fp = :hook_fp, baseline = :baseline,
            next_at = NULL, replays = 0, updated_at = :now
        WHERE id = :id AND owner = :owner AND state = 'queued' AND lease_epoch = :epoch
        """,
        id=row.id,
        owner=row.owner,
        epoch=row.lease_epoch,
        lease_until=as_text(lease_until),
        hook_fp=hook_fp,
        baseline=sealed(tx, row, "baseline", baseline),
        now=as_text(tx.now),
    )
    if claimed:
        _note(tx, row.id, row.state, OutboxState.SENDING, Why.NOTHING)
    return bool(claimed)


def claim_look(tx: Transaction, row: OutboxRow, *, lease_until: datetime) -> bool:
    """Only the holder of a verifying row looks for its letter; False: somebody was quicker."""
    return bool(
        tx.execute(
            """
            UPDATE outbox SET lease_epoch = lease_epoch + 1, lease_until = :lease_until
            WHERE id = :id AND owner = :owner AND state = 'verifying' AND lease_epoch = :epoch
            """,
            id=row.id,
            owner=row.owner,
            epoch=row.lease_epoch,
            lease_until=as_text(lease_until),
        )
    )


def claim_replay(tx: Transaction, row: OutboxRow, *, lease_until: datetime) -> bool:
    """verifying -> sending: the same call once more, on disk before the socket opens."""
    claimed = tx.execute(
        """
        UPDATE outbox SET
            state = 'sending', revision = revision + 1, lease_epoch = lease_epoch + 1,
            lease_until = :lease_until, attempts = attempts + 1, replays = replays + 1,
            last_wire_at = :now, next_at = NULL, updated_at = :now
        WHERE id = :id AND owner = :owner AND state = 'verifying' AND lease_epoch = :epoch
        """,
        id=row.id,
        owner=row.owner,
        epoch=row.lease_epoch,
        lease_until=as_text(lease_until),
        now=as_text(tx.now),
    )
    if claimed:
        _note(tx, row.id, row.state, OutboxState.SENDING, Why.REPLAY)
    return bool(claimed)


def accept(tx: Transaction, row: OutboxRow, why: Why, accepted_to: tuple[str, ...] = ()) -> bool:
    """Positive evidence counts however late it comes, and whoever brings it.

    Also for what was left as not known, or sent again.
    """
    accepted = tx.row(
        """
        UPDATE outbox SET
            state = 'sent', why = :why, revision = revision + 1, failure = NULL,
            accepted_to = :accepted_to, lease_until = NULL, next_at = NULL, remind_at = NULL,
            updated_at = :now
        WHERE id = :id AND owner = :owner
            AND state IN ('sending', 'verifying', 'unknown', 'abandoned')
        RETURNING id
        """,
        id=row.id,
        owner=row.owner,
        why=why.value,
        accepted_to=sealed(tx, row, "accepted_to", accepted_to),
        now=as_text(tx.now),
    )
    if accepted:
        _note(tx, row.id, row.state, OutboxState.SENT, why)
    return accepted is not None


def show_anew(tx: Transaction, row: OutboxRow) -> bool:
    """Buttons that were shown until now are stale; all else stays. False: somebody was quicker."""
    return bool(
        tx.execute(
            "UPDATE outbox SET revision = revision + 1 WHERE id = :id AND owner = :owner "
            "AND state = :state AND revision = :revision",
            id=row.id,
            owner=row.owner,
            state=row.state.value,
            revision=row.revision,
        )
    )


def may_have_left(tx: Transaction, row: OutboxRow) -> None:
    """It may have been on the wire without our knowing, at any time since it was told to go.

    Then nothing of its thread is old, unless a row before it may have left the same letter there.
    """
    alone = tx.row(
        "SELECT count(*) = 1 AS yes FROM outbox WHERE draft = :draft AND owner = :owner",
        draft=row.draft,
        owner=row.owner,
    )
    first = row.baseline is None and alone is not None and alone["yes"]
    tx.execute(
        """
        UPDATE outbox SET
            first_wire_at = coalesce(first_wire_at, created_at),
            last_wire_at = coalesce(last_wire_at, created_at),
            baseline = CASE WHEN :first THEN :nothing ELSE baseline END
        WHERE id = :id AND owner = :owner
        """,
        id=row.id,
        owner=row.owner,
        first=int(first),
        nothing=sealed(tx, row, "baseline", ()),
    )


def remind(tx: Transaction, row: OutboxRow, at: datetime | None) -> None:
    """When the person is told of it once more; None: never again by itself."""
    tx.execute(
        "UPDATE outbox SET remind_at = :at WHERE id = :id AND owner = :owner",
        id=row.id,
        owner=row.owner,
        at=as_text(at) if at else None,
    )


def forbid_replays(tx: Transaction) -> int:
    """The clock jumped: how old a key is can no longer be said. How many rows it concerns."""
    return tx.execute(
        "UPDATE outbox SET no_replay = 1 WHERE no_replay = 0 AND first_wire_at IS NOT NULL "
        "AND state IN ('sending', 'verifying')"
    )


def due(tx: Reading) -> tuple[OutboxRow, ...]:
    """What is held and over its time, or put off until now, in the order of its time."""
    return _rows(
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
    return _rows(tx, "state = 'sending' AND lease_until < :now ORDER BY id")


def to_look_for(tx: Reading) -> tuple[OutboxRow, ...]:
    """Verifying rows whose time has come, and that nobody looks for."""
    return _rows(
        tx,
        "state = 'verifying' AND next_at <= :now "
        "AND (lease_until IS NULL OR lease_until < :now) ORDER BY next_at, id",
    )


def to_remind_of(tx: Reading) -> tuple[OutboxRow, ...]:
    """Letters that nobody knows about, or that wait for long, whose person is to be told."""
    return _rows(
        tx, "state IN ('unknown', 'deferred') AND remind_at <= :now ORDER BY remind_at, id"
    )


def overdue(tx: Reading, before: datetime) -> tuple[OutboxRow, ...]:
    """What was to go before then, and never was on the wire."""
    return _rows(
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


def on_their_way(tx: Reading, owner: int, place: Place) -> tuple[OutboxRow, ...]:
    """Letters told to go in this place that have not ended, oldest first."""
    return _rows(
        tx,
        "owner = :owner AND chat = :chat AND thread = :thread "
        "AND state NOT IN ('sent', 'rejected', 'cancelled', 'abandoned') ORDER BY created_at, id",
        owner=owner,
        chat=place.chat,
        thread=place.thread,
    )


def lately_ended(
    tx: Reading, owner: int, place: Place, since: datetime, limit: int
) -> tuple[OutboxRow, ...]:
    """Letters of this place that ended since then, newest first."""
    return _rows(
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
    return _rows(
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


def _rows(tx: Reading, where: str, **values: Any) -> tuple[OutboxRow, ...]:
    # `where` is text of this module; what varies is in its parameters.
    found = tx.rows(f"SELECT * FROM outbox WHERE {where}", now=as_text(tx.now), **values)  # noqa: S608
    return tuple(read_row(tx, row) for row in found)


def _note(
    tx: Transaction, row_id: str, was: OutboxState | str, state: OutboxState, why: Why
) -> None:
    tx.count()
    tx.execute(
        "INSERT INTO outbox_history (outbox, at, was, state, why) "
        "VALUES (:id, :now, :was, :state, :why)",
        id=row_id,
        now=as_text(tx.now),
        was=str(was),
        state=state.value,
        why=why.value,
    )
