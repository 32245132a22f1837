"""What a change or a look may do with the database. Data keys are unwrapped once per transaction
and read in its own snapshot: a forgotten key is forgotten everywhere at once, a rolled back one
was never there."""

import hashlib
import hmac
import logging
import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlite_utils

from storage import sealing
from storage.errors import (
    AlreadyApplied,
    DatabaseRefused,
    Refusal,
    SealBroken,
    StorageUnavailable,
    Trouble,
)
from storage.ids import RandomBytes
from storage.sealing import SecretKeys, wrapping_key_id
from storage.times import as_text

Clock = Callable[[], datetime]

_BOT = 0  # owner of what belongs to no person
_FINGERPRINTS = -1  # owner of the key under which fingerprints are made; it never rotates

_log = logging.getLogger(__name__)


class Reading:
    """One consistent view of the database. SQL takes `:name` parameters, rows are dicts."""

    def __init__(self, db: sqlite_utils.Database, secret_keys: SecretKeys, now: datetime) -> None:
        self._db = db
        self._secret_keys = secret_keys
        self._keys: dict[int, bytes] = {}
        self.now = now

    def row(self, sql: str, /, **values: Any) -> dict[str, Any] | None:
        """The first row, if there is one."""
        cursor = self._run(sql, values)
        row = cursor.fetchone()
        names = _names(cursor)
        cursor.close()
        return None if row is None else dict(zip(names, row, strict=True))

    def rows(self, sql: str, /, **values: Any) -> list[dict[str, Any]]:
        cursor = self._run(sql, values)
        names = _names(cursor)
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def open(
        self, owner: int | None, table: str, column: str, row_id: str | int, blob: bytes
    ) -> str:
        """What was sealed there for this owner (None: the bot itself); else SealBroken."""
        holder = _BOT if owner is None else owner
        key = self._key(holder)
        if key is None:
            raise SealBroken(table, column, row_id)
        text = sealing.open_sealed(
            key, table=table, column=column, row=row_id, owner=holder, blob=blob
        )
        return text.decode()

    def open_if_whole(
        self, owner: int, table: str, column: str, row_id: str, blob: bytes
    ) -> str | None:
        """The same, and None with a line in the log for what was altered or moved.

        For values without which the rest of the row is still worth something.
        """
        try:
            return self.open(owner, table, column, row_id, blob)
        except SealBroken:
            _log.error("%s.%s of %s does not open", table, column, row_id)
            return None

    def fingerprint(self, text: str) -> bytes:
        """The same 32 bytes for the same text in this database, and nothing to guess it by."""
        key = self._key(_FINGERPRINTS)
        assert key is not None, "made when the database was"
        return hmac.digest(key, text.encode(), hashlib.sha256)

    def _key(self, owner: int) -> bytes | None:
        if owner not in self._keys:
            found = self.row("SELECT wrapped FROM keys WHERE owner = :owner", owner=owner)
            if found is None:
                return None
            self._keys[owner] = self._secret_keys.unwrap(found["wrapped"], owner)
        return self._keys[owner]

    def check_keys(self) -> None:
        """Refuses secret keys that do not open every data key."""
        for found in self.rows("SELECT DISTINCT substr(wrapped, 1, 9) AS head FROM keys"):
            if not self._secret_keys.knows(wrapping_key_id(found["head"])):
                raise DatabaseRefused(Refusal.WRONG_KEY)
        try:
            self._key(_BOT)
            self._key(_FINGERPRINTS)
        except SealBroken:
            raise DatabaseRefused(Refusal.WRONG_KEY) from None

    def _run(self, sql: str, values: dict[str, Any]) -> sqlite3.Cursor:
        # A full disk can end the transaction by itself; what followed would commit piecemeal.
        if not self._db.conn.in_transaction:
            raise StorageUnavailable(Trouble.IO)
        return self._db.execute(sql, values)


