"""Changes that wait at the same moment share one commit, for the disk is what they wait for.

Each is rolled back alone if it fails alone, and nobody hears anything before the disk has it.
Looks that wait at the same moment share a snapshot.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from typing import Any, Final

import sqlite_utils

from storage import sqlite
from storage.errors import DatabaseDamaged, StorageUnavailable, Trouble
from storage.pending import Pending
from storage.transaction import Reading, Transaction

MOST: Final = 64  # changes in one commit: the first of them waits for the last


class Group:
    """The changes of one commit, on the writer's thread: `run` between BEGIN and COMMIT."""

    def __init__(self, waiting: deque[Pending[Transaction, Any]]) -> None:
        self._waiting = waiting
        self._run: list[Pending[Transaction, Any]] = []
        self.topics: dict[str, None] = {}
        self.forgot = False
        self.counted = 0
        self._next = self._take()

    @property
    def empty(self) -> bool:
        """Nobody waited any more."""
        return self._next is None and not self._run

    def run(self, db: sqlite_utils.Database, transaction: Callable[[], Transaction]) -> None:
        """Runs what waits, and what comes meanwhile. Raises what undoes all of it."""
        while (pending := self._next) is not None:
            self._run.append(pending)
            self._next = None
            self._run_apart(pending, db.conn, transaction())
            self._next = self._take() if len(self._run) < MOST else None
        if all(pending.error for pending in self._run):
            raise _NothingToKeep

    def fail(self, error: BaseException) -> None:
        """Nothing was written: so hear all that have no error of their own."""
        if self._next is not None:
            self._run.append(self._next)
            self._next = None
        for pending in self._run:
            pending.error = pending.error or error

    def tell(self) -> None:
        """Each caller hears how it ended, in the order in which they came; on the loop's thread."""
        for pending in self._run:
            pending.tell()

    def _take(self) -> Pending[Transaction, Any] | None:
        while self._waiting:
            pending = self._waiting.popleft()
            if not pending.given_up:
                return pending
        return None

    def _run_apart(
        self, pending: Pending[Transaction, Any], conn: sqlite3.Connection, tx: Transaction
    ) -> None:
        """Its savepoint stays until the commit; those that come later lie within it."""
        conn.execute("SAVEPOINT change")
        try:
            pending.run(tx)
        except BaseException as error:  # noqa: BLE001  (its caller hears it)
            pending.error = _in_our_words(error)
            _undo(conn, pending.error)
        else:
            _check_open(conn)
            self.topics |= tx.topics
            self.forgot = self.forgot or tx.forgot
            self.counted = max(self.counted, tx.counted)


class Looks:
    """What is read in one snapshot, on the reader's thread: `run` between BEGIN and COMMIT."""

    def __init__(self, waiting: deque[Pending[Reading, Any]]) -> None:
        # Taken before the snapshot is: it holds all that was written before any of them asked.
        asked = [waiting.popleft() for _ in range(min(len(waiting), MOST))]
        self._run = [pending for pending in asked if not pending.given_up]

    @property
    def empty(self) -> bool:
        """Nobody waited any more."""
        return not self._run

    def run(self, reading: Reading, conn: sqlite3.Connection) -> None:
        """Each fails alone, unless the snapshot is gone, or the database is damaged."""
        for pending in self._run:
            try:
                pending.run(reading)
            except BaseException as error:
                pending.error = _in_our_words(error)
                if isinstance(pending.error, DatabaseDamaged):
                    raise pending.error from error
                _check_open(conn)

    def fail(self, error: BaseException) -> None:
        """Nothing can be told: so hear all that have no error of their own."""
        for pending in self._run:
            pending.error = pending.error or error

    def tell(self) -> None:
        """Each caller hears what it asked for; on the loop's thread."""
        for pending in self._run:
            pending.tell()


class _NothingToKeep(Exception):
    """Every change failed alone: there is nothing to commit."""


def _undo(conn: sqlite3.Connection, error: BaseException) -> None:
    """Takes back one change; raises if the others cannot stay either."""
    if isinstance(error, DatabaseDamaged):
        raise error
    if isinstance(error, StorageUnavailable) and not conn.in_transaction:
        raise error
    _check_open(conn)
    conn.execute("ROLLBACK TO change")


def _check_open(conn: sqlite3.Connection) -> None:
    """SQLite gives a transaction up by itself where the disk is full; so does a stray ROLLBACK."""
    if not conn.in_transaction:
        raise StorageUnavailable(Trouble.IO)


def _in_our_words(error: BaseException) -> BaseException:
    if not isinstance(error, sqlite3.Error):
        return error
    understood = sqlite.understood(error)
    if understood is None:
        return error
    understood.__cause__ = error
    return understood
