"""The outbox: letters per second, and what rows that are held cost those that go.

The shipped loop over a real file and real HTTP, with the reply guard on; the portal has no limit.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from benchmarks import seeding
from benchmarks.figures import Row
from benchmarks.portals import client, webhook_at
from benchmarks.programs import NO_LIMIT, Program
from benchmarks.server_side import ServerSide, server_side
from bitrix24.methods import Mail
from bot.stopping import unless_stopped
from bot.tasks import Tasks
from mail.ports import Senses
from mail.sending import Sending
from storage.database import Database, Transaction
from storage.records.connections import Connection
from storage.sealing import new_key

LETTERS = 300
SINGLE = 40
HELD = (0, 1_000, 10_000)
FIRST = 1000  # the number of the first letter that is answered
OWNER = 5000
AT_ONCE = timedelta(0)
LATER = timedelta(days=1)
PATIENCE = 120.0


class Outbox:
    """A database with one person, and the loop that sends what is in it."""

    def __init__(self, database: Database, connection: Connection, calls: Mail) -> None:
        self._database = database
        self._connection = connection
        self._tasks = Tasks()
        self._stored = asyncio.Semaphore(0)
        senses = Senses(seeding.now, time.monotonic, asyncio.sleep, random.random)
        spawns = self._tasks.spawn, self._tasks.spawn_repeatable
        self._sending = Sending(database, calls, senses, *spawns, self._step)

    def _step(self, name: str) -> None:
        if name == "stored":
            self._stored.release()

    async def tell_to_go(self, numbers: range, after: timedelta) -> None:
        """Answers to these letters of the portal are on disk."""

        def change(tx: Transaction) -> None:
            for number in numbers:
                seeding.tell_to_go(tx, self._connection, number, after)

        await self._database.write(change)

    def start(self) -> None:
        """The loop runs from now on."""
        self._tasks.start("outbox", lambda stop: unless_stopped(stop, self._sending.run(stop)))

    async def sent(self, count: int) -> None:
        """Until the answers to so many further letters are on disk."""
        async with asyncio.timeout(PATIENCE):
            for _ in range(count):
                await self._stored.acquire()

    async def stop(self) -> None:
        """Ends the loop."""
        await self._tasks.stop(1.0)


@asynccontextmanager
async def outbox(server: ServerSide, held: int = 0) -> AsyncIterator[Outbox]:
    """An outbox in which nothing goes but what is told to; `held` letters wait for tomorrow."""
    webhook = await webhook_at(server)
    with tempfile.TemporaryDirectory() as folder:
        async with (
            seeding.database(Path(folder), new_key()) as database,
            client(webhook, NO_LIMIT) as (calling, _),
        ):
            connection = await database.write(lambda tx: seeding.settle(tx, OWNER, webhook))
            opened = Outbox(database, connection, Mail(calling))
            await opened.tell_to_go(range(FIRST, FIRST + held), LATER)
            try:
                yield opened
            finally:
                await opened.stop()


async def outbox_speed() -> list[Row]:
    """From the loop's start until the last answer is on disk."""
    async with server_side() as server, outbox(server) as sending:
        numbers = range(FIRST, FIRST + LETTERS)
        await server.play("letters", first=FIRST, count=LETTERS)
        await sending.tell_to_go(numbers, AT_ONCE)
        async with server.watched() as load:
            began = time.perf_counter()
            sending.start()
            await sending.sent(LETTERS)
            seconds = time.perf_counter() - began
    what = f"Outbox, {LETTERS} letters due at once, portal without a limit"
    return [Row(what, f"{LETTERS / seconds:.0f} letters a second", server_share=load.share)]


async def held_rows() -> list[Row]:
    """How long a letter takes while others are held: from the commit that tells it to go."""
    return [await _beside(held) for held in HELD]


async def _beside(held: int) -> Row:
    async with server_side() as server, outbox(server, held) as sending:
        await server.play("letters", first=FIRST, count=SINGLE)
        before = Program.own().megabytes
        sending.start()
        waits = []
        async with server.watched() as load:
            for number in range(FIRST, FIRST + SINGLE):
                began = time.perf_counter()
                await sending.tell_to_go(range(number, number + 1), AT_ONCE)
                await sending.sent(1)
                waits.append(time.perf_counter() - began)
        grown = Program.own().megabytes - before
    return Row(
        f"A letter that goes while {held:,} are held",
        f"{median(waits) * 1000:.1f} ms, memory {grown:+.1f} MB",
        server_share=load.share,
    )
