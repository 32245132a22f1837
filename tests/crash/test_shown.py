"""INV-1: a letter that was shown as "Goes out in" is never lost, whenever the process is killed."""

import json
import subprocess
import sys
from pathlib import Path

from tests.crash.figures import keep
from tests.support.scale import times


def test_no_letter_is_lost_after_it_was_shown(tmp_path: Path) -> None:
    letters = times(100, full=11_000)
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.shown_until_killed", str(tmp_path), str(letters)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["lost"] == []
    assert found["shown"] > letters / 2, "else the kills came before there was anything to lose"
    assert found["kills"]
    keep("shown", found)
