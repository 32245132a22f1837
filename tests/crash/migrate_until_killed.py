"""Starts the program's storage over copies of a file, killed at one more statement each time, until
it was quick enough; leaves the copies, one for each kill, and the last one whole."""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

import sqlite_utils

from storage.database import Database
from storage.migrations import migrations
from tests.integration.storage.places import KEYS, NOON


class Deadly(sqlite_utils.Migrations):
    """The program's migrations; its process is killed before this statement, counted from 1."""

    def __init__(self, at: int) -> None:
        super().__init__(migrations.name)
        self._migrations = migrations._migrations
        self._left = at

    def apply(self, db: sqlite_utils.Database, **stop: Any) -> None:
        db.conn.set_trace_callback(self._count)
        super().apply(db, **stop)

    def _count(self, _statement: str) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def start(path: Path, at: int) -> None:
    await (await Database.open(path, KEYS, Deadly(at), clock=lambda: NOON)).close()


def was_killed(path: Path, at: int) -> bool:
    child = os.fork()
    if child == 0:
        asyncio.run(start(path, at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, -signal.SIGKILL)
    return os.WIFSIGNALED(status)


def main(original: Path, folder: Path, first: int, every: int) -> None:
    at = first
    while True:
        copy = folder / f"{at:04}.db"
        if original.exists():
            shutil.copy(original, copy)
        if not was_killed(copy, at):
            return
        at += every


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
