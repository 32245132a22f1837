"""One process holds the lock, a killed one lets it go, and nothing stale stays behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from bot.exits import Ending
from bot.lock import hold_lock, lock_file
from tests.integration.bot.command_line import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from bot.lock import hold_lock
with hold_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_the_lock_is_free_again_after_its_block(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    with hold_lock(database):
        with pytest.raises(Ending) as caught, hold_lock(database):
            pass
        assert caught.value.exit == 75
    with hold_lock(database):
        assert lock_file(database).exists()


def test_a_killed_process_leaves_the_lock_free(tmp_path: Path) -> None:
    database = tmp_path / "bot.db"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Ending), hold_lock(database):
            pass
        holder.kill()
        holder.wait()
        with hold_lock(database):
            pass


def test_a_link_to_the_database_leads_to_the_same_lock(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to(tmp_path / "bot.db")
    with hold_lock(tmp_path / "bot.db"), pytest.raises(Ending):
        hold_lock(tmp_path / "link.db").__enter__()


def test_a_link_in_the_place_of_the_lock_file_is_not_followed(tmp_path: Path) -> None:
    lock_file(tmp_path / "bot.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Ending) as caught, hold_lock(tmp_path / "bot.db"):
        pass
    assert caught.value.exit == 78
    assert not (tmp_path / "elsewhere").exists()
