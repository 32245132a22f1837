"""The demo's portal is where the machine is, so that the bot's times are those of the page."""

from pathlib import Path

import pytest

from sandbox.clock import machine_zone


@pytest.mark.parametrize(
    ("variable", "linked", "zone"),
    [
        ("", "Asia/Tokyo", "Asia/Tokyo"),
        ("Europe/Moscow", "Asia/Tokyo", "Europe/Moscow"),
        (":Europe/Moscow", "Asia/Tokyo", "Europe/Moscow"),
        ("MSK-3", "Asia/Tokyo", "Asia/Tokyo"),
        ("", "Nowhere/Land", "UTC"),
    ],
)
def test_the_zone_of_this_machine(variable: str, linked: str, zone: str, tmp_path: Path) -> None:
    link = tmp_path / "localtime"
    link.symlink_to(Path("/usr/share/zoneinfo") / linked)
    assert machine_zone(variable, link) == zone


def test_a_machine_that_does_not_name_its_zone(tmp_path: Path) -> None:
    file = tmp_path / "localtime"
    file.write_bytes(b"TZif2")
    assert machine_zone("", file) == "UTC"
