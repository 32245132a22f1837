"""Changes that wait at the same moment: one commit, and each still all or nothing for itself."""

import asyncio
import resource
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from storage.database import Database, Transaction
from storage.errors import AlreadyApplied, DatabaseDamaged, StorageUnavailable, Trouble
from storage.together import MOST
from tests.integration.storage.crowds import add, busy, names
from tests.integration.storage.places import ask

Change = Callable[[Transaction], Any]


def raising(error: Exception, *before: Change) -> Change:
    def change(tx: Transaction) -> None:
        for one in before:
            one(tx)
        tx.wake("failed")
        raise error

    return change


def cause(cause: str, *before: Change) -> Change:
    def change(tx: Transaction) -> None:
        for one in before:
            one(tx)
        tx.once(cause)

    return change


async def together(db: Database, *changes: Change) -> list[Any]:
    """What became of each, all asked for while the writer was busy."""
    async with busy(db._in_writer):
        waiting = asyncio.gather(*map(db.write, changes), return_exceptions=True)
        await asyncio.sleep(0)
    return await waiting


@pytest.fixture
async def commits(db: Database) -> list[str]:
    """Each COMMIT of the writer, which is what the disk is asked for."""
    found: list[str] = []

    def note(sql: str) -> None:
        if sql == "COMMIT":
            found.append(sql)

    assert db._writer is not None
    await db._in_writer(partial(db._writer.conn.set_trace_callback, note))
    return found


async def test_what_waits_at_the_same_moment_shares_one_commit(
    db: Database, commits: list[str]
) -> None:
    wanted = [f"{number:02}" for number in range(MOST)]
    assert await together(db, *map(add, wanted)) == [1] * MOST
    assert len(commits) == 1
    assert await db.read(names) == wanted, "in the order in which they were asked for"


async def test_a_crowd_takes_as_few_commits_as_may_be(db: Database, commits: list[str]) -> None:
    await together(db, *(add(str(number)) for number in range(3 * MOST + 1)))
    assert len(commits) == 4


async def test_what_fails_fails_alone(db: Database, commits: list[str]) -> None:
    heard: list[str] = []
    db.on_wake("failed", lambda: heard.append("failed"))
    db.on_wake("kept", lambda: heard.append("kept"))

    def wake_twice(tx: Transaction) -> str:
        tx.wake("kept")
        return "woke"

    found = await together(
        db,
        cause("7:1"),
        raising(LookupError("two"), add("two")),
        add("three"),
        cause("7:1", add("four")),
        add("three"),
        wake_twice,
        wake_twice,
    )
    kinds = [NoneType, LookupError, int, AlreadyApplied, sqlite3.IntegrityError, str, str]
    assert [type(one) for one in found] == kinds
    assert len(commits) == 1
    assert await db.read(names) == ["three"]
    assert heard == ["kept"]


NoneType = type(None)


async def test_if_all_fail_nothing_is_committed(db: Database, commits: list[str]) -> None:
    found = await together(db, raising(LookupError(), add("one")), raising(KeyError()))
    assert [type(one) for one in found] == [LookupError, KeyError]
    assert commits == []
    assert await db.write(add("two")) == 1


async def test_a_key_that_a_failed_change_made_is_known_to_nobody(db: Database) -> None:
    """Else what the next one seals would never open."""

    def seal(tx: Transaction) -> bytes:
        return tx.seal(7, "letters", "text", "1", "hello")

    _, sealed = await together(db, raising(LookupError(), seal), seal)
    assert await db.read(lambda tx: tx.open(7, "letters", "text", "1", sealed)) == "hello"


async def test_nobody_hears_of_success_before_the_disk_has_it(db: Database, path: Path) -> None:
    async def write(name: str) -> bool:
        await db.write(add(name))
        return (name,) in ask(path, "SELECT name FROM facts")

    async with busy(db._in_writer):
        waiting = asyncio.gather(*(write(str(number)) for number in range(20)))
        await asyncio.sleep(0)
    assert await waiting == [True] * 20


async def test_a_commit_that_fails_fails_all(db: Database) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        many = [add(str(number), "x" * 10_000) for number in range(40)]
        found = await together(db, *many, raising(LookupError()))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [type(one) for one in found] == [StorageUnavailable] * 40 + [LookupError]
    assert await db.read(names) == []
    assert await together(db, *many) == [1] * 40


async def test_row_50_a_disk_that_is_full_keeps_exactly_what_was_said_to_be_kept(
    db: Database,
) -> None:
    """SQLite may give up the whole transaction by itself; then it is lost for all in it."""

    def allow(pages: int) -> None:
        assert db._writer is not None
        db._writer.execute(f"PRAGMA max_page_count = {pages}")

    await db._in_writer(lambda: allow(60))
    before, big, after = add("before"), add("big", "x" * 1_000_000), add("after")
    found = await together(db, before, big, after)
    full = found[1]
    assert isinstance(full, StorageUnavailable)
    assert full.trouble is Trouble.FULL
    told = [name for name, one in zip(["before", "big", "after"], found, strict=True) if one == 1]
    assert await db.read(names) == told
    await db._in_writer(lambda: allow(100_000))
    assert await db.write(big) == 1


async def test_a_transaction_that_is_given_up_is_lost_for_all_in_it(db: Database) -> None:
    # ROLLBACK stands for what SQLite does by itself when the disk is full.
    def give_up(tx: Transaction) -> None:
        tx._db.conn.execute("ROLLBACK")

    def give_up_and_fail(tx: Transaction) -> None:
        give_up(tx)
        raise LookupError

    for last, error in ((give_up, StorageUnavailable), (give_up_and_fail, LookupError)):
        one, two, three = await together(db, add("one"), last, add("three"))
        assert isinstance(one, StorageUnavailable)
        assert isinstance(two, error)
        assert three == 1, "what came after it is in the next commit"
        assert await db.write(lambda tx: tx.execute("DELETE FROM facts")) == 1


async def test_row_55_damage_that_one_change_meets_ends_all(db: Database) -> None:
    found = await together(db, add("one"), raising(DatabaseDamaged("page 7")), add("three"))
    assert [type(one) for one in found] == [DatabaseDamaged] * 3


async def test_who_gives_up_before_its_turn_has_written_nothing(db: Database) -> None:
    async with busy(db._in_writer):
        first, second = (asyncio.gather(db.write(add(name))) for name in "ab")
        await asyncio.sleep(0)
        first.cancel()
    assert list(await second) == [1]
    assert await db.read(names) == ["b"]


async def test_what_was_forgotten_leaves_the_journal_too(db: Database, path: Path) -> None:
    await db.write(lambda tx: tx.seal(7, "letters", "text", "1", "hello"))
    await together(db, add("one"), lambda tx: tx.forget_key(7), add("three"))
    assert path.with_name("bot.db-wal").stat().st_size == 0
