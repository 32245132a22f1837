"""Changes that wait at the same moment share one commit, for the disk is what they wait for.

Each is rolled back alone if it fails alone, and nobody hears anything before the disk has it.
"""

import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final, Generic, TypeVar

import sqlite_utils

from storage import sqlite
from storage.errors import DatabaseDamaged, StorageUnavailable, Trouble
from storage.transaction import Transaction

MOST: Final = 64  # changes in one commit: the first of them waits for the last

T = TypeVar("T")


class Pending(Generic[T]):
    """A change whose caller waits for `answer`."""

    def __init__(self, change: Callable[[Transaction], T]) -> None:
        self.answer: Future[T] = Future()
        self._change = change
        self._result: list[T] = []
        self.error: BaseException | None = None

    def begin(self) -> bool:
        """False if its caller gave up before it was begun; it cannot be cancelled from now on."""
        return self.answer.set_running_or_notify_cancel()

    def run(self, tx: Transaction) -> None:
        self._result.append(self._change(tx))

    def tell(self) -> None:
        """Its own error, or what the change gave."""
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self._result.pop())


class Group:
    """The changes of one commit, on the writer's thread: `run` between BEGIN and COMMIT."""

    def __init__(self, waiting: deque[Pending[Any]]) -> None:
        self._waiting = waiting
        self._run: list[Pending[Any]] = []
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
        """Each caller hears how it ended, in the order in which they came."""
        for pending in self._run:
            pending.tell()

    def _take(self) -> Pending[Any] | None:
        while self._waiting:
            pending = self._waiting.popleft()
            if pending.begin():
                return pending
        return None

    def _run_apart(self, pending: Pending[Any], conn: sqlite3.Connection, tx: Transaction) -> None:
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
        conn.execute("RELEASE change")


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
