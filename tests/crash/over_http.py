"""The same games over HTTP: the shipped client, and the sandbox's portal with its own faults."""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from bitrix24.client import Client
from bitrix24.limiter import Limiter
from bitrix24.methods import Got, Mail
from bitrix24.models import Sent, ThreadLetter
from bitrix24.rates import PortalRates
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook
from sandbox.faults import Fault
from sandbox.running import Sandbox
from storage import connections, portals
from storage.database import Database, Transaction
from storage.records.connections import Account, Address, Mailbox, Sender
from storage.sealing import SecretKeys
from tests.crash.games import OWN, Game, Outcome
from tests.crash.playing import MOMENT, REPLY, Play
from tests.crash.rows import Rows, in_memory
from tests.integration.mail.room import ANNA, CONNECTION, UNDO, Room
from tests.integration.mail.scripted_portal import ScriptedPortal

SUPPORT = "support@linden-print.example"
PATIENCE = 0.1  # seconds that the client waits for a portal that does not answer
NO_LIMIT = "127.0.0.1=10000/1000"

Spoil = Callable[[Sandbox], Fault | None]


class Observed:
    """The portal as the client sees it, and what the sandbox wrote down of it."""

    def __init__(self, mail: Mail, sandbox: Sandbox, clock: Callable[[], datetime]) -> None:
        self._mail = mail
        self._sandbox = sandbox
        self._clock = clock
        self.failed_at: datetime | None = None
        self.hole = False  # the sandbox remembers whatever it has done, so there is none

    @property
    def left(self) -> list[tuple[str, str]]:
        runs = self._sandbox.portal.runs
        return [(run.key or "", run.webhook_code) for run in runs if run.sent is not None]

    async def turn(self, webhook: Webhook, method: str) -> None:
        await self._mail.turn(webhook, method)

    async def thread(
        self, webhook: Webhook, letter_number: int, *, limit: int = 50
    ) -> Got[tuple[ThreadLetter, ...]]:
        return await self._mail.thread(webhook, letter_number, limit=limit)

    async def send(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Got[Sent]:
        self.failed_at = self._clock()
        return await self._mail.send(webhook, method, body, idempotency_key)

    def crashed(self) -> None:
        return None

    def show_copies(self, most: int) -> None:
        return None

    def was_stored(self) -> None:
        return None


@asynccontextmanager
async def opened(room: Room, rates: str = NO_LIMIT) -> AsyncIterator[tuple[Sandbox, Mail]]:
    """A portal on loopback that lives by the played clock, and the client for it."""

    async def pass_by(seconds: float) -> None:
        room.clock.move_on(timedelta(seconds=seconds))

    limiter = Limiter(PortalRates.read(rates), clock=room.clock.monotonic, sleep=pass_by)
    async with Sandbox(clock=room.clock) as sandbox:
        hosts = f"{sandbox.portal_host},{sandbox.new_portal_host}"
        sessions = Sessions(TrustedPortals.read(hosts))
        client = Client(
            sessions,
            clock=room.clock,
            user_agent="test",
            limiter=limiter,
            connect_seconds=PATIENCE,
            read_seconds=PATIENCE * 20,
            send_seconds=PATIENCE,
        )
        try:
            yield sandbox, Mail(client)
        finally:
            await sessions.close()


async def prepare(path: Path) -> sqlite3.Connection:
    """A letter of the sandbox's company that was told to go, looked up by the shipped client."""
    room = Room(path)
    await room.open()
    await room.settle()
    async with opened(room) as (sandbox, mail):
        await room.database.write(lambda tx: _connect(tx, sandbox))
        room.portal = cast("ScriptedPortal", mail)
        room.lookups = room.new_lookups()
        await room.told_to_go()
    await room.close()
    return in_memory(path)


async def play(
    prepared: sqlite3.Connection, game: Game, spoil: Spoil, rates: str = NO_LIMIT
) -> Outcome:
    """How it ended. Time is played and the wire is not, so a call that hangs does so for hours."""
    room = Room(Path("in memory"), messages=1000)
    room.clock.move_on(MOMENT + UNDO)
    rows = Rows(prepared, SecretKeys([b"k" * 32]), room.clock)
    room.database = cast("Database", rows)
    async with opened(room, rates) as (sandbox, mail):
        portal = sandbox.portal
        portal.idempotency = "active" if game.keeps_keys else "ignored"
        portal.sent_copies = "at once" if game.shows_copies else "never"
        rows.write_now(lambda tx: _connect(tx, sandbox))
        if game.keeps_keys:
            label = sandbox.portal_host
            rows.write_now(lambda tx: portals.learn_idempotency(tx, label, REPLY, "proven"))
        fault = spoil(sandbox)
        observed = Observed(mail, sandbox, room.clock)
        outcome = await Play(replace(game, host=OWN), room, rows, observed).to_the_end()
        assert fault is None or fault.used == 1 or game.break_at, "it struck"
        sandbox.faults.off()
    await rows.close()
    return outcome


def _connect(tx: Transaction, sandbox: Sandbox) -> None:
    found = connections.find(tx, ANNA, CONNECTION)
    assert found is not None
    hook = sandbox.portal.webhooks["active"]
    port = int(sandbox.portal_host.rpartition(":")[2])
    address = Address("http", "127.0.0.1", port, "", hook.employee.id, hook.code)
    account = Account("Anna Berg", "", (Mailbox(3, SUPPORT),), (Sender(SUPPORT, "Support"),))
    connections.save(tx, replace(found, address=address, account=account))
