"""Row 41: three processes share the outbox, and are killed and stopped while they send."""

import json
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from tests.crash.figures import keep
from tests.support.scale import times

# Seconds: a call is given up after 0.4, and some run for 0.7 at the portal.
SHORT = {"answer": 0.4, "settled": 0.1, "longest_pause": 0.3, "look": 1.0}
AS_SHIPPED = SHORT | {"own_run": 1.4, "lease_spare": 0.5, "quiet_spare": 0.3}
HASTY = SHORT | {"own_run": 0.0, "lease_spare": 0.1, "quiet_spare": 0.0}


@dataclass(frozen=True)
class Told:
    """What the ledger and the rows say in the end."""

    left: Counter[str]
    overlaps: int
    states: dict[str, str]
    kills: int
    stops: int

    @property
    def doubled(self) -> list[str]:
        return [key for key, count in self.left.items() if count > 1]


def play(folder: Path, letters: int, waits: dict[str, float], *, chance: float) -> Told:
    plan = {
        "folder": str(folder),
        "letters": letters,
        "every": 0.1 if letters > 100 else 0.05,
        "seconds": 60 + letters,
        "waits": waits,
        "slow": 0.7,
        "chance": chance,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.three_processes", json.dumps(plan)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return Told(
        Counter(found["left"]), found["overlaps"], found["states"], found["kills"], found["stops"]
    )


def test_row_41_three_processes_send_each_letter_once(tmp_path: Path) -> None:
    letters = times(30, full=1000)
    told = play(tmp_path, letters, AS_SHIPPED, chance=0.3)
    assert told.kills + told.stops >= letters / 20
    assert not told.doubled
    assert told.overlaps == 0
    assert len(told.states) == letters
    for key, state in told.states.items():
        assert state == "unknown" or (state == "sent" and told.left[key] == 1), (key, state)
    assert Counter(told.states.values())["sent"] >= letters * 0.9
    ended = dict(Counter(told.states.values()))
    keep("three processes", {"ended": ended, "kills": told.kills, "stops": told.stops})


def test_row_41_without_a_quiet_period_letters_leave_twice(tmp_path: Path) -> None:
    """The negative control: a lease hardly longer than the client's patience is not enough."""
    told = play(tmp_path, 30, HASTY, chance=0.5)
    assert told.doubled
    assert told.overlaps


def test_row_49b_a_slow_portal_of_ones_own_never_meets_two_calls_under_one_key(
    tmp_path: Path,
) -> None:
    """Every call runs for longer than the client waits, as 200 s do where 75 are waited."""
    told = play(tmp_path, 3, AS_SHIPPED, chance=1.0)
    assert told.overlaps == 0
    assert not told.doubled
    assert {told.left[key] for key, state in told.states.items() if state == "sent"} <= {1}
    assert len(told.left) == len(told.states) == 3
