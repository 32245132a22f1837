"""Row 56: no database is kept, or made, on another machine's disk."""

from pathlib import Path

import pytest

from storage import place
from storage.errors import DatabaseRefused, Refusal
from storage.mounts import is_on_network
from tests.integration.storage.places import make_database

LINE = "31 27 0:26 / {point} rw,relatime shared:1 - {kind} server:/export rw"


@pytest.fixture
def mounts(tmp_path: Path) -> Path:
    return tmp_path / "mountinfo"


def mounted(mounts: Path, *kinds: tuple[str, str]) -> None:
    lines = [LINE.format(point=point, kind=kind) for point, kind in kinds]
    mounts.write_text("\n".join(lines))


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs"])
def test_row_56_a_network_file_system_is_refused_and_no_file_is_made(
    tmp_path: Path, mounts: Path, kind: str
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    mounted(mounts, ("/", "ext4"), (str(folder), kind))
    with pytest.raises(DatabaseRefused) as caught:
        place.prepare(folder / "bot.db", make_folder=False, mounts=mounts)
    assert caught.value.reason is Refusal.UNSUITABLE
    assert list(folder.iterdir()) == []


def test_the_deepest_mount_counts_and_the_last_one_lies_on_top(mounts: Path) -> None:
    below = [("/home", "nfs4"), ("/home/anna", "ext4"), ("/srv", "ext4"), ("/srv/mail", "cifs")]
    mounted(mounts, *below)
    folders = {"/home": True, "/home/anna": False, "/home/annabel": True, "/srv/mail/x": True}
    assert {each: is_on_network(Path(each), mounts) for each in folders} == folders
    mounted(mounts, *below, ("/home", "ext4"))
    assert not is_on_network(Path("/home"), mounts)


def test_a_mount_with_a_space_in_its_name_is_known(mounts: Path) -> None:
    mounted(mounts, (r"/mnt/our\040mail", "cifs"))
    assert is_on_network(Path("/mnt/our mail/data"), mounts)


async def test_this_machines_own_disk_is_taken(tmp_path: Path) -> None:
    assert not is_on_network(tmp_path)
    await make_database(tmp_path / "bot.db")


def test_where_nobody_says_what_is_mounted_nothing_is_refused(tmp_path: Path) -> None:
    assert not is_on_network(tmp_path, tmp_path / "absent")
