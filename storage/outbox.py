"""Rows of the outbox. Every change of state is a compare-and-set, and leaves a line of history."""

from datetime import datetime

from storage.database import Reading, Transaction
from storage.outbox_history import note
from storage.outbox_rows import read_row, sealed
from storage.records.failures import Failure
from storage.records.outbox import Looked, OutboxRow, OutboxState, Why
from storage.times import as_text

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
    note(tx, row.id, "", row.state, row.why)
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
    looked: Looked | None = None,
    look_failure: Failure | None = None,
    quiet: bool = False,
) -> bool:
    """Sets the state if the row still stands as it was read; False: somebody was quicker.

    A state in which nothing left clears the time of the first wire, so that Undo works again.
    What is None stays as it is, but `failure` and `next_at` are set in any case, and `look_failure`
    together with `looked`. `quiet`: its card stays as it is, and so do the buttons.
    """
    moved = tx.execute(
        """
        UPDATE outbox SET
            state = :state, why = :why, revision = revision + :seen, failure = :failure,
            due_at = :due_at, next_at = :next_at, deferrals = :deferrals, replays = :replays,
            no_replay = :no_replay, looked = :looked, look_failure = :look_failure,
            updated_at = :now, lease_until = NULL,
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
        looked=(row.looked if looked is None else looked).value,
        look_failure=sealed(
            tx, row, "look_failure", row.look_failure if looked is None else look_failure
        ),
        left=int(to in _MAY_HAVE_LEFT),
        seen=0 if quiet else 1,
        now=as_text(tx.now),
    )
    if moved:
        note(tx, row.id, row.state, to, why)
        tx.wake(WAKE)
    return bool(moved)


def accept(tx: Transaction, row: OutboxRow, why: Why, accepted_to: tuple[str, ...] = ()) -> bool:
    """Positive evidence counts however late it comes, and whoever brings it.

    Also for what was left as not known, or sent again. That it may have left more than once counts
    even of what was found or said to be sent.
    """
    accepted = tx.row(
        """
        UPDATE outbox SET
            state = 'sent', why = :why, revision = revision + 1, failure = NULL,
            accepted_to = :accepted_to, lease_until = NULL, next_at = NULL, remind_at = NULL,
            updated_at = :now
        WHERE id = :id AND owner = :owner
            AND (state IN ('sending', 'verifying', 'unknown', 'abandoned')
                OR (state = 'sent' AND :why = 'unprotected'))
        RETURNING id
        """,
        id=row.id,
        owner=row.owner,
        why=why.value,
        accepted_to=sealed(tx, row, "accepted_to", accepted_to),
        now=as_text(tx.now),
    )
    if accepted:
        note(tx, row.id, row.state, OutboxState.SENT, why)
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
