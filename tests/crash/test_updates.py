"""Rows 1 and 4 to 6: killed wherever it hurts, each update has its effect, and has it once."""

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.crash.figures import keep
from tests.support.bot_process import ForkServer
from tests.support.scale import times

PEOPLE = range(1001, 1008)
A_ROUND = 4  # updates that come between two kills
PATIENCE = 120.0  # seconds
LOOK = 0.05


@dataclass
class Bench:
    """One database and one Telegram, and programs that die over them."""

    server: ForkServer
    sandbox: Sandbox
    database: Path
    causes: bool = True
    said: list[tuple[int, str]] = field(default_factory=list)
    killed: int = 0

    def somebody_writes(self, dice: random.Random) -> None:
        """A message, or a press of a button that says the same."""
        number = dice.choice(PEOPLE)
        person = self.sandbox.telegram.person(number, "Jane", "en")
        said = f"{len(self.said)}"
        self.said.append((number, said))
        if dice.random() < 0.5:
            person.say(said)
        else:
            self._press(person, said)

    def _press(self, person: Person, said: str) -> None:
        message = {"message_id": 1, "date": 0, "chat": person.chat.wire}
        query = {"id": said, "from": person.wire, "message": message, "data": said}
        self.sandbox.telegram.updates.push("callback_query", query | {"chat_instance": "1"})

    def start(self, kill: dict[str, Any] | None = None) -> int:
        request = {
            "play": "tests.crash.updates_until_killed",
            "database": str(self.database),
            "url": self.sandbox.telegram_url,
            "token": self.sandbox.telegram.token,
            "causes": self.causes,
            "kill": kill,
        }
        return self.server.ask(request)["pid"]

    async def ended(self, pid: int) -> int:
        answer = await asyncio.to_thread(self.server.ask, {"wait": pid})
        self.killed += answer["exit"] == -signal.SIGKILL
        return answer["exit"]

    async def finish(self) -> None:
        """One that nobody kills handles what is left."""
        self.somebody_writes(random.Random(0))  # so that there is something to wait for
        pid = self.start()
        try:
            for _ in range(int(PATIENCE / LOOK)):
                if not self._waits():
                    break
                await asyncio.sleep(LOOK)
        finally:
            os.kill(pid, signal.SIGTERM)
            assert await self.ended(pid) == 0

    def _waits(self) -> bool:
        if len(self.sandbox.telegram.updates) or self.sandbox.telegram.updates.repeats.due:
            return True
        return bool(self.rows("SELECT 1 FROM updates WHERE state = 'waiting' LIMIT 1"))

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as outside:
            return outside.execute(sql).fetchall()

    @property
    def effects(self) -> list[tuple[int, str]]:
        return self.rows("SELECT person, said FROM effects ORDER BY at")

    @property
    def lost(self) -> int:
        return len(set(self.said) - set(self.effects))

    @property
    def doubled(self) -> int:
        return len(self.effects) - len(set(self.effects))

    def of_person(self, number: int) -> list[int]:
        return [int(said) for person, said in self.effects if person == number]


@pytest.fixture
def bench(fork_server: ForkServer, sandbox: Sandbox, tmp_path: Path) -> Bench:
    return Bench(fork_server, sandbox, tmp_path / "bot.db")


POINTS = {
    "row 4: before the updates are stored": ("receiver", "before"),
    "row 4: while the updates are stored": ("receiver", "inside"),
    "row 5: before Telegram is told that they are": ("receiver", "after"),
    "row 6: before the handler's change": ("handler", "before"),
    "row 6: inside the handler's change": ("handler", "inside"),
    "row 6: before the update is ended": ("handler", "after"),
}


@pytest.mark.parametrize("point", POINTS)
async def test_rows_04_to_06_what_is_killed_there_loses_and_doubles_nothing(
    bench: Bench, point: str
) -> None:
    part, where = POINTS[point]
    dice = random.Random(point)
    rounds = times(3, full=1000 if part == "receiver" and where == "after" else 500)
    for _ in range(rounds):
        for _ in range(A_ROUND):
            bench.somebody_writes(dice)
        pid = bench.start({"part": part, "where": where, "at": dice.randint(1, 3)})
        assert await bench.ended(pid) == -signal.SIGKILL
    await bench.finish()
    keep(point, {"kills": bench.killed, "updates": len(bench.said), "lost": bench.lost})
    assert (bench.killed, bench.lost, bench.doubled) == (rounds, 0, 0)
    for number in PEOPLE:
        assert bench.of_person(number) == sorted(bench.of_person(number)), "in their order"


async def test_without_causes_effects_are_doubled(bench: Bench) -> None:
    """The negative control: a handler that does not ask whether it had its effect."""
    bench.causes = False
    dice = random.Random(1)
    for _ in range(3):
        bench.somebody_writes(dice)
        await bench.ended(bench.start({"part": "handler", "where": "after", "at": 1}))
    await bench.finish()
    assert bench.doubled > 0


async def test_row_01_updates_that_come_up_to_five_times_among_kills_have_one_effect(
    bench: Bench,
) -> None:
    """INV-5: shuffled, too."""
    dice = random.Random(5)
    began = time.monotonic()
    count = times(200, full=10_000)
    repeats = bench.sandbox.telegram.updates.repeats
    while len(bench.said) < count:
        repeats.start(dice.randint(1, 5), dice)
        for _ in range(min(dice.randint(20, 60), count - len(bench.said))):
            bench.somebody_writes(dice)
        pid = bench.start()
        await asyncio.sleep(dice.uniform(0.1, 1.0))
        os.kill(pid, signal.SIGKILL)
        await bench.ended(pid)
    repeats.start(1)
    await bench.finish()
    found: dict[str, object] = {
        "updates": len(bench.said),
        "kills": bench.killed,
        "lost": bench.lost,
        "doubled": bench.doubled,
        "set aside": len(bench.rows("SELECT 1 FROM updates WHERE state = 'quarantined'")),
        "seconds": round(time.monotonic() - began),
    }
    keep("updates up to five times", found)
    assert (bench.lost, bench.doubled, found["set aside"]) == (0, 0, 0), found
    assert Counter(bench.effects) == Counter(bench.said)
