"""A file beside the database tells a copy from its original."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.database import Database, Transaction
from storage.mark import mark_file
from tests.integration.storage.places import open_database


class Start:
    """One start over a file: what the program does with it first."""

    def __init__(self) -> None:
        self.doubts = 0

    async def __call__(self, path: Path, *, changes: int = 0) -> bool:
        database = await open_database(path)
        was_copy = await database.begin(self._doubt)
        await change(database, changes)
        await database.close()
        return was_copy

    def _doubt(self, tx: Transaction) -> None:
        self.doubts += 1


async def change(database: Database, times: int) -> None:
    for _ in range(times):
        await database.write(lambda tx: tx.count())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


def backup(path: Path) -> Path:
    return Path(shutil.copy(path, path.with_name("backup.db")))


def elsewhere(path: Path) -> Path:
    """Beside the folder of the database, and not there yet."""
    return path.parent.with_name(f"{path.parent.name}-copied")


def online_backup(path: Path) -> Path:
    saved = path.with_name("backup.db")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(saved)) as target:
        source.backup(target)
    saved.chmod(0o600)
    return saved


def put_back(saved: Path, path: Path) -> None:
    """As with `cp`: the file beside it stays."""
    for end in ("-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    shutil.copyfile(saved, path)


async def test_row_62_a_backup_that_is_put_back_is_a_copy_once(path: Path) -> None:
    start = Start()
    assert not await start(path, changes=3)
    saved = backup(path)
    assert not await start(path, changes=1)
    put_back(saved, path)
    assert await start(path)
    assert not await start(path)
    assert start.doubts == 1


async def test_row_62_a_single_change_after_the_backup_is_enough(path: Path) -> None:
    """Also of a backup that was made of a running program."""
    database = await open_database(path)
    await database.begin(lambda _tx: None)
    saved = await asyncio.to_thread(online_backup, path)
    await change(database, 1)
    await database.close()
    put_back(saved, path)
    assert await Start()(path)


async def test_row_63_a_database_that_comes_without_its_mark_is_a_copy(path: Path) -> None:
    await Start()(path, changes=1)
    elsewhere = path.parent / "elsewhere"
    elsewhere.mkdir(0o700)
    clone = Path(shutil.copy(path, elsewhere / "bot.db"))
    assert await Start()(clone)
    assert not await Start()(clone)
    assert not await Start()(path), "the original stays one"


async def test_row_63_a_folder_that_was_copied_with_its_mark_was_taken_for_the_original(
    path: Path,
) -> None:
    await Start()(path, changes=3)
    clone = Path(shutil.copytree(path.parent, elsewhere(path))) / path.name
    start = Start()
    assert await start(clone)
    assert not await start(clone, changes=1)
    assert not await start(clone)
    assert start.doubts == 1
    assert not await Start()(path), "the original stays one"


async def test_a_stop_before_a_copied_folder_was_doubted_leaves_it_a_copy(path: Path) -> None:
    await Start()(path, changes=1)
    clone = Path(shutil.copytree(path.parent, elsewhere(path))) / path.name
    database = await open_database(clone)
    await database.close()
    assert await Start()(clone)


async def test_a_mark_of_an_older_program_names_no_folder_and_learns_it(path: Path) -> None:
    await Start()(path, changes=2)
    count, _, folder = mark_file(path).read_bytes().partition(b"\n")
    assert folder == os.fsencode(path.parent)
    mark_file(path).write_bytes(count + b"\n")
    assert not await Start()(path, changes=1)
    assert mark_file(path).read_bytes().partition(b"\n")[2] == folder


async def test_a_database_from_before_the_counting_is_no_copy(path: Path) -> None:
    await (await open_database(path)).close()
    assert not mark_file(path).exists()
    assert not await Start()(path, changes=1)
    assert not await Start()(path)


async def test_a_stop_between_commit_and_mark_is_neither_taken_for_a_copy_nor_hides_one(
    path: Path,
) -> None:
    await Start()(path, changes=2)
    saved = backup(path)
    before = mark_file(path).read_bytes()
    await Start()(path, changes=1)
    mark_file(path).write_bytes(before)  # as if the last commits had not been followed by it
    assert not await Start()(path)
    put_back(saved, path)
    assert await Start()(path)


async def test_a_stop_before_everything_was_doubted_leaves_it_a_copy(path: Path) -> None:
    await Start()(path, changes=1)
    mark_file(path).unlink()
    database = await open_database(path)

    def fails(_tx: Transaction) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await database.begin(fails)
    await database.close()
    assert await Start()(path)


async def test_an_unreadable_mark_counts_as_none(path: Path) -> None:
    await Start()(path, changes=1)
    mark_file(path).write_bytes(b"\xff\0garbage")
    assert await Start()(path)
    assert not await Start()(path)


async def test_the_mark_is_on_disk_before_the_change_is_told(path: Path) -> None:
    database = await open_database(path)
    await database.begin(lambda _tx: None)
    await change(database, 1)
    assert mark_file(path).read_text() == f"{2:020d}\n{path.parent}"
    assert mark_file(path).stat().st_mode & 0o777 == 0o600
    await database.close()


async def test_a_mark_that_cannot_be_written_holds_nothing_up(path: Path) -> None:
    database = await open_database(path)
    await database.begin(lambda _tx: None)
    mark_file(path).unlink()
    mark_file(path).mkdir()
    await change(database, 1)
    await database.close()
