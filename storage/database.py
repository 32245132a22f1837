"""The one way to the rows: a single thread writes, another reads, and every change is all or
nothing, and on disk before its caller hears of it."""

import asyncio
import os
import signal
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlite_utils

from storage import place, sqlite
from storage.errors import (
    DatabaseDamaged,
    DatabaseRefused,
    Refusal,
    StorageUnavailable,
    Trouble,
)
from storage.ids import RandomBytes
from storage.mark import Mark
from storage.pending import Line, Pending
from storage.sealing import SecretKeys
from storage.together import Group, Looks
from storage.transaction import Clock, Reading, Transaction

__all__ = ["Database", "Reading", "Transaction"]

BUSY_SECONDS = 5.0  # how long to wait for a lock that another process holds

T = TypeVar("T")


class Database:
    """Opened by `open`, closed by `close`; in between `write` and `read` from the event loop."""

    def __init__(
        self, path: Path, secret_keys: SecretKeys, clock: Clock, random_bytes: RandomBytes
    ) -> None:
        self._path = path
        self._secret_keys = secret_keys
        self._clock = clock
        self._random_bytes = random_bytes
        self._loop = asyncio.get_running_loop()
        self._write_thread = ThreadPoolExecutor(1, "storage-write", _take_no_signals)
        self._read_thread = ThreadPoolExecutor(1, "storage-read", _take_no_signals)
        self._writer: sqlite_utils.Database | None = None
        self._reader: sqlite_utils.Database | None = None
        self._closed = False
        self._damage = ""
        self._mark: Mark | None = None
        self._listeners: dict[str, list[Callable[[], None]]] = {}
        self._changes: Line[Transaction] = Line(self._write_thread, self._commit)
        self._looks: Line[Reading] = Line(self._read_thread, self._look)

    @classmethod
    async def open(
        cls,
        path: Path,
        secret_keys: SecretKeys,
        migrations: sqlite_utils.Migrations,
        *,
        clock: Clock,
        random_bytes: RandomBytes = os.urandom,
        make_folder: bool = False,
        busy_seconds: float = BUSY_SECONDS,
    ) -> "Database":
        """Makes a missing file, checks an existing one, and brings its tables and keys up to date.

        Raises DatabaseRefused or DatabaseDamaged before anything in the file is changed, and
        StorageUnavailable if another process holds its lock for `busy_seconds`.
        """
        self = cls(path, secret_keys, clock, random_bytes)
        try:
            await self._in_writer(lambda: self._start(path, migrations, make_folder, busy_seconds))
            await self._in_reader(lambda: self._start_reader(path, busy_seconds))
        except BaseException:
            await self.close()
            raise
        return self

    async def write(self, change: Callable[[Transaction], T]) -> T:
        """Runs `change` as one write transaction and returns its answer once that is on disk.

        Whatever `change` raises rolls all of it back. StorageUnavailable: nothing was written.
        A caller that is cancelled cannot know whether it was. `change` must not wait for anything.
        DatabaseDamaged: once it was met, nothing more is written or read. Changes run in the order
        in which they were asked for; those that wait at the same moment share the disk's time.
        """
        return await self._changes.answer(change)

    async def read(self, look: Callable[[Reading], T]) -> T:
        """Runs `look` on one snapshot, which holds everything that was written before.

        Looks that wait at the same moment share it.
        """
        return await self._looks.answer(look)

    def on_wake(self, topic: str, callback: Callable[[], None]) -> None:
        """Calls back on the event loop after each commit that woke the topic."""
        self._listeners.setdefault(topic, []).append(callback)

    async def begin(self, doubt: Callable[[Transaction], None]) -> bool:
        """At start, by the one program that runs on it: is it a copy? Then everything in it is
        doubted, in the very commit in which it becomes an original of its own."""
        mark = Mark(self._path)
        count = await self.read(_changes)
        is_copy = await self._in_writer(lambda: mark.compare(count))

        def change(tx: Transaction) -> None:
            if is_copy:
                doubt(tx)
            tx.count(beyond=mark.known)

        self._mark = mark
        await self.write(change)
        return is_copy

    async def claim_bot(self, bot_id: int) -> None:
        """The first bot keeps the file; DatabaseRefused for any other."""
        await self.write(lambda tx: _claim(tx, bot_id))

    async def refuse_others(self, bot_id: int) -> None:
        """DatabaseRefused if it is another bot's; it stays nobody's if it was."""
        await self.read(lambda tx: _check_bot(tx, bot_id))

    async def close(self) -> None:
        """Finishes what was asked for; the writer goes last, so that it can tidy up its journal.

        Closing twice is harmless.
        """
        if self._closed:
            return
        self._closed = True
        await self._in_reader(lambda: _close(self._reader))
        await self._in_writer(lambda: _close(self._writer))
        self._read_thread.shutdown()
        self._write_thread.shutdown()

    async def _in_writer(self, job: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._write_thread, job)

    async def _in_reader(self, job: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._read_thread, job)

    def _start(
        self,
        path: Path,
        migrations: sqlite_utils.Migrations,
        make_folder: bool,
        busy_seconds: float,
    ) -> None:
        try:
            place.prepare(path, make_folder=make_folder)
            writer = self._writer = sqlite.connect_writer(path, busy_seconds)
            sqlite.check_pages(writer)
        except sqlite3.Error as error:
            raise sqlite.understood(error) or error from error
        tx = self._transaction()
        _run(writer, "BEGIN IMMEDIATE", lambda: _bring_up_to_date(writer, migrations, tx))
        if tx.forgot:
            _empty_journal(writer)

    def _start_reader(self, path: Path, busy_seconds: float) -> None:
        try:
            self._reader = sqlite.connect_reader(path, busy_seconds)
        except sqlite3.Error as error:
            raise sqlite.understood(error) or error from error

    def _commit(self, waiting: deque[Pending[Transaction, Any]]) -> None:
        """One commit for all that wait, and those that come meanwhile."""
        assert self._writer is not None
        writer, group = self._writer, Group(waiting)
        if group.empty:
            return
        try:
            self._run(writer, "BEGIN IMMEDIATE", lambda: group.run(writer, self._transaction))
        except BaseException as error:  # noqa: BLE001  (whoever waits must hear of it)
            group.fail(error)
            group.topics.clear()
        else:
            if self._mark:
                self._mark.reach(group.counted)
            if group.forgot:
                _empty_journal(writer)
        self._loop.call_soon_threadsafe(self._tell, group)

    def _transaction(self) -> Transaction:
        assert self._writer is not None
        return Transaction(self._writer, self._secret_keys, self._clock(), self._random_bytes)

    def _look(self, waiting: deque[Pending[Reading, Any]]) -> None:
        assert self._reader is not None
        reader, looks = self._reader, Looks(waiting)
        if looks.empty:
            return
        reading = Reading(reader, self._secret_keys, self._clock())
        try:
            self._run(reader, "BEGIN", lambda: looks.run(reading, reader.conn))
        except BaseException as error:  # noqa: BLE001  (whoever waits must hear of it)
            looks.fail(error)
        self._loop.call_soon_threadsafe(looks.tell)

    def _run(self, db: sqlite_utils.Database, begin: str, job: Callable[[], T]) -> T:
        """What else the file holds can be trusted no more, and is kept as it is for a look."""
        if self._damage:
            raise DatabaseDamaged(self._damage)
        try:
            return _run(db, begin, job)
        except DatabaseDamaged as error:
            self._damage = error.detail
            raise

    def _tell(self, group: Group) -> None:
        for topic in group.topics:
            for callback in self._listeners.get(topic, ()):
                self._loop.call_soon(callback)
        group.tell()


