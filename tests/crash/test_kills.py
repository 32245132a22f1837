"""Row 54 and INV-1: SIGKILL under load loses no letter that was told to go, and tears none."""

import random
import subprocess
import sys
from pathlib import Path

from tests.crash.figures import keep
from tests.crash.write_until_killed import AT_ONCE
from tests.integration.storage.places import ask
from tests.support.scale import times

KILLS = times(3, full=200)
LONGEST = 110  # letters before a kill


def write_until_killed(path: Path, start: int, letters: int) -> list[int]:
    """The numbers of those that were acknowledged."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.crash.write_until_killed", path, str(start)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    with child:
        first = [int(child.stdout.readline()) for _ in range(letters)]
        child.kill()
        return first + [int(line) for line in child.stdout if line.endswith("\n")]


def numbers(path: Path, drafts: str) -> set[int]:
    return {int(draft[1:]) for (draft,) in ask(path, drafts)}


def test_row_54_a_killed_writer_keeps_every_acknowledged_letter_whole(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    rng = random.Random(54)
    acknowledged: set[int] = set()
    for kill in range(1, KILLS + 1):
        acknowledged.update(write_until_killed(path, kill * 10_000, rng.randint(1, LONGEST)))
        assert ask(path, "PRAGMA integrity_check") == [("ok",)]
        letters = numbers(path, "SELECT draft FROM outbox")
        assert letters == numbers(path, "SELECT id FROM drafts WHERE state = 'confirmed'")
        assert acknowledged <= letters
        assert len(letters) <= len(acknowledged) + AT_ONCE * kill, (
            "at most those in hand are unsaid"
        )
    keep("kills", {"kills": KILLS, "acknowledged": len(acknowledged)})
