"""The project's own files keep their promises."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_lock_list_pins_exactly_and_names_no_registry() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert lines
    for line in lines:
        assert re.fullmatch(r"[A-Za-z0-9_.\-]+==[^\s/:]+", line), line