def _take_no_signals() -> None:
    """They are the main thread's; a thread outlives its join by a moment (pthread_sigmask(3))."""
    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())


def _run(db: sqlite_utils.Database, begin: str, job: Callable[[], T]) -> T:
    """The job inside one transaction, with SQLite's errors put into our words."""
    try:
        try:
            db.conn.execute(begin)
            answer = job()
            if not db.conn.in_transaction:  # SQLite gave it up, and the job did not mind
                raise StorageUnavailable(Trouble.IO)
            db.conn.execute("COMMIT")
        finally:
            if db.conn.in_transaction:
                db.conn.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise sqlite.understood(error) or error from error
    return answer


def _bring_up_to_date(
    db: sqlite_utils.Database, migrations: sqlite_utils.Migrations, tx: Transaction
) -> None:
    sqlite.refuse_newer(db, migrations)
    migrations.apply(db)
    sqlite.check_references(db)
    tx.check_keys()
    tx.wrap_keys_anew()
    tx.make_own_keys()


def _changes(tx: Reading) -> int:
    row = tx.row("SELECT value FROM facts WHERE name = 'changes'")
    return int(row["value"]) if row else 0


def _claim(tx: Transaction, bot_id: int) -> None:
    tx.execute(
        "INSERT INTO facts (name, value) VALUES ('bot_id', :bot_id) ON CONFLICT DO NOTHING",
        bot_id=str(bot_id),
    )
    _check_bot(tx, bot_id)


def _check_bot(tx: Reading, bot_id: int) -> None:
    owner = tx.row("SELECT value FROM facts WHERE name = 'bot_id'")
    if owner is not None and owner["value"] != str(bot_id):
        raise DatabaseRefused(Refusal.OTHER_BOT)


def _empty_journal(db: sqlite_utils.Database) -> None:
    """Deleted secrets stay in the journal until a checkpoint; the commit stands without it."""
    with suppress(sqlite3.Error):
        db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _close(db: sqlite_utils.Database | None) -> None:
    if db is not None:
        db.close()
