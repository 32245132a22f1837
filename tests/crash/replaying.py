"""The writer's statements of a real run once more, on a disk that loses its power."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw

from tests.crash.power import Disk
from tests.crash.recording import Recording, Rows, rows_in, rows_of

_ENDS = ("COMMIT", "ROLLBACK")


@dataclass(frozen=True)
class Cut:
    """`image` is the database as it is found after the cut, its journal beside it.

    Whoever was told of a success was told of what is in `acknowledged`; `in_hand` is that and the
    one commit which was on its way to the disk.
    """

    image: Path
    acknowledged: Rows
    in_hand: Rows


class Replay:
    """SQLite's own code runs, with the settings of the real connection."""

    def __init__(self, folder: Path, recording: Recording, seed: int) -> None:
        self._folder = folder
        self._recording = recording
        self._units = list(_units(recording.statements))
        self._path = folder / "replayed" / recording.start.name
        self._rng = random.Random(seed)
        self._operations = 0
        self._cut_at: set[int] = set()
        self._images: list[Path] = []

    def cuts(self, count: int) -> Iterator[Cut]:
        """So many, at operations of the disk that chance picks from all there are."""
        self._operations = 0
        self.whole()
        self._cut_at = set(self._rng.sample(range(1, self._operations + 1), count))
        self._operations = 0
        with closing(_in_memory(self._recording.start)) as copy:
            for unit in self._run():
                before = rows_in(copy) if self._images else {}
                for statement in unit:
                    copy.execute(statement).fetchall()
                after = rows_in(copy) if self._images else {}
                for image in self._images:
                    yield Cut(image, before, after)
                    shutil.rmtree(image.parent)
                self._images.clear()

    def whole(self) -> Rows:
        """What is there after all of it, without a cut."""
        for _ in self._run():
            pass
        return rows_of(self._path)

    def _run(self) -> Iterator[list[str]]:
        """Each unit after the disk has had it."""
        shutil.rmtree(self._path.parent, ignore_errors=True)
        self._path.parent.mkdir()
        shutil.copy(self._recording.start, self._path)
        disk = Disk(lambda: self._before_operation(disk))
        with closing(apsw.Connection(str(self._path), vfs=disk.name)) as connection:
            for name, value in self._recording.settings.items():
                connection.execute(f"PRAGMA {name} = {value}").fetchall()
            for unit in self._units:
                for statement in unit:
                    connection.execute(statement).fetchall()
                yield unit
            disk.before = lambda: None  # a clean close is no cut

    def _before_operation(self, disk: Disk) -> None:
        self._operations += 1
        if self._operations in self._cut_at:
            folder = self._folder / f"cut-{self._operations}"
            folder.mkdir()
            disk.cut(folder, self._rng)
            self._images.append(folder / self._recording.start.name)


def _units(statements: list[str]) -> Iterator[list[str]]:
    """Transactions, and what was asked for between them."""
    unit: list[str] = []
    for statement in statements:
        unit.append(statement)
        if unit[0] != "BEGIN IMMEDIATE" or statement in _ENDS:
            yield unit
            unit = []
    assert not unit


def _in_memory(path: Path) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", isolation_level=None)
    with closing(sqlite3.connect(path)) as source:
        source.backup(copy)
    return copy
