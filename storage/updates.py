"""Telegram's updates, on disk before Telegram is told that they arrived.

Payloads are sealed under the bot's own key, because a pasted webhook address may be among them.
They are cleared in the commit that ends them; ids stay for two days, so that a repeat is known.
"""

import json
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final

from storage import chat_moves, notices, people
from storage.database import Reading, Transaction
from storage.errors import SealBroken
from storage.records.updates import Kept, Raw, StoredUpdate, group_move_of, key_of, update_id_of
from storage.times import as_text, as_time

WAKE: Final = "updates"

_INSERT = """
    INSERT INTO updates (bot_id, update_id, key, received_at, payload, state, attempts)
    VALUES (:bot_id, :update_id, :key, :received_at, :payload, 'waiting', 0)
    ON CONFLICT (bot_id, update_id) DO NOTHING
"""

_OLDEST_PER_KEY = """
    SELECT bot_id, update_id, key, received_at, attempts, payload FROM updates WHERE arrival IN (
        SELECT min(arrival) FROM updates WHERE state = 'waiting' GROUP BY key
    )
    ORDER BY arrival LIMIT :limit
"""

_NEXT_OF_KEY = """
    SELECT bot_id, update_id, key, received_at, attempts, payload FROM updates
    WHERE state = 'waiting' AND key = :key ORDER BY arrival LIMIT 1
"""


def keep(tx: Transaction, bot_id: int, raw: Iterable[object]) -> Kept:
    """Stores what is new and wakes the worker.

    What has no id of its own cannot be told apart from a repeat and is left out.
    """
    ids: list[int] = []
    new: list[Raw] = []
    waited_for = notices.waiting_to_hear(tx)
    for one in raw:
        update_id = update_id_of(one)
        if update_id is None or not isinstance(one, dict):
            continue
        ids.append(update_id)
        if _insert(tx, bot_id, update_id, one):
            new.append(one)
        if (key := key_of(one)) in waited_for:
            notices.in_touch(tx, key)
        if (moved := group_move_of(one)) is not None:
            chat_moves.move_group(tx, *moved)
    if new:
        tx.wake(WAKE)
    return Kept(max(ids, default=None), tuple(new))


def waiting(tx: Reading, limit: int, busy: Collection[int] = ()) -> list[StoredUpdate]:
    """The oldest update of each key that is not busy, in the order in which they came."""
    rows = tx.rows(_OLDEST_PER_KEY, limit=limit + len(busy))
    return [_stored(tx, row) for row in rows if row["key"] not in busy][:limit]


def newest_waiting(tx: Reading) -> int:
    """Where the last update that waits stands in the order of their arrival; 0: none waits."""
    row = tx.row("SELECT max(arrival) AS newest FROM updates WHERE state = 'waiting'")
    return (row and row["newest"]) or 0


def waits_since(tx: Reading, newest: int) -> bool:
    """Does anything wait that came no later than that one?"""
    sql = "SELECT 1 FROM updates WHERE state = 'waiting' AND arrival <= :newest LIMIT 1"
    return tx.row(sql, newest=newest) is not None


def end(tx: Transaction, update: StoredUpdate) -> StoredUpdate | None:
    """Ends the update, clears what it said, and gives the next one of its key."""
    tx.execute(
        """
        UPDATE updates SET state = 'done', payload = NULL, ended_at = :now
        WHERE bot_id = :bot_id AND update_id = :update_id
        """,
        now=as_text(tx.now),
        bot_id=update.bot_id,
        update_id=update.update_id,
    )
    return next_of(tx, update.key)


def next_of(tx: Reading, key: int) -> StoredUpdate | None:
    """The oldest update of that key that waits."""
    row = tx.row(_NEXT_OF_KEY, key=key)
    return _stored(tx, row) if row else None


def fail(tx: Transaction, update: StoredUpdate) -> int:
    """Counts a failed try; how many there have been by now."""
    row = tx.row(
        """
        UPDATE updates SET attempts = attempts + 1
        WHERE bot_id = :bot_id AND update_id = :update_id RETURNING attempts
        """,
        bot_id=update.bot_id,
        update_id=update.update_id,
    )
    return row["attempts"] if row else update.attempts + 1


def quarantine(tx: Transaction, update: StoredUpdate) -> StoredUpdate | None:
    """Gives the update up and gives the next one of its key; what it said stays, sealed."""
    tx.execute(
        """
        UPDATE updates SET state = 'quarantined', ended_at = :now
        WHERE bot_id = :bot_id AND update_id = :update_id
        """,
        now=as_text(tx.now),
        bot_id=update.bot_id,
        update_id=update.update_id,
    )
    return next_of(tx, update.key)


def forget_old(tx: Transaction, before: datetime) -> int:
    """Drops what ended before then; how many rows went."""
    return tx.execute(
        "DELETE FROM updates WHERE state <> 'waiting' AND ended_at < :before",
        before=as_text(before),
    )


def _insert(tx: Transaction, bot_id: int, update_id: int, raw: Raw) -> bool:
    """Is it new?"""
    added = tx.execute(
        _INSERT,
        bot_id=bot_id,
        update_id=update_id,
        key=key_of(raw),
        received_at=as_text(tx.now),
        payload=tx.seal(None, "updates", "payload", _row(bot_id, update_id), json.dumps(raw)),
    )
    return bool(added)


def _stored(tx: Reading, row: dict[str, Any]) -> StoredUpdate:
    return StoredUpdate(
        bot_id=row["bot_id"],
        update_id=row["update_id"],
        key=row["key"],
        received_at=as_time(row["received_at"]),
        attempts=row["attempts"],
        raw=_opened(tx, row),
        person=people.find(tx, row["key"]),
    )


def _opened(tx: Reading, row: dict[str, Any]) -> Raw:
    """An empty update where the seal is broken: nobody can handle it, so it fails alone."""
    place = _row(row["bot_id"], row["update_id"])
    try:
        raw: Raw = json.loads(tx.open(None, "updates", "payload", place, row["payload"]))
    except SealBroken:
        return {}
    return raw


def _row(bot_id: int, update_id: int) -> str:
    return f"{bot_id}:{update_id}"
