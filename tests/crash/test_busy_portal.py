"""Row 45: another program on this machine keeps the portal's bucket full, over HTTP."""

import sqlite3
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.portal.limits import Bucket
from storage.records.outbox import OutboxState
from tests.crash.games import Game
from tests.crash.over_http import play, prepare
from tests.crash.playing import REPLY

REFUSALS = 20
SIZE, PER_SECOND = 50, 2
PAUSES = [2, 4, 8, 16, 32] + [60] * (REFUSALS - 5)  # seconds after each of them


@dataclass
class Crowded(Bucket):
    """Full at one of the bot's calls in `every`, until it has refused often enough."""

    every: int = 1
    came: int = 0

    def admit(self, source: str) -> bool:
        self.came += 1
        if self.refused < REFUSALS and self.came % self.every == 0:
            while super().admit(source):
                pass  # somebody else's call
            return False
        return super().admit(source)


@pytest.fixture
async def prepared(tmp_path: Path) -> sqlite3.Connection:
    return await prepare(tmp_path / "prepared.db")


@pytest.mark.parametrize(("every", "sends"), [(1, 1), (2, REFUSALS + 1)])
async def test_row_45_a_bucket_that_others_fill_delays_the_letter_and_it_leaves_once(
    prepared: sqlite3.Connection, every: int, sends: int
) -> None:
    """The look into the thread is refused, or it is let in and the letter is refused."""
    bucket = Crowded(SIZE, PER_SECOND, every=every)
    portals = []

    def fill(sandbox: Sandbox) -> None:
        bucket.monotonic = lambda: sandbox.portal.clock().timestamp()
        sandbox.portal.bucket = bucket
        portals.append(sandbox.portal)

    outcome = await play(prepared, Game(()), fill, f"127.0.0.1={SIZE}/{PER_SECOND}")
    assert (outcome.state, outcome.left, outcome.lies) == (OutboxState.SENT, 1, ())
    assert [call.method for call in portals[0].calls].count(REPLY) == sends
    refused_at = [call.at for call in bucket.calls if call.refused]
    assert [round(b - a) for a, b in pairwise([*refused_at, bucket.calls[-1].at])] == PAUSES
