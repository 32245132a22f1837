"""SIGKILL in the middle of writing loses no acknowledged commit and tears no transaction."""

import subprocess
import sys
from pathlib import Path

from tests.integration.storage.places import ask, make_database
from tests.integration.storage.write_until_killed import AT_ONCE

COMMITS_BEFORE_THE_KILL = (1, 40, 90, 150, 400)


def write_until_killed(path: Path, start: int, commits: int) -> list[int]:
    """The numbers whose commits were acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.storage.write_until_killed", path, str(start)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child:
        first = [int(child.stdout.readline()) for _ in range(commits)]
        child.kill()
        return first + [int(line) for line in child.stdout if line.endswith("\n")]


def numbers(path: Path, names: str) -> set[int]:
    return {int(name.split(":")[1]) for (name,) in ask(path, names)}


async def test_row_6_a_killed_writer_keeps_every_acknowledged_commit_whole(path: Path) -> None:
    acknowledged: set[int] = set()
    for round_, commits in enumerate(COMMITS_BEFORE_THE_KILL):
        acknowledged.update(write_until_killed(path, round_ * 100_000, commits))
        assert ask(path, "PRAGMA integrity_check") == [("ok",)]
        written = numbers(path, "SELECT cause FROM causes")
        assert written == numbers(path, "SELECT name FROM facts")
        assert acknowledged <= written
        unsaid = AT_ONCE * (round_ + 1)
        assert len(written) <= len(acknowledged) + unsaid, "at most those in hand are unsaid"
    await make_database(path)
