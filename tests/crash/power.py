"""A disk that can lose its power: what was written and not yet synced may be gone.

An apsw VFS over the machine's own. It keeps beside each file what surely lies on the disk, and what
was only handed over since the last sync, so that a cut can be played at any operation.
"""

import random
from collections.abc import Callable
from pathlib import Path

import apsw

SECTOR = 512  # bytes that a disk writes all or not at all


class Medium:
    """One file: what is on the disk for sure, and what may yet be lost, in its order."""

    def __init__(self, content: bytes = b"") -> None:
        self._safe = bytearray(content)
        self._loose: list[tuple[int, bytes | None]] = []  # None: cut off there

    def write(self, offset: int, data: bytes) -> None:
        self._loose += [(offset + at, data[at : at + SECTOR]) for at in range(0, len(data), SECTOR)]

    def truncate(self, size: int) -> None:
        self._loose.append((size, None))

    def sync(self) -> None:
        for change in self._loose:
            _apply(self._safe, *change)
        self._loose.clear()

    def after_cut(self, survives: Callable[[], bool]) -> bytes:
        """The file as it is found later: of what was not synced, only what survives."""
        left = bytearray(self._safe)
        for change in self._loose:
            if survives():
                _apply(left, *change)
        return bytes(left)


class Disk(apsw.VFS):
    """`before` is called before each operation that changes anything: the moment for a cut."""

    def __init__(self, before: Callable[[], None]) -> None:
        self.name = f"disk-{id(self)}"
        super().__init__(self.name, "")
        self.before = before
        self.media: dict[str, Medium] = {}

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        if name is None:  # SQLite's own scratch, of no use after a cut
            return apsw.VFSFile("", name, flags)
        path = name if isinstance(name, str) else name.filename()
        if path not in self.media:
            self.media[path] = Medium(_content(Path(path)))
        return _File(self, self.media[path], name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        self.before()
        self.media.pop(filename, None)
        super().xDelete(filename, syncdir)

    def cut(self, folder: Path, rng: random.Random) -> None:
        """Puts into the folder what is left: often nothing that was not synced, else a part."""
        share = rng.choice((0.0, 0.0, 0.5, 0.9))
        for path, medium in self.media.items():
            left = folder / Path(path).name
            left.write_bytes(medium.after_cut(lambda: rng.random() < share))
            left.chmod(0o600)


class _File(apsw.VFSFile):
    def __init__(
        self, disk: Disk, medium: Medium, name: str | apsw.URIFilename, flags: list[int]
    ) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        self._medium = medium

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.before()
        self._medium.write(offset, bytes(data))
        super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:  # noqa: N802
        self._disk.before()
        self._medium.truncate(newsize)
        super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.before()
        self._medium.sync()


def _content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data
