"""Which files are opened, which are refused, and that a refused one is left as it was."""

import resource
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from storage.database import Database
from storage.errors import DatabaseDamaged, DatabaseRefused, Refusal, StorageUnavailable
from storage.migrations import migrations
from tests.integration.storage.places import (
    KEYS,
    NOON,
    all_bytes,
    ask,
    bytes_of,
    make_database,
    make_database_with_a_bad_page,
    open_database,
    set_mode,
)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def refusal_of(path: Path) -> Refusal:
    with pytest.raises(DatabaseRefused) as caught:
        await open_database(path)
    return caught.value.reason


async def test_a_missing_file_is_made_for_its_owner_alone(db: Database, path: Path) -> None:
    await db.write(lambda tx: tx.once("1"))
    names = ("bot.db", "bot.db-shm", "bot.db-wal")
    assert {each.name: mode_of(each) for each in _files(path.parent)} == dict.fromkeys(names, 0o600)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_leftovers_of_a_start_that_was_killed_are_cleared_away(path: Path) -> None:
    for suffix in (".new", ".new-wal", ".new-shm", ".new-journal"):
        path.with_name(path.name + suffix).write_text("half")
    await make_database(path)
    assert [each.name for each in _files(path.parent)] == ["bot.db"]


async def test_row_56_a_missing_folder_is_named_not_made(tmp_path: Path) -> None:
    assert await refusal_of(tmp_path / "data" / "bot.db") is Refusal.FOLDER_MISSING
    assert _files(tmp_path) == []


async def test_the_defaults_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "bot.db"
    for _ in range(2):
        database = await Database.open(path, KEYS, migrations, clock=lambda: NOON, make_folder=True)
        await database.close()
    assert mode_of(path.parent) == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
async def test_a_file_that_others_may_use_is_refused(path: Path, mode: int) -> None:
    await make_database(path)
    set_mode(path, mode)
    assert await refusal_of(path) is Refusal.OPEN_TO_OTHERS


async def test_a_journal_that_others_may_read_is_refused(db: Database, path: Path) -> None:
    path.with_name("bot.db-wal").chmod(0o644)
    assert await refusal_of(path) is Refusal.OPEN_TO_OTHERS


async def test_a_folder_in_the_files_place_is_refused(tmp_path: Path) -> None:
    assert await refusal_of(tmp_path) is Refusal.FOREIGN_FILE


def somebody_elses(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (id)")


def marked_as_somebody_elses(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 252006674")


@pytest.mark.parametrize("make", [somebody_elses, marked_as_somebody_elses])
async def test_row_55_another_programs_database_is_refused_and_left_alone(
    path: Path, make: Callable[[Path], None]
) -> None:
    make(path)
    set_mode(path, 0o600)
    before = all_bytes(path)
    assert await refusal_of(path) is Refusal.FOREIGN_FILE
    assert all_bytes(path) == before


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def cut_off_in_its_header(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:60])


def with_a_spoilt_page(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[4096:4196] = b"\xa5" * 100
    path.write_bytes(whole)


def no_database_at_all(path: Path) -> None:
    path.write_bytes(b"Dear Sir or Madam, " * 500)


@pytest.mark.parametrize(
    "harm", [emptied, cut_off, cut_off_in_its_header, with_a_spoilt_page, no_database_at_all]
)
async def test_row_55_a_damaged_file_is_kept_as_it_is(
    path: Path, harm: Callable[[Path], None]
) -> None:
    await make_database(path)
    harm(path)
    before = bytes_of(path)
    with pytest.raises(DatabaseDamaged):
        await open_database(path)
    assert bytes_of(path) == before


async def test_row_55_damage_in_a_page_that_nobody_reads_is_found_at_start(path: Path) -> None:
    await make_database_with_a_bad_page(path)
    assert ask(path, "SELECT count(*) FROM keys") == [(2,)]
    with pytest.raises(DatabaseDamaged):
        await open_database(path)


async def test_a_file_missing_beside_its_journal_is_not_made_anew(path: Path) -> None:
    journal = path.with_name("bot.db-wal")
    journal.write_bytes(b"what was committed last")
    with pytest.raises(DatabaseDamaged):
        await open_database(path)
    assert _files(path.parent) == [journal]


@pytest.mark.parametrize("room", [0, 1000, 20_000])
async def test_row_50_a_first_start_on_a_full_disk_is_reported_and_can_be_repeated(
    path: Path, room: int
) -> None:
    """It ended with a traceback while the file itself was being made."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(StorageUnavailable):
            await open_database(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await make_database(path)


async def test_a_lock_held_at_start_is_reported_as_such(path: Path) -> None:
    await make_database(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable):
            await open_database(path)


def test_sqlite_utils_uses_the_same_sqlite_as_we_do() -> None:
    assert sqlite_utils.utils.sqlite3 is sqlite3


def test_only_our_own_transactions_write() -> None:
    """sqlite-utils' own begin as readers, and fail at once when somebody wrote meanwhile."""
    banned = ("atomic(", "with db.conn", "with self._db.conn", ".insert(", ".upsert(")
    sources = list(Path("storage").rglob("*.py"))
    assert len(sources) > 5
    assert [each for each in sources if any(word in each.read_text() for word in banned)] == []


async def test_a_second_opening_changes_nothing(path: Path) -> None:
    await make_database(path)
    applied = ask(path, "SELECT * FROM _sqlite_migrations")
    keys = ask(path, "SELECT * FROM keys ORDER BY owner")
    await make_database(path)
    assert ask(path, "SELECT * FROM _sqlite_migrations") == applied
    assert ask(path, "SELECT * FROM keys ORDER BY owner") == keys
