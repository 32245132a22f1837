"""Is this database a copy? A file beside it remembers how many changes of the outbox it had seen.

A backup that is put back, or a copy that is started, knows of fewer: the original may have sent
since what here still waits. The file is written after each commit and before anybody hears of it,
so it is never ahead of its own database, and behind it by a crash at most.
"""

import logging
import os
from pathlib import Path

from storage.errors import StorageUnavailable, Trouble
from storage.place import beside, sync_folder

_WIDTH = 20  # digits: always the same bytes of the file, which a disk writes at once or not at all

_log = logging.getLogger(__name__)


def mark_file(database: Path) -> Path:
    """Where it is; a link to the database leads to the same one."""
    return beside(database.resolve(), ".mark")


class Mark:
    """The file of one database. `known`: the changes that it has seen."""

    def __init__(self, database: Path) -> None:
        self._path = mark_file(database)
        self.known = 0

    def compare(self, count: int) -> bool:
        """Has this database seen fewer changes than the file, or has the file been left behind?

        A database that never had a change, or is older than the counting, is nobody's copy.
        """
        found = self._read()
        if found is None:
            found = count + 1 if count else 0
            self._make(found)
        self.known = found
        return found > count

    def reach(self, count: int) -> None:
        """So many by now. If that cannot be written, a later copy may be taken for the original;
        nothing is held up for that."""
        if count <= self.known:
            return
        try:
            self._write(os.O_WRONLY, count)
        except OSError as error:
            _log.warning("%s cannot be written (%s)", self._path, error.strerror)
        else:
            self.known = count

    def _read(self) -> int | None:
        try:
            text = self._path.read_bytes().strip()
        except OSError:
            return None
        return int(text) if text.isdigit() else None

    def _make(self, count: int) -> None:
        try:
            self._write(os.O_WRONLY | os.O_CREAT, count)
            sync_folder(self._path.parent)
        except OSError:
            raise StorageUnavailable(Trouble.IO) from None

    def _write(self, flags: int, count: int) -> None:
        handle = os.open(self._path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            os.pwrite(handle, f"{count:0{_WIDTH}d}\n".encode(), 0)
            os.fdatasync(handle)
        finally:
            os.close(handle)
