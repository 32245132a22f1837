"""Looks that wait at the same moment: one snapshot, and each still fails alone."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from storage.database import Database, Reading
from storage.errors import DatabaseDamaged
from storage.together import MOST
from tests.integration.storage.crowds import add, busy, names

Look = Callable[[Reading], Any]


def raising(error: Exception) -> Look:
    def look(_reading: Reading) -> None:
        raise error

    return look


async def together(db: Database, *looks: Look) -> list[Any]:
    """What became of each, all asked for while the reader was busy."""
    async with busy(db._in_reader):
        waiting = asyncio.gather(*map(db.read, looks), return_exceptions=True)
        await asyncio.sleep(0)
    return await waiting


@pytest.fixture
async def snapshots(db: Database) -> list[str]:
    """Each BEGIN of the reader."""
    found: list[str] = []

    def note(sql: str) -> None:
        if sql == "BEGIN":
            found.append(sql)

    assert db._reader is not None
    await db._in_reader(partial(db._reader.conn.set_trace_callback, note))
    return found


async def test_what_waits_at_the_same_moment_shares_one_snapshot(
    db: Database, snapshots: list[str]
) -> None:
    await db.write(add("one"))
    assert await together(db, *[names] * MOST) == [["one"]] * MOST
    assert len(snapshots) == 1
    assert await together(db, *[names] * (MOST + 1)) == [["one"]] * (MOST + 1)
    assert len(snapshots) == 3


async def test_a_look_holds_what_was_written_while_it_waited(db: Database) -> None:
    async with busy(db._in_reader):
        first = asyncio.gather(db.read(names))
        await asyncio.sleep(0)
        await db.write(add("one"))
        second = asyncio.gather(db.read(names))
        await asyncio.sleep(0)
    assert [*await first, *await second] == [["one"], ["one"]]


async def test_a_look_that_fails_fails_alone(db: Database) -> None:
    found = await together(db, names, raising(LookupError()), names, raising(StopIteration()))
    assert [type(one) for one in found] == [list, LookupError, list, RuntimeError]
    assert await db.read(names) == []


async def test_a_damaged_database_is_told_to_all_that_look(db: Database) -> None:
    found = await together(db, names, raising(DatabaseDamaged("page 3")), names)
    assert [type(one) for one in found] == [DatabaseDamaged] * 3
    with pytest.raises(DatabaseDamaged):
        await db.read(names)


async def test_who_gave_up_disturbs_nobody(db: Database) -> None:
    looked: list[str] = []
    async with busy(db._in_reader):
        given_up = asyncio.gather(db.read(lambda _: looked.append("given up")))
        waiting = asyncio.gather(db.read(names))
        await asyncio.sleep(0)
        given_up.cancel()
    assert [*await waiting] == [[]]
    assert looked == []


async def test_what_is_asked_for_too_late_is_refused_each_time(db: Database) -> None:
    await db.close()
    for _ in range(2):
        with pytest.raises(RuntimeError):
            await db.read(names)
        with pytest.raises(RuntimeError):
            await db.write(add("late"))
