"""A working day of the real program's storage, and what its writer asked SQLite for."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from storage import drafts, updates
from storage.database import Database, Transaction
from storage.records.drafts import Draft
from storage.sqlite import value_of
from tests.integration.mail.room import ANNA, HOME, Room

BOT = 42
_SETTINGS = ("journal_mode", "synchronous", "secure_delete", "wal_autocheckpoint", "cache_size")
AT_ONCE = 8  # changes that are asked for at the same moment


Rows = dict[str, list[tuple[Any, ...]]]


@dataclass
class Recording:
    """`statements` of the writer in their order, from the state of `start` on.

    `settings`: those of the real connection that decide what reaches the disk, and when. `end`: the
    file as the real writer left it.
    """

    start: Path
    end: Path
    settings: dict[str, str | int]
    statements: list[str] = field(default_factory=list)
    stored: set[int] = field(default_factory=set)  # updates that Telegram may forget
    confirmed: set[str] = field(default_factory=set)  # drafts for which "Goes out" was said

    @property
    def acknowledged(self) -> int:
        """How many times somebody was told that it is kept."""
        return len(self.stored) + len(self.confirmed)


async def record(folder: Path, rounds: int) -> Recording:
    """In each round updates come in and drafts are confirmed, all at the same moment."""
    room = Room(folder / "day.db")
    await room.open()
    await room.settle()
    template = await room.review()
    await room.close()  # so that one file holds everything
    start = folder / "start.db"
    shutil.copy(room.path, start)
    await room.open()
    recording = Recording(start, room.path, await _settings_of(room.database))
    await _trace(room.database, recording.statements.append)
    for number in range(rounds):
        await _round(room, recording, template, number)
    await room.close()
    return recording


async def _settings_of(database: Database) -> dict[str, str | int]:
    writer = database._writer
    assert writer is not None
    return await database._in_writer(lambda: {name: value_of(writer, name) for name in _SETTINGS})


async def _trace(database: Database, note: Callable[[str], object]) -> None:
    assert database._writer is not None
    await database._in_writer(partial(database._writer.conn.set_trace_callback, note))


async def _round(room: Room, recording: Recording, template: Draft, number: int) -> None:
    room.clock.move_on(timedelta(minutes=2))
    first = number * AT_ONCE
    open_drafts = [await _draft(room, template, first + at) for at in range(AT_ONCE // 2)]
    work: list[Awaitable[None]] = [
        _keep(room, recording, first + at) for at in range(AT_ONCE - len(open_drafts))
    ]
    work += [_send(room, recording, draft) for draft in open_drafts]
    await asyncio.gather(*work)
    if number % 5 == 4:  # a person leaves, and their key leaves the journal, too
        await room.database.write(partial(_come_and_go, 1000 + number))


async def _keep(room: Room, recording: Recording, number: int) -> None:
    said = {"chat": {"id": ANNA, "type": "private"}, "from": {"id": ANNA}, "text": "x" * number}
    raw = [{"update_id": number, "message": said}]
    await room.database.write(lambda tx: updates.keep(tx, BOT, raw))
    recording.stored.add(number)


async def _draft(room: Room, template: Draft, number: int) -> Draft:
    draft = replace(template, id=f"d{number:015}")
    await room.database.write(lambda tx: drafts.save(tx, draft))
    return draft


async def _send(room: Room, recording: Recording, draft: Draft) -> None:
    message = room.message()
    sent = await room.outbox.send(room.cause(), ANNA, HOME, message, draft.id, draft.revision)
    assert sent
    recording.confirmed.add(draft.id)


def _come_and_go(person: int, tx: Transaction) -> None:
    tx.seal(person, "letters", "text", "1", "Hello")
    tx.forget_key(person)


def rows_in(connection: sqlite3.Connection) -> Rows:
    """Everything there is, table by table."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {
        name: connection.execute(f"SELECT * FROM {name}").fetchall()  # noqa: S608
        for (name,) in tables
    }


def rows_of(path: Path) -> Rows:
    """The same of a file."""
    with closing(sqlite3.connect(path)) as connection:
        return rows_in(connection)
