"""A look at a database that may belong to a running bot, without writing or making any file."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

import sqlite_utils

from storage import place, sqlite
from storage.errors import DatabaseDamaged, DatabaseRefused, Refusal, StorageUnavailable
from storage.sealing import SecretKeys
from storage.transaction import Reading

T = TypeVar("T")


class Finding(StrEnum):
    OK = "ok"
    ABSENT = "absent"  # it will be made by the first run
    OLDER = "older"  # it will be brought up to date by the next run; nothing was looked at
    REFUSED = "refused"
    DAMAGED = "damaged"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Inspection(Generic[T]):
    """`seen` is the look's answer, if the finding is OK; `refusal` says why, if it is REFUSED."""

    finding: Finding
    refusal: Refusal | None = None
    seen: T | None = None


def inspect(
    path: Path,
    secret_keys: SecretKeys,
    migrations: sqlite_utils.Migrations,
    look: Callable[[Reading], T],
) -> Inspection[T]:
    """Blocks while it reads; for a command of its own, not for the event loop."""
    if not path.exists():
        return Inspection(Finding.ABSENT)
    try:
        return _inspect(path, secret_keys, migrations, look)
    except DatabaseRefused as error:
        return Inspection(Finding.REFUSED, error.reason)
    except DatabaseDamaged:
        return Inspection(Finding.DAMAGED)
    except StorageUnavailable:
        return Inspection(Finding.UNAVAILABLE)


def _inspect(
    path: Path,
    secret_keys: SecretKeys,
    migrations: sqlite_utils.Migrations,
    look: Callable[[Reading], T],
) -> Inspection[T]:
    place.refuse_network(path)
    place.check_file(path)
    if not os.access(path, os.R_OK):
        raise DatabaseRefused(Refusal.READ_ONLY)
    try:
        # Without a journal nobody writes, and only an immutable file is read without new files.
        journal = place.beside(path, "-wal").exists()
        db = sqlite.connect_reader(path, busy_seconds=1.0, immutable=not journal)
        try:
            sqlite.refuse_foreign(db)
            sqlite.check_pages(db)
            sqlite.refuse_newer(db, migrations)
            if migrations.pending(db):
                return Inspection(Finding.OLDER)
            db.conn.execute("BEGIN")
            reading = Reading(db, secret_keys, datetime.now(UTC))
            reading.check_keys()
            return Inspection(Finding.OK, seen=look(reading))
        finally:
            db.close()
    except sqlite3.Error as error:
        raise sqlite.understood(error) or error from error
