"""What a jump of the wall clock means for times in rows. Set back by an hour, everything planned
just before would wait for an hour, and nobody knows any more how old an idempotency key is."""

from datetime import timedelta
from typing import Any, Final

from storage import outbox
from storage.database import Transaction
from storage.notices import UNTIL_HEARD
from storage.times import as_text, as_time

TOLERATED: Final = timedelta(seconds=30)

_PLANNED = ("due_at", "next_at", "remind_at", "lease_until")


def settle(tx: Transaction) -> None:
    """Nothing is repeated, and what was planned before the clock went back waits as long as it was
    to wait, from now on."""
    outbox.forbid_replays(tx)
    ahead = tx.rows(
        "SELECT id, updated_at, due_at, next_at, remind_at, lease_until FROM outbox "
        "WHERE updated_at > :now AND state NOT IN ('sent', 'rejected', 'cancelled', 'abandoned')",
        now=as_text(tx.now),
    )
    for row in ahead:
        _plan_anew(tx, row)
    tx.execute(
        "UPDATE notices SET due_at = :now "
        "WHERE state = 'owed' AND due_at > :now AND due_at < :until_heard "
        "AND (created_at > :now OR tries > 0)",
        now=as_text(tx.now),
        until_heard=as_text(UNTIL_HEARD),
    )
    tx.wake("notices")


def settle_at_start(tx: Transaction) -> None:
    """The same, if the clock is behind what was written before the program stopped."""
    newest = tx.row("SELECT max(updated_at) AS at FROM outbox")
    if newest and newest["at"] and as_time(newest["at"]) - tx.now > TOLERATED:
        settle(tx)


def _plan_anew(tx: Transaction, row: dict[str, Any]) -> None:
    back = as_time(row["updated_at"]) - tx.now
    planned = {name: row[name] and as_text(as_time(row[name]) - back) for name in _PLANNED}
    tx.execute(
        "UPDATE outbox SET due_at = :due_at, next_at = :next_at, remind_at = :remind_at, "
        "lease_until = :lease_until, updated_at = :now WHERE id = :id",
        **planned,
        now=as_text(tx.now),
        id=row["id"],
    )
