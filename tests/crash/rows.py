"""The database of a game: the shipped statements over rows in memory, on the caller's own thread.

A game is about what is in the rows after each commit; that a commit outlives a power cut, and
threads of their own, are tested where they are made. A thousand games a second is why.
"""

import os
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import sqlite_utils

from storage.database import Reading, Transaction
from storage.sealing import SecretKeys

T = TypeVar("T")


class Rows:
    """What `Database` is to its callers, and two places to stop at: before and after a commit."""

    def __init__(
        self,
        prepared: sqlite3.Connection,
        keys: SecretKeys,
        clock: Callable[[], datetime],
    ) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        prepared.backup(connection)
        connection.execute("PRAGMA foreign_keys = 1")
        self._db = sqlite_utils.Database(connection, execute_plugins=False)
        self._keys = keys
        self._clock = clock
        self._listeners: dict[str, list[Callable[[], None]]] = {}

    async def write(self, change: Callable[[Transaction], T]) -> T:
        return self.write_now(change)

    async def read(self, look: Callable[[Reading], T]) -> T:
        return self.read_now(look)

    def write_now(self, change: Callable[[Transaction], T]) -> T:
        tx = Transaction(self._db, self._keys, self._clock(), os.urandom)
        answer = self._run("BEGIN IMMEDIATE", lambda: change(tx))
        for topic in tx.topics:
            self.ring(topic)
        return answer

    def read_now(self, look: Callable[[Reading], T]) -> T:
        reading = Reading(self._db, self._keys, self._clock())
        return self._run("BEGIN", lambda: look(reading))

    def on_wake(self, topic: str, callback: Callable[[], None]) -> None:
        self._listeners.setdefault(topic, []).append(callback)

    def ring(self, topic: str) -> None:
        for callback in self._listeners.get(topic, ()):
            callback()

    def forget_listeners(self) -> None:
        """The program is gone."""
        self._listeners.clear()

    async def close(self) -> None:
        self._db.close()

    def _run(self, begin: str, job: Callable[[], T]) -> T:
        connection = self._db.conn
        connection.execute(begin)
        try:
            answer = job()
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        return answer


class Stops:
    """The rows as the program under test sees them: it may be gone before or after any commit."""

    def __init__(self, rows: Rows, tick: Callable[[], None], stored: Callable[[], None]) -> None:
        self._rows = rows
        self._tick = tick
        self._stored = stored

    async def write(self, change: Callable[[Transaction], T]) -> T:
        self._tick()
        answer = self._rows.write_now(change)
        self._stored()
        self._tick()
        return answer

    async def read(self, look: Callable[[Reading], T]) -> T:
        return self._rows.read_now(look)

    def on_wake(self, topic: str, callback: Callable[[], None]) -> None:
        self._rows.on_wake(topic, callback)


def in_memory(path: Path) -> sqlite3.Connection:
    """A prepared file, read once."""
    memory = sqlite3.connect(":memory:")
    with sqlite3.connect(path) as file:
        file.backup(memory)
    file.close()
    return memory
