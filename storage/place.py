"""The database's place on disk: who may read it, and how a new file comes into being whole.

SQLite gives -wal and -shm the mode of the file itself, so 0600 there is 0600 everywhere. The file
is never opened here: closing it again would drop SQLite's locks."""

import errno
import os
import stat
from pathlib import Path

from storage.errors import (
    DatabaseDamaged,
    DatabaseRefused,
    Refusal,
    StorageUnavailable,
    Trouble,
)
from storage.mounts import MOUNTS, is_on_network
from storage.sqlite import mark_as_ours

_SMALLEST_PAGE = 512
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def beside(path: Path, suffix: str) -> Path:
    """A file that SQLite keeps beside the database, such as `-wal`."""
    return path.with_name(path.name + suffix)


def prepare(path: Path, *, make_folder: bool, mounts: Path = MOUNTS) -> None:
    """Afterwards there is a file that SQLite may open, read and write."""
    _prepare_folder(path.parent, make_folder)
    refuse_network(path, mounts)
    if path.exists():
        check_file(path)
    elif beside(path, "-wal").exists():
        # A new database would be overwritten by the old one's journal.
        raise DatabaseDamaged("the file is missing beside its journal")
    else:
        try:
            _create(path)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise StorageUnavailable(Trouble.FULL if full else Trouble.IO) from None
    if not os.access(path, os.R_OK | os.W_OK):
        raise DatabaseRefused(Refusal.READ_ONLY)


def refuse_network(path: Path, mounts: Path = MOUNTS) -> None:
    """Locks do not hold there, and nobody knows what a sync is worth."""
    if is_on_network(path.resolve().parent, mounts):
        raise DatabaseRefused(Refusal.UNSUITABLE)


def check_file(path: Path) -> None:
    """Refuses what is certainly no database of ours, or may be read by others."""
    if not path.is_file():
        raise DatabaseRefused(Refusal.FOREIGN_FILE)
    if path.stat().st_size < _SMALLEST_PAGE:  # SQLite would take it for a new database
        raise DatabaseDamaged("the file is empty or cut off")
    for each in (path, beside(path, "-wal"), beside(path, "-shm")):
        if each.exists() and each.stat().st_mode & _OTHERS:
            raise DatabaseRefused(Refusal.OPEN_TO_OTHERS)


def _prepare_folder(folder: Path, make_folder: bool) -> None:
    try:
        if make_folder:
            folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        raise DatabaseRefused(Refusal.NOT_WRITABLE) from None
    if not folder.is_dir():
        raise DatabaseRefused(Refusal.FOLDER_MISSING)
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DatabaseRefused(Refusal.NOT_WRITABLE)


def _create(path: Path) -> None:
    """Made under another name first, so that a kill never leaves half a database behind."""
    new = beside(path, ".new")
    for leftover in (new, beside(new, "-wal"), beside(new, "-shm"), beside(new, "-journal")):
        leftover.unlink(missing_ok=True)
    os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    mark_as_ours(new)
    new.rename(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
