"""SIGKILL in the middle of writing loses no acknowledged commit and tears no transaction."""

import random
import subprocess
import sys
from pathlib import Path

from tests.crash.write_until_killed import AT_ONCE
from tests.integration.storage.places import ask, make_database
from tests.support.scale import times

KILLS = times(4, full=200)
LONGEST = 400  # commits before a kill


def write_until_killed(path: Path, start: int, commits: int) -> list[int]:
    """The numbers whose commits were acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.write_until_killed", path, str(start)],
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


async def test_row_54_a_killed_writer_keeps_every_acknowledged_commit_whole(
    tmp_path: Path,
) -> None:
    path = tmp_path / "bot.db"
    rng = random.Random(54)
    acknowledged: set[int] = set()
    for kill in range(KILLS):
        commits = rng.randint(1, LONGEST)
        acknowledged.update(write_until_killed(path, kill * 100_000, commits))
        assert ask(path, "PRAGMA integrity_check") == [("ok",)]
        written = numbers(path, "SELECT cause FROM causes")
        assert written == numbers(path, "SELECT name FROM facts")
        assert acknowledged <= written
        unsaid = AT_ONCE * (kill + 1)
        assert len(written) <= len(acknowledged) + unsaid, "at most those in hand are unsaid"
    await make_database(path)
