"""Is this database a copy? A file beside it remembers how many changes of the outbox it had seen.

A backup that is put back, or a copy that is started, knows of fewer: the original may have sent
since what here still waits. The file is written after each commit and before anybody hears of it,
so it is never ahead of its own database, and behind it by a crash at most. It also names the folder
that it stands in: a folder that was copied together with its file stands in another.
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
        self._here = os.fsencode(self._path.parent)
        self._names_here = True  # the file names this folder
        self.known = 0

    def compare(self, count: int) -> bool:
        """Has this database seen fewer changes than the file, or has one of them been moved?

        A database that never had a change, or is older than the counting, is nobody's copy.
        """
        found, folder = self._read()
        if found is None:
            found = count + 1 if count else 0
            self._make(found)
        elif folder != self._here:
            self._names_here = False
            elsewhere = bool(folder and count)  # files of older programs name none
            found = max(found, count + elsewhere)
        self.known = found
        return found > count

    def reach(self, count: int) -> None:
        """So many by now. If that cannot be written, a later copy may be taken for the original;
        nothing is held up for that."""
        if count <= self.known and self._names_here:
            return
        try:
            self._write(os.O_WRONLY, count)
        except OSError as error:
            _log.warning("%s cannot be written (%s)", self._path, error.strerror)
        else:
            self.known = count
            self._names_here = True

    def _read(self) -> tuple[int | None, bytes]:
        """The count, and the folder that it names; '' if it names none."""
        try:
            text, _, folder = self._path.read_bytes().partition(b"\n")
        except OSError:
            return None, b""
        return (int(text) if text.isdigit() else None), folder

    def _make(self, count: int) -> None:
        try:
            self._write(os.O_WRONLY | os.O_CREAT, count)
            sync_folder(self._path.parent)
        except OSError:
            raise StorageUnavailable(Trouble.IO) from None

    def _write(self, flags: int, count: int) -> None:
        handle = os.open(self._path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            counted = f"{count:0{_WIDTH}d}\n".encode()
            if self._names_here and not flags & os.O_CREAT:
                os.pwrite(handle, counted, 0)
            else:
                os.ftruncate(handle, os.pwrite(handle, counted + self._here, 0))
            os.fdatasync(handle)
        finally:
            os.close(handle)
