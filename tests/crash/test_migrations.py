"""Row 58: the program is killed at any statement of its migrations, over every released file."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.crash.figures import keep
from tests.integration.storage.places import ask, make_database
from tests.integration.storage.released import RELEASES, kept, make_released, rows_of
from tests.support.scale import times

EVERY = times(7, full=1)  # statements between two kills
OLDEST = times(1, full=len(RELEASES))  # releases that are brought up to date

APPLIED = "SELECT name FROM _sqlite_migrations ORDER BY name"


def killed_starts(original: Path, folder: Path, first: int) -> list[Path]:
    """The files as they were left, one for each kill, and that of a start which came through."""
    folder.mkdir()
    subprocess.run(
        [
            *(sys.executable, "-m", "tests.crash.migrate_until_killed"),
            *(original, folder, str(first), str(EVERY)),
        ],
        check=True,
    )
    return sorted(folder.glob("*.db"))


@pytest.mark.parametrize("release", list(RELEASES)[:OLDEST])
async def test_row_58_a_kill_at_any_statement_leaves_the_old_tables_or_the_new(
    tmp_path: Path, release: int
) -> None:
    original = tmp_path / "bot.db"
    await make_released(original, release)
    before = rows_of(original)
    old = ask(original, APPLIED)
    left = killed_starts(original, tmp_path / "left", release)
    new = ask(left[-1], APPLIED)
    assert len(new) == len(RELEASES)
    for path in left[:-1]:
        assert ask(path, APPLIED) in (old, new)
        await make_database(path)
        assert kept(before, rows_of(path))
        assert ask(path, APPLIED) == new
    keep(f"migrations from {release}", {"kills": len(left) - 1})


async def test_row_58_a_first_start_that_is_killed_can_be_repeated(tmp_path: Path) -> None:
    left = killed_starts(tmp_path / "absent.db", tmp_path / "left", 1)
    for path in left:
        await make_database(path)
        assert len(ask(path, APPLIED)) == len(RELEASES)
    keep("migrations from none", {"kills": len(left) - 1})
