"""Three processes send from one database while they are killed and stopped at random.

    python -m tests.crash.three_processes '{"folder": …, "letters": …, "waits": {…}, …}'

Prints what the portal's ledger holds of each letter. The loop, the file and the client are those
that ship; the portal is the sandbox's, in a process of its own. Everything is forked from one
process that has imported it and opened nothing.
"""

import asyncio
import hashlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bitrix24.client import Client
from bitrix24.limiter import Limiter
from bitrix24.methods import Mail
from bitrix24.rates import PortalRates
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortal, TrustedPortals
from mail.ports import Senses
from mail.sending import Sending
from mail.waits import WAITS, Waits
from sandbox.running import Sandbox
from storage import connections, drafts, outbox, portals
from storage.database import Database, Reading, Transaction
from storage.errors import StorageUnavailable
from storage.migrations import migrations
from storage.records.connections import Address
from storage.records.outbox import ENDED, OutboxState
from storage.sealing import SecretKeys
from tests.integration.mail.room import ANNA, CONNECTION, Room

WORKERS = 3
KEYS = [b"k" * 32]
REPLY = "mail.message.reply"
QUICK = 0.03  # seconds that most calls run at the portal


@dataclass(frozen=True)
class Plan:
    """`every`: seconds between two letters' times; `waits`: the outbox's, in seconds by name.

    `slow`: how long some calls run at the portal, and `chance` how many of them. `seconds` at most
    are given to all of it.
    """

    folder: str
    letters: int
    every: float
    seconds: float
    waits: dict[str, float]
    slow: float
    chance: float
    seed: int = 0

    @property
    def database(self) -> Path:
        return Path(self.folder, "bot.db")

    @property
    def port_file(self) -> Path:
        return Path(self.folder, "port")

    @property
    def ledger_file(self) -> Path:
        return Path(self.folder, "ledger.json")

    @property
    def shorter(self) -> Waits:
        given: dict[str, Any] = {name: timedelta(seconds=s) for name, s in self.waits.items()}
        return replace(WAITS, **given)

    @property
    def port(self) -> int:
        return int(self.port_file.read_text())


# The portal.


async def be_portal(plan: Plan) -> None:
    sandbox = Sandbox()
    portal = sandbox.portal
    portal.idempotency, portal.sent_copies = "active", "never"
    dice = random.Random(plan.seed)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with sandbox:
        plan.port_file.with_suffix(".new").write_text(sandbox.portal_url.rpartition(":")[2])
        plan.port_file.with_suffix(".new").rename(plan.port_file)
        while not ended.is_set():
            portal.write_seconds = plan.slow if dice.random() < plan.chance else QUICK
            await asyncio.sleep(QUICK)
        left = [run.key for run in portal.runs if run.sent is not None]
        overlaps = sum(run.overlapped for run in portal.runs)
        plan.ledger_file.write_text(json.dumps({"left": left, "overlaps": overlaps}))


# The letters.


async def tell_letters_to_go(plan: Plan) -> None:
    """The first is written as people do; the others are the same under keys of their own."""
    room = Room(plan.database)
    room.clock.now = datetime.now(UTC)
    await room.open()
    await room.settle()
    first = await room.told_to_go()
    start = datetime.now(UTC) + timedelta(seconds=0.5)

    def fill(tx: Transaction) -> None:
        found = connections.find(tx, ANNA, CONNECTION)
        draft = drafts.find(tx, ANNA, first.draft)
        assert found is not None
        assert draft is not None
        webhook = Sandbox().portal.webhooks["active"]
        address = Address("http", "127.0.0.1", plan.port, "", webhook.employee.id, webhook.code)
        connections.save(tx, replace(found, address=address, guarded=False))
        portals.learn_idempotency(tx, address.label, REPLY, "proven")
        outbox.move(tx, first, OutboxState.CANCELLED)
        sender = b"support@linden-print.example"
        body = first.body.replace(b"support@acme.example", sender)
        for number in range(plan.letters):
            name = f"{number:016d}"
            drafts.save(tx, replace(draft, id=f"d{name[1:]}"))
            row = replace(
                first,
                id=f"r{name[1:]}",
                draft=f"d{name[1:]}",
                idempotency_key=f"key-{number}",
                body=body,
                body_sha256=hashlib.sha256(body).hexdigest(),
                due_at=start + timedelta(seconds=number * plan.every),
            )
            outbox.add(tx, row)

    await room.database.write(fill)
    await room.close()


# A worker.


