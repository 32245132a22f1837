"""One running bot per database: two would answer every letter twice.

The kernel keeps the lock, not the file's presence, so a killed process leaves nothing stale and
the file itself stays where it is (removing it would let two processes lock two files).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.exits import Ending, Exit


def lock_file(database: Path) -> Path:
    """Where the lock of this database is; a link to the database leads to the same lock."""
    real = database.resolve()
    return real.with_name(real.name + ".lock")


@contextmanager
def hold_lock(database: Path) -> Iterator[None]:
    """Holds the database's lock for the block; raises Ending if somebody else holds it."""
    descriptor = _open(lock_file(database))
    try:
        _take(descriptor, database)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        return os.open(path, flags, 0o600)
    except OSError as error:
        raise Ending(
            Exit.DOES_NOT_FIT,
            f"The lock file {path} beside the database cannot be written"
            f" ({error.strerror}); change the folder's rights or DATABASE_URL.",
        ) from None


def _take(descriptor: int, database: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Ending(
            Exit.TRY_LATER,
            f"Another process already runs the bot on the database {database}; stop it first.",
        ) from None
    except OSError as error:
        raise Ending(
            Exit.DOES_NOT_FIT,
            f"The file system of {database} cannot lock files ({error.strerror});"
            " let DATABASE_URL name a file on a local disk.",
        ) from None
