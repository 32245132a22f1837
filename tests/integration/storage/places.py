"""What the storage tests share: keys, a time, and ways to look at the file from outside."""

import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from storage.database import Database, Transaction
from storage.migrations import migrations
from storage.sealing import SecretKeys

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
KEYS = SecretKeys([b"k" * 32])
OTHER_KEYS = SecretKeys([b"o" * 32])


async def open_database(
    path: Path, keys: SecretKeys = KEYS, *, busy_seconds: float = 0.2
) -> Database:
    return await Database.open(
        path, keys, migrations, clock=lambda: NOON, busy_seconds=busy_seconds
    )


async def make_database(path: Path) -> None:
    """A good database that nobody has open."""
    await (await open_database(path)).close()


async def make_database_with_a_bad_page(path: Path) -> None:
    """Only the pages' check can find it: nothing that a start reads lies there."""
    database = await open_database(path)
    await database.write(_add_many_causes)
    await database.close()
    _spoil_the_last_page(path)


def _add_many_causes(tx: Transaction) -> None:
    for number in range(400):
        tx.once(f"{number:0200}")


def _spoil_the_last_page(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096] + b"\xa5" * 4096)


def set_mode(path: Path, mode: int) -> None:
    path.chmod(mode)


def bytes_of(*files: Path) -> bytes:
    """Read by another process: closing a database's file here would drop SQLite's locks on it."""
    return subprocess.run(["cat", *files], check=True, capture_output=True).stdout


def all_bytes(path: Path) -> bytes:
    """The database and everything beside it."""
    return bytes_of(*sorted(path.parent.iterdir()))


def ask(path: Path, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    """Runs SQL as another program would, and commits."""
    with closing(sqlite3.connect(path, timeout=0.1)) as connection, connection:
        return connection.execute(sql, values).fetchall()
