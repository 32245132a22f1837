"""Databases as each released program left them, with a row in every table from its first day."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlite_utils

from storage.database import Database
from storage.migrations import migrations
from tests.integration.storage.places import KEYS, NOON

TIME = "2026-01-31T12:00:00.000000Z"
_ALL = tuple(migrations.pending(sqlite_utils.Database(memory=True, execute_plugins=False)))
RELEASES = range(1, len(_ALL) + 1)
_FIRST_CHOICE = re.compile(r"(\w+) TEXT NOT NULL CHECK \(\1 IN\s*\('(\w*)'")

Rows = dict[str, list[dict[str, Any]]]


def known_to(release: int) -> sqlite_utils.Migrations:
    """The migrations of the program that knew so many."""
    known = sqlite_utils.Migrations("bot")
    for one in _ALL[:release]:
        known(name=one.name)(one.fn)
    return known


async def make_released(path: Path, release: int) -> None:
    """A file that was there from the first release on, up to this one."""
    for each in range(1, release + 1):
        await open_as(path, each)
        _fill_new_tables(path)


async def open_as(path: Path, release: int) -> None:
    """That release starts and stops."""
    await (await Database.open(path, KEYS, known_to(release), clock=lambda: NOON)).close()


def rows_of(path: Path) -> Rows:
    """All rows by their tables."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]  # noqa: S608
            for table in _tables(connection)
        }


def kept(before: Rows, after: Rows) -> bool:
    """Everything that was there is there; columns may have been added."""
    return all(
        len(rows) == len(after[table])
        and all(row.items() <= now.items() for row, now in zip(rows, after[table], strict=True))
        for table, rows in before.items()
        if not table.startswith("_")
    )


def _fill_new_tables(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, sql in _tables(connection).items():
            if connection.execute(f"SELECT 1 FROM {table}").fetchone() is None:  # noqa: S608
                _fill(connection, table, dict(_FIRST_CHOICE.findall(sql)))


def _fill(connection: sqlite3.Connection, table: str, choices: dict[str, str]) -> None:
    columns = connection.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall()  # noqa: S608
    values = [choices.get(name, _value(name, kind)) for name, kind in columns]
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608


def _value(name: str, kind: str) -> object:
    """Every id is the same, so that each row refers to one that exists."""
    if re.search(r"(^|_)(at|until|since)$", name):
        return TIME
    return {"INTEGER": 1, "BLOB": b"sealed", "TEXT": "x" * 16}[kind]


def _tables(connection: sqlite3.Connection) -> dict[str, str]:
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    return dict(found.fetchall())
