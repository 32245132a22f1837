import asyncio
import resource
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from storage import sqlite
from storage.database import Database, Reading, Transaction
from storage.errors import (
    AlreadyApplied,
    DatabaseDamaged,
    DatabaseRefused,
    Refusal,
    StorageUnavailable,
    Trouble,
)
from storage.sqlite import value_of
from tests.integration.storage.places import NOON, ask, make_database, open_database
from tests.support.descriptors import no_descriptors


def add_fact(name: str, value: str = "x") -> Callable[[Transaction], int]:
    def change(tx: Transaction) -> int:
        return tx.execute(
            "INSERT INTO facts (name, value) VALUES (:name, :value)", name=name, value=value
        )

    return change


def fact_names(reading: Reading) -> list[str]:
    return [row["name"] for row in reading.rows("SELECT name FROM facts ORDER BY name")]


async def test_what_was_written_is_read_and_survives_a_restart(db: Database, path: Path) -> None:
    assert await db.write(add_fact("one")) == 1
    assert await db.read(fact_names) == ["one"]
    await db.close()
    again = await open_database(path)
    assert await again.read(fact_names) == ["one"]
    await again.close()


async def test_a_clean_close_leaves_one_file(db: Database, path: Path) -> None:
    await db.write(add_fact("one"))
    await db.read(fact_names)
    await db.close()
    assert [each.name for each in path.parent.iterdir()] == ["bot.db"]


async def test_the_writer_keeps_commits_through_a_power_cut_and_wipes_what_it_deletes(
    db: Database,
) -> None:
    assert db._writer is not None
    found = await db._in_writer(lambda: [_pragma(db, name) for name in _WANTED])
    assert dict(zip(_WANTED, found, strict=True)) == _WANTED


_WANTED = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    "temp_store": 2,
    "busy_timeout": 200,
    "application_id": 0x4232344D,
}


def _pragma(db: Database, name: str) -> str | int:
    assert db._writer is not None
    return value_of(db._writer, name)


async def test_a_setting_that_sqlite_does_not_take_is_a_refusal(path: Path) -> None:
    """An unknown one is passed over in silence, and so is one that the build cannot do."""
    await make_database(path)
    with closing(sqlite3.connect(path)) as connection:
        database = sqlite_utils.Database(connection, execute_plugins=False)
        with pytest.raises(DatabaseRefused) as caught:
            sqlite._set(database, "trusted_schema", 7)
    assert caught.value.reason is Refusal.UNSUITABLE


async def test_the_reader_cannot_write(db: Database) -> None:
    assert await db.read(lambda reading: reading.row("PRAGMA query_only")) == {"query_only": 1}

    def meddle(reading: Reading) -> None:
        reading.rows("DELETE FROM facts RETURNING name")

    with pytest.raises(StorageUnavailable):
        await db.read(meddle)


async def test_a_raising_change_writes_nothing(db: Database) -> None:
    def change(tx: Transaction) -> None:
        add_fact("one")(tx)
        raise LookupError("on second thoughts")

    with pytest.raises(LookupError):
        await db.write(change)
    assert await db.read(fact_names) == []
    assert await db.write(add_fact("two")) == 1


async def test_a_second_use_of_a_cause_rolls_back_everything(db: Database) -> None:
    def change(name: str) -> Callable[[Transaction], None]:
        def both(tx: Transaction) -> None:
            add_fact(name)(tx)
            tx.wake("facts")
            tx.once("7:1001")

        return both

    woken: list[str] = []
    db.on_wake("facts", lambda: woken.append("facts"))
    await db.write(change("first"))
    with pytest.raises(AlreadyApplied) as caught:
        await db.write(change("second"))
    assert caught.value.cause == "7:1001"
    assert await db.read(fact_names) == ["first"]
    assert woken == ["facts"]


async def test_a_cause_is_kept_with_the_time_of_its_transaction(db: Database, path: Path) -> None:
    await db.write(lambda tx: tx.once("7:1001"))
    assert ask(path, "SELECT * FROM causes") == [("7:1001", "2026-01-31T12:00:00.000000Z")]