class Transaction(Reading):
    """One write transaction: all of it or nothing. `now` is the same throughout."""

    def __init__(
        self,
        db: sqlite_utils.Database,
        secret_keys: SecretKeys,
        now: datetime,
        random_bytes: RandomBytes = os.urandom,
    ) -> None:
        super().__init__(db, secret_keys, now)
        self._random_bytes = random_bytes
        self.topics: dict[str, None] = {}
        self.forgot = False
        self.counted = 0

    def execute(self, sql: str, /, **values: Any) -> int:
        """How many rows it inserted, changed or deleted."""
        return self._run(sql, values).rowcount

    def once(self, cause: str) -> None:
        """AlreadyApplied, which rolls everything back, if this cause has had its effect."""
        added = self.execute(
            "INSERT INTO causes (cause, at) VALUES (:cause, :at) ON CONFLICT DO NOTHING",
            cause=cause,
            at=as_text(self.now),
        )
        if not added:
            raise AlreadyApplied(cause)

    def count(self, *, beyond: int = 0) -> None:
        """One more change that an older copy of this database does not know of.

        `beyond`: the count goes on from there, if it was lower.
        """
        row = self.row(
            "INSERT INTO facts (name, value) VALUES ('changes', CAST(:beyond + 1 AS TEXT)) "
            "ON CONFLICT (name) DO UPDATE SET "
            "value = CAST(max(CAST(value AS INTEGER), :beyond) + 1 AS TEXT) RETURNING value",
            beyond=beyond,
        )
        assert row is not None
        self.counted = int(row["value"])

    def wake(self, topic: str) -> None:
        """Those who listen to the topic are called once, after the commit."""
        self.topics[topic] = None

    def seal(
        self, owner: int | None, table: str, column: str, row_id: str | int, text: str | bytes
    ) -> bytes:
        """Sealed for this place under the owner's key, which is made if there is none yet."""
        holder = _BOT if owner is None else owner
        return sealing.seal(
            self._key(holder) or self._make_key(holder),
            table=table,
            column=column,
            row=row_id,
            owner=holder,
            text=text,
            random_bytes=self._random_bytes,
        )

    def forget_key(self, owner: int) -> None:
        """Nothing sealed for this person opens any more, in backups neither."""
        if owner <= 0:
            raise ValueError("only a person's key can be forgotten")
        self.execute("DELETE FROM keys WHERE owner = :owner", owner=owner)
        self._keys.pop(owner, None)
        self.forgot = True

    def make_own_keys(self) -> None:
        """The bot's own keys, in a database that has none yet; they prove the secret key later."""
        for owner in (_BOT, _FINGERPRINTS):
            if self._key(owner) is None:
                self._make_key(owner)

    def wrap_keys_anew(self) -> None:
        """Every data key under the newest secret key, so that older ones may leave the settings.

        One that does not open stays as it is, for its owner's values are lost with it or without.
        """
        newest = self._secret_keys.newest
        stored = self.rows("SELECT owner, wrapped FROM keys ORDER BY owner")
        older = [row for row in stored if wrapping_key_id(row["wrapped"]) != newest]
        wrapped = [row["owner"] for row in older if self._wrap_anew(row["owner"], row["wrapped"])]
        if wrapped:
            self.forgot = True
            _log.info("%d data keys are under the first key of SECRET_KEY now", len(wrapped))
        if older and len(wrapped) == len(older):
            _log.info("the older keys of SECRET_KEY are not needed any more")

    def _wrap_anew(self, owner: int, wrapped: bytes) -> bool:
        try:
            key = self._secret_keys.unwrap(wrapped, owner)
        except SealBroken:
            _log.error("the data key of %d does not open: keep the older SECRET_KEY", owner)
            return False
        self.execute(
            "UPDATE keys SET wrapped = :wrapped WHERE owner = :owner",
            wrapped=self._secret_keys.wrap(key, owner, self._random_bytes),
            owner=owner,
        )
        return True

    def _make_key(self, owner: int) -> bytes:
        key = self._random_bytes(sealing.KEY_BYTES)
        wrapped = self._secret_keys.wrap(key, owner, self._random_bytes)
        self.execute(
            "INSERT INTO keys (owner, wrapped) VALUES (:owner, :wrapped)",
            owner=owner,
            wrapped=wrapped,
        )
        self._keys[owner] = key
        return key


def _names(cursor: sqlite3.Cursor) -> list[str]:
    return [column[0] for column in cursor.description]
