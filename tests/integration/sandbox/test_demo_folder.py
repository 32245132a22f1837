"""The demo's folder: fresh each time, and not shared with a demo that still runs."""

import stat
from pathlib import Path

from sandbox.demo_folder import DemoFolder


def test_a_fresh_folder_each_time(tmp_path: Path) -> None:
    first = DemoFolder(tmp_path)
    first.write_settings({"BOT_TOKEN": "x", "UNDO_SECONDS": "10"})
    (first.path / "data").mkdir()
    settings = first.path / ".env"
    assert settings.read_text() == "BOT_TOKEN=x\nUNDO_SECONDS=10\n"
    assert stat.S_IMODE(settings.stat().st_mode) == 0o600
    first.close()
    second = DemoFolder(tmp_path)
    assert second.path == tmp_path / ".demo"
    assert [each.name for each in second.path.iterdir()] == ["lock"]
    second.close()


def test_a_demo_beside_another_leaves_it_alone(tmp_path: Path) -> None:
    first = DemoFolder(tmp_path)
    first.log.write_text("one\ntwo\nthree\n")
    second = DemoFolder(tmp_path)
    assert second.path != first.path
    assert second.path.parent == first.path
    assert first.log_end(2) == "two\nthree"
    assert second.log_end() == ""
    second.close()
    first.close()
