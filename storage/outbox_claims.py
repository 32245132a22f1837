"""Whoever claims a row of the outbox may call for its letter or look for it; nobody else does."""

from datetime import datetime

from storage.database import Transaction
from storage.outbox_history import note
from storage.outbox_rows import sealed
from storage.records.outbox import OutboxRow, OutboxState, Why
from storage.times import as_text


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
        note(tx, row.id, row.state, OutboxState.SENDING, Why.NOTHING)
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
        note(tx, row.id, row.state, OutboxState.SENDING, Why.REPLAY)
    return bool(claimed)
