"""The `check` command's look: it works beside a running bot and makes no file."""

from pathlib import Path

import pytest
import sqlite_utils

from storage.database import Database, Reading
from storage.errors import Refusal
from storage.inspection import Finding, Inspection, inspect
from storage.migrations import m001_start, migrations
from storage.sealing import SecretKeys
from tests.integration.storage.places import (
    KEYS,
    NOON,
    OTHER_KEYS,
    all_bytes,
    ask,
    make_database,
    make_database_with_a_bad_page,
    set_mode,
)


def causes(reading: Reading) -> list[str]:
    return [row["cause"] for row in reading.rows("SELECT cause FROM causes")]


def look_at(path: Path, keys: SecretKeys = KEYS) -> Inspection[list[str]]:
    return inspect(path, keys, migrations, causes)


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.parent.iterdir())


def test_no_database_yet_is_a_finding_and_none_is_made(path: Path) -> None:
    assert look_at(path) == Inspection(Finding.ABSENT)
    assert names(path) == []


async def test_a_database_at_rest_is_read_without_making_a_file(path: Path) -> None:
    await make_database(path)
    before = all_bytes(path)
    assert look_at(path) == Inspection(Finding.OK, seen=[])
    assert names(path) == ["bot.db"]
    assert all_bytes(path) == before


async def test_beside_a_running_bot_its_last_commit_is_seen(db: Database, path: Path) -> None:
    await db.write(lambda tx: tx.once("7:1"))
    before = names(path)
    assert look_at(path) == Inspection(Finding.OK, seen=["7:1"])
    assert names(path) == before
    await db.write(lambda tx: tx.once("7:2"))
    assert look_at(path).seen == ["7:1", "7:2"]


async def test_a_wrong_key_is_found(path: Path) -> None:
    await make_database(path)
    assert look_at(path, OTHER_KEYS) == Inspection(Finding.REFUSED, Refusal.WRONG_KEY)


async def test_a_file_that_others_may_read_is_found(path: Path) -> None:
    await make_database(path)
    set_mode(path, 0o644)
    assert look_at(path) == Inspection(Finding.REFUSED, Refusal.OPEN_TO_OTHERS)


@pytest.mark.parametrize("content", [b"", b"no database " * 500])
def test_damage_is_found(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    set_mode(path, 0o600)
    assert look_at(path) == Inspection(Finding.DAMAGED)


async def test_damage_in_a_page_that_nobody_reads_is_found(path: Path) -> None:
    await make_database_with_a_bad_page(path)
    assert inspect(path, KEYS, migrations, lambda reading: None) == Inspection(Finding.DAMAGED)


def test_another_programs_database_is_found(path: Path) -> None:
    ask(path, "CREATE TABLE theirs (id)")
    set_mode(path, 0o600)
    assert look_at(path) == Inspection(Finding.REFUSED, Refusal.FOREIGN_FILE)


async def test_newer_and_older_files_are_found(path: Path) -> None:
    older = sqlite_utils.Migrations("bot")
    older()(m001_start)
    await (await Database.open(path, KEYS, older, clock=lambda: NOON)).close()
    newer = sqlite_utils.Migrations("bot")
    newer()(m001_start)
    newer(name="m002_later")(lambda db: None)
    assert inspect(path, KEYS, newer, causes) == Inspection(Finding.OLDER)
    await (await Database.open(path, KEYS, newer, clock=lambda: NOON)).close()
    assert inspect(path, KEYS, older, causes) == Inspection(Finding.REFUSED, Refusal.NEWER)