async def test_listeners_are_called_once_after_the_commit(db: Database, path: Path) -> None:
    seen: list[tuple[str, list[str]]] = []
    called = asyncio.Event()
    loop = asyncio.get_running_loop()

    def change(tx: Transaction) -> None:
        tx.wake("notices")
        tx.wake("notices")
        add_fact("one")(tx)

    def listen() -> None:
        assert asyncio.get_running_loop() is loop
        seen.append(("notices", [name for (name,) in ask(path, "SELECT name FROM facts")]))
        called.set()

    db.on_wake("notices", listen)
    db.on_wake("outbox", lambda: seen.append(("outbox", [])))
    await db.write(change)
    await called.wait()
    await db.read(fact_names)
    assert seen == [("notices", ["one"])]


async def test_now_is_the_clocks_and_the_same_throughout(db: Database) -> None:
    assert await db.write(lambda tx: (tx.now, tx.now)) == (NOON, NOON)


async def test_row_answers_none_for_no_row_and_a_returning_insert_counts(db: Database) -> None:
    insert = "INSERT INTO facts (name, value) VALUES ('a', 'b') RETURNING name, value"
    assert await db.write(lambda tx: tx.row(insert)) == {"name": "a", "value": "b"}
    assert await db.read(lambda one: one.row("SELECT * FROM facts WHERE name = 'z'")) is None
    assert await db.read(fact_names) == ["a"]


async def test_row_57_a_lock_held_by_another_process_is_waited_for_then_reported(
    db: Database, path: Path
) -> None:
    patient = await open_database(path, busy_seconds=30)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable) as caught:
            await db.write(add_fact("one"))
        assert caught.value.trouble is Trouble.LOCKED
        assert await db.read(fact_names) == []
        waiting = asyncio.gather(patient.write(add_fact("two")))
        await asyncio.sleep(0.05)
        other.execute("ROLLBACK")
        assert sum(await waiting) == 1
    await patient.close()


async def test_nobody_else_writes_between_a_changes_look_and_its_write(
    db: Database, path: Path
) -> None:
    def change(tx: Transaction) -> int:
        assert tx.rows("SELECT * FROM facts") == []
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            ask(path, "INSERT INTO facts VALUES ('one', 'theirs')")
        return add_fact("one", "ours")(tx)

    assert await db.write(change) == 1
    assert ask(path, "SELECT value FROM facts") == [("ours",)]


async def test_a_look_sees_one_snapshot(db: Database, path: Path) -> None:
    def look(reading: Reading) -> tuple[list[str], list[str]]:
        before = fact_names(reading)
        ask(path, "INSERT INTO facts VALUES ('one', 'theirs')")
        return before, fact_names(reading)

    assert await db.read(look) == ([], [])
    assert await db.read(fact_names) == ["one"]


async def test_listeners_hear_of_a_commit_whose_caller_was_cancelled(
    db: Database, path: Path
) -> None:
    started, go_on, called = asyncio.Event(), threading.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    def change(tx: Transaction) -> None:
        loop.call_soon_threadsafe(started.set)
        assert go_on.wait(5)
        add_fact("one")(tx)
        tx.wake("facts")

    db.on_wake("facts", called.set)
    waiting = asyncio.gather(db.write(change))
    await started.wait()
    waiting.cancel()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(called.wait(), 5)
    assert ask(path, "SELECT name FROM facts") == [("one",)]


async def test_row_50_a_full_disk_writes_nothing_and_the_next_write_succeeds(db: Database) -> None:
    def fill(tx: Transaction) -> None:
        add_fact("small")(tx)
        add_fact("big", "x" * 1_000_000)(tx)

    def allow(pages: int) -> None:
        assert db._writer is not None
        db._writer.execute(f"PRAGMA max_page_count = {pages}")

    await db._in_writer(lambda: allow(30))
    with pytest.raises(StorageUnavailable) as caught:
        await db.write(fill)
    assert caught.value.trouble is Trouble.FULL
    assert await db.read(fact_names) == []
    await db._in_writer(lambda: allow(100_000))
    await db.write(fill)
    assert await db.read(fact_names) == ["big", "small"]


