"""What a user without the rights is told; played by a child process that gave its rights up."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.storage.open_as_nobody import NOBODY
from tests.integration.storage.places import make_database, set_mode


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside of pytest's own folder, which nobody else may enter."""
    made = Path(tempfile.mkdtemp(prefix="rights-"))
    yield made
    made.chmod(0o700)
    shutil.rmtree(made)


def give_away(*paths: Path) -> None:
    for path in paths:
        if os.getuid() == 0:
            os.chown(path, NOBODY, NOBODY)


def open_as_nobody(path: Path) -> str:
    """The inspection's finding, then the outcome of opening."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.storage.open_as_nobody", path],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


async def test_an_owner_without_other_rights_opens_it(folder: Path) -> None:
    path = folder / "bot.db"
    await make_database(path)
    give_away(folder, path)
    assert open_as_nobody(path) == "ok opened"


async def test_row_56_a_read_only_file_is_refused_but_can_be_inspected(folder: Path) -> None:
    path = folder / "bot.db"
    await make_database(path)
    path.chmod(0o400)
    give_away(folder, path)
    assert open_as_nobody(path) == "ok read_only"


async def test_row_56_a_folder_that_may_not_be_written_is_refused(folder: Path) -> None:
    path = folder / "bot.db"
    await make_database(path)
    give_away(folder, path)
    set_mode(folder, 0o500)
    assert open_as_nobody(path) == "ok not_writable"


def test_row_56_a_new_file_is_not_tried_in_a_folder_that_may_not_be_written(folder: Path) -> None:
    give_away(folder)
    folder.chmod(0o500)
    assert open_as_nobody(folder / "bot.db") == "absent not_writable"


@pytest.mark.skipif(os.getuid() != 0, reason="needs two users: run as root")
async def test_row_56_somebody_elses_file_is_refused(folder: Path) -> None:
    path = folder / "bot.db"
    await make_database(path)
    give_away(folder)
    assert open_as_nobody(path) == "refused read_only"