async def be_worker(plan: Plan) -> None:
    """Sends until it is killed."""
    database = await Database.open(
        plan.database, SecretKeys(KEYS), migrations, clock=lambda: datetime.now(UTC)
    )
    answer = plan.shorter.answer.total_seconds()
    portal = Mail(
        Client(
            Sessions(TrustedPortals((TrustedPortal("127.0.0.1", plan.port),))),
            clock=lambda: datetime.now(UTC),
            user_agent="test",
            limiter=Limiter(PortalRates.read("127.0.0.1=10000/1000")),
            connect_seconds=answer,
            read_seconds=answer,
            send_seconds=answer,
        )
    )
    senses = Senses(lambda: datetime.now(UTC), time.monotonic, asyncio.sleep, random.random)
    async with asyncio.TaskGroup() as group:

        def spawn(name: str, work: Coroutine[object, object, None]) -> None:
            group.create_task(_patient(work), name=name)

        sending = Sending(database, portal, senses, spawn, spawn, lambda _step: None, plan.shorter)
        while True:
            await _patient(sending.run(_Never()))


async def _patient(work: Coroutine[object, object, None]) -> None:
    """A stopped process may hold the lock; the program's tasks are started again, too."""
    with suppress(StorageUnavailable):
        await work


class _Never:
    asked = False


# The one that kills.


class Conductor:
    """Kills and stops workers until every letter has ended or waits for a person."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._dice = random.Random(plan.seed)
        self._workers = [self._fork() for _ in range(WORKERS)]
        self.kills = self.stops = 0

    def conduct(self) -> None:
        until = time.monotonic() + self._plan.seconds
        while time.monotonic() < until and not self._is_over():
            time.sleep(self._dice.uniform(0.05, 0.25))
            which = self._dice.randrange(WORKERS)
            if self._dice.random() < 0.33:
                self._kill(which)
            else:
                self._stop(which)
        for pid in self._workers:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def _fork(self) -> int:
        return fork(be_worker(self._plan))

    def _kill(self, which: int) -> None:
        os.kill(self._workers[which], signal.SIGKILL)
        os.waitpid(self._workers[which], 0)
        self._workers[which] = self._fork()
        self.kills += 1

    def _stop(self, which: int) -> None:
        """From a moment to longer than a lease; the others go on."""
        pid = self._workers[which]
        os.kill(pid, signal.SIGSTOP)
        longest = self._plan.shorter.lease("127.0.0.1").total_seconds() * 1.3
        time.sleep(self._dice.choice((0.02, 0.1, 0.3, longest)))
        os.kill(pid, signal.SIGCONT)
        self.stops += 1

    def _is_over(self) -> bool:
        return all(state in _OVER for state in states(self._plan).values())


_OVER = {state.value for state in (*ENDED, OutboxState.UNKNOWN)}


def states(plan: Plan) -> dict[str, str]:
    """How each letter stands, by its key."""

    async def look() -> dict[str, str]:
        database = await Database.open(
            plan.database, SecretKeys(KEYS), migrations, clock=lambda: datetime.now(UTC)
        )

        def rows(tx: Reading) -> dict[str, str]:
            found = tx.rows("SELECT idempotency_key, state FROM outbox WHERE id LIKE 'r%'")
            return {row["idempotency_key"]: row["state"] for row in found}

        try:
            return await database.read(rows)
        finally:
            await database.close()

    return asyncio.run(look())


def fork(work: Coroutine[object, object, None]) -> int:
    """A process that does this and nothing else."""
    pid = os.fork()
    if pid:
        work.close()
        return pid
    try:
        asyncio.run(work)
    finally:
        os._exit(1 if sys.exc_info()[0] else 0)


def main() -> None:
    plan = Plan(**json.loads(sys.argv[1]))
    portal = fork(be_portal(plan))
    try:
        while not plan.port_file.exists():
            time.sleep(0.01)
        _, status = os.waitpid(fork(tell_letters_to_go(plan)), 0)
        assert status == 0, "the letters could not be made"
        conductor = Conductor(plan)
        conductor.conduct()
    finally:
        os.kill(portal, signal.SIGTERM)
        os.waitpid(portal, 0)
    ledger = json.loads(plan.ledger_file.read_text())
    told = {
        "kills": conductor.kills,
        "stops": conductor.stops,
        "left": ledger["left"],
        "overlaps": ledger["overlaps"],
        "states": states(plan),
    }
    print(json.dumps(told))  # noqa: T201  (the test reads it)


if __name__ == "__main__":
    main()