async def test_row_51_a_disk_that_fails_to_write_writes_nothing(db: Database) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    try:
        with pytest.raises(StorageUnavailable) as caught:
            await db.write(add_fact("big", "x" * 1_000_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.trouble is Trouble.IO
    assert await db.read(fact_names) == []
    assert await db.write(add_fact("big", "x" * 1_000_000)) == 1


async def test_a_change_that_swallows_a_full_disk_commits_no_part_of_itself(db: Database) -> None:
    def stubborn(tx: Transaction) -> None:
        add_fact("before")(tx)
        # ROLLBACK here stands for what SQLite does by itself when the disk is full.
        tx._db.conn.execute("ROLLBACK")
        add_fact("after")(tx)

    with pytest.raises(StorageUnavailable):
        await db.write(stubborn)
    with pytest.raises(StorageUnavailable):
        await db.write(lambda tx: tx._db.conn.execute("ROLLBACK"))
    assert await db.read(fact_names) == []


async def test_row_55_once_damage_was_met_nothing_more_is_written_or_read(db: Database) -> None:
    """The program's other parts went on writing into the sound part of the file as they ended."""

    def meet(tx: Transaction) -> None:
        add_fact("before")(tx)
        raise DatabaseDamaged("page 7")

    with pytest.raises(DatabaseDamaged):
        await db.write(meet)
    for later in (db.write(add_fact("after")), db.read(fact_names)):
        with pytest.raises(DatabaseDamaged, match="page 7"):
            await later


async def test_row_56_a_disk_that_turns_read_only_is_waited_for(db: Database) -> None:
    def turn(on: int) -> None:
        assert db._writer is not None
        db._writer.execute(f"PRAGMA query_only = {on}")

    await db._in_writer(lambda: turn(1))
    with pytest.raises(StorageUnavailable) as caught:
        await db.write(add_fact("one"))
    assert caught.value.trouble is Trouble.IO
    await db._in_writer(lambda: turn(0))
    await db.write(add_fact("one"))
    assert await db.read(fact_names) == ["one"]


async def test_row_67_a_large_change_and_a_large_look_open_no_further_file(db: Database) -> None:
    """SQLite keeps what a change may have to undo, and what it sorts, in /var/tmp by default."""

    def change_all(tx: Transaction) -> int:
        return tx.execute("UPDATE facts SET value = value || 'y'")

    def sort_all(reading: Reading) -> int:
        return len(reading.rows("SELECT value FROM facts ORDER BY value || name DESC"))

    await asyncio.gather(*(db.write(add_fact(f"{at:04}", "x" * 3000)) for at in range(1000)))
    assert await db.read(sort_all) == 1000
    with no_descriptors():
        assert await db.write(change_all) == 1000
        assert await db.read(sort_all) == 1000


async def test_constraints_are_our_own_faults_and_come_through(db: Database) -> None:
    await db.write(add_fact("one"))
    with pytest.raises(sqlite3.IntegrityError):
        await db.write(add_fact("one"))
    with pytest.raises(sqlite3.IntegrityError):
        await db.write(lambda tx: tx.execute("INSERT INTO causes VALUES ('c', 'yesterday')"))


async def test_many_writes_at_once_are_all_there(db: Database) -> None:
    await asyncio.gather(*(db.write(add_fact(f"{number:03}")) for number in range(200)))
    assert await db.read(fact_names) == [f"{number:03}" for number in range(200)]


async def test_the_journal_is_written_back_and_begins_anew_however_much_is_read_meanwhile(
    db: Database, path: Path
) -> None:
    """A look that never ends would keep all of it: 20 MB here, and soon the whole disk."""
    journal = path.with_name("bot.db-wal")
    sizes = []
    for number in range(200):
        change = db.write(add_fact(f"{number:03}", "x" * 100_000))
        _, found = await asyncio.gather(change, db.read(fact_names))
        assert len(found) >= number
        sizes.append(journal.stat().st_size)
    assert max(sizes) < 8_000_000
    assert sizes[-1] == max(sizes), "it is written over, not made anew"


async def test_closing_finishes_what_was_asked_for(db: Database, path: Path) -> None:
    waiting = [asyncio.gather(db.write(add_fact(str(number)))) for number in range(5)]
    await asyncio.sleep(0)
    await db.close()
    assert [sum(await each) for each in waiting] == [1] * 5
    assert ask(path, "SELECT count(*) FROM facts") == [(5,)]


async def test_the_file_belongs_to_the_first_bot(db: Database) -> None:
    await db.refuse_others(8)
    for _ in range(2):
        await db.claim_bot(7)
        await db.refuse_others(7)
    for other in (db.claim_bot(8), db.refuse_others(8)):
        with pytest.raises(DatabaseRefused) as caught:
            await other
        assert caught.value.reason is Refusal.OTHER_BOT
