"""Connections as this program wants them. SQLite's defaults lose commits in a power cut, leave
deleted text in the file and ignore foreign keys; each setting is read back after it was made."""

import sqlite3
from pathlib import Path

import sqlite_utils

from storage.errors import (
    DatabaseDamaged,
    DatabaseRefused,
    Refusal,
    StorageError,
    StorageUnavailable,
    Trouble,
)

APPLICATION_ID = 0x4232344D  # "B24M", in the header of every file that this program makes

# MEMORY: else a change of more than a few pages opens a file in /var/tmp, where rows do not belong
# and which may be full or out of reach.
_SCRATCH: dict[str, str | int] = {"temp_store": 2}
_PRAGMAS: dict[str, str | int] = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a commit that was acknowledged survives a power cut
    "foreign_keys": 1,
    "secure_delete": 1,
    "trusted_schema": 0,
    **_SCRATCH,
}
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_TROUBLES = {
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_IOERR: Trouble.IO,
    sqlite3.SQLITE_CANTOPEN: Trouble.IO,
    sqlite3.SQLITE_READONLY: Trouble.IO,
    sqlite3.SQLITE_PERM: Trouble.IO,
    sqlite3.SQLITE_PROTOCOL: Trouble.LOCKED,
}


def connect_writer(path: Path, busy_seconds: float) -> sqlite_utils.Database:
    """Refuses a file of somebody else before anything is set, because WAL would change it."""
    db = _connect(path, "mode=rw", busy_seconds)
    try:
        refuse_foreign(db)
        for name, value in _PRAGMAS.items():
            _set(db, name, value)
    except BaseException:
        db.close()
        raise
    return db


def connect_reader(
    path: Path, busy_seconds: float, *, immutable: bool = False
) -> sqlite_utils.Database:
    """A connection that cannot write; an immutable one takes no lock and makes no file."""
    db = _connect(path, "immutable=1" if immutable else "mode=ro", busy_seconds)
    for name, value in {"query_only": 1, "trusted_schema": 0, **_SCRATCH}.items():
        _set(db, name, value)
    return db


def mark_as_ours(path: Path) -> None:
    """Turns an empty file into a database of ours without any table."""
    db = _connect(path, "mode=rw", 0)
    try:
        _set(db, "application_id", APPLICATION_ID)
    finally:
        db.close()


def refuse_foreign(db: sqlite_utils.Database) -> None:
    if value_of(db, "application_id") != APPLICATION_ID:
        raise DatabaseRefused(Refusal.FOREIGN_FILE)


def refuse_newer(db: sqlite_utils.Database, migrations: sqlite_utils.Migrations) -> None:
    """A migration that was applied but is not known here came from a newer program."""
    known = {one.name for one in migrations.pending(_empty())}
    if any(one.name not in known for one in migrations.applied(db)):
        raise DatabaseRefused(Refusal.NEWER)


def check_pages(db: sqlite_utils.Database) -> None:
    """SQLite's quick check: DatabaseDamaged with its first complaint."""
    found = str(value_of(db, "quick_check(1)"))
    if found != "ok":
        raise DatabaseDamaged(found)


def check_references(db: sqlite_utils.Database) -> None:
    """DatabaseDamaged if a row refers to one that does not exist."""
    found = db.execute("PRAGMA foreign_key_check").fetchone()
    if found is not None:
        raise DatabaseDamaged(f"a row of {found[0]} refers to nothing")


def value_of(db: sqlite_utils.Database, pragma: str) -> str | int:
    (value,) = db.execute(f"PRAGMA {pragma}").fetchone()
    assert isinstance(value, str | int)
    return value


def understood(error: sqlite3.Error) -> StorageError | None:
    """What SQLite's error means to callers; None for a fault of our own (SQL, constraint)."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _DAMAGED:
        return DatabaseDamaged(str(error))
    if code in _TROUBLES:
        return StorageUnavailable(_TROUBLES[code])
    return None


def _connect(path: Path, mode: str, busy_seconds: float) -> sqlite_utils.Database:
    # The connection is the standard library's own: by a path sqlite-utils would prefer another
    # SQLite, and two copies of it in one process break each other's locks.
    address = f"{path.absolute().as_uri()}?{mode}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=busy_seconds)
    return sqlite_utils.Database(connection, execute_plugins=False)


def _set(db: sqlite_utils.Database, name: str, value: str | int) -> None:
    db.execute(f"PRAGMA {name} = {value}")
    if value_of(db, name) != value:
        raise DatabaseRefused(Refusal.UNSUITABLE)


def _empty() -> sqlite_utils.Database:
    return sqlite_utils.Database(sqlite3.connect(":memory:"), execute_plugins=False)
