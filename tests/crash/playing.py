"""Plays one letter to its end: faults at the portal, and the program killed at one of its steps."""

import shutil
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TypeVar, cast

from mail.sending import Sending
from storage import connections, portals
from storage.database import Database, Reading, Transaction
from storage.records.outbox import ENDED, OutboxRow, OutboxState
from tests.crash.ledger import Fault, Ledger
from tests.integration.mail.room import ANNA, CONNECTION, UNDO, Room

HOST, REPLY = "acme.example", "mail.message.reply"
TURNS = 400  # more than any letter takes
NEEDS_A_PERSON = (OutboxState.UNKNOWN, OutboxState.BLOCKED, OutboxState.EXPIRED)
DID_NOT_LEAVE = (
    OutboxState.REJECTED,
    OutboxState.CANCELLED,
    OutboxState.BLOCKED,
    OutboxState.DEFERRED,
    OutboxState.EXPIRED,
)

T = TypeVar("T")


class Crash(BaseException):
    """The program is gone, between one step and the next."""


class OneTurn:
    """Asks the loop to stop after its first turn."""

    def __init__(self) -> None:
        self._turns = 0

    @property
    def asked(self) -> bool:
        self._turns += 1
        return self._turns > 1


class Breakable:
    """The database, with a place to crash before and after every commit."""

    def __init__(self, database: Database, tick: Callable[[], None]) -> None:
        self._database = database
        self._tick = tick
        self._rings: list[Callable[[], None]] = []

    async def write(self, change: Callable[[Transaction], T]) -> T:
        self._tick()
        answer = await self._database.write(change)
        self._tick()
        return answer

    async def read(self, look: Callable[[Reading], T]) -> T:
        return await self._database.read(look)

    def on_wake(self, _topic: str, callback: Callable[[], None]) -> None:
        self._rings.append(callback)

    def ring(self) -> None:
        for callback in self._rings:
            callback()


@dataclass(frozen=True)
class Game:
    """What goes wrong: faults of the calls, the step at which the program dies, and the context."""

    faults: tuple[Fault, ...]
    crash_at: int | None
    keeps_keys: bool
    shows_copies: bool
    swaps_webhook: bool = False
    sleeps: timedelta = timedelta(0)


@dataclass(frozen=True)
class Outcome:
    """How it ended. `steps`: how many places to crash there were."""

    state: OutboxState
    left: int
    hole: bool
    steps: int

    @property
    def doubled(self) -> bool:
        """More than one letter for one press of Send, beside the one documented hole."""
        return self.left > 1 and not self.hole

    @property
    def lied(self) -> bool:
        """Said "sent" without a letter, or "not sent" with one."""
        if self.state is OutboxState.SENT:
            return self.left == 0
        return self.state in DID_NOT_LEAVE and self.left > 0

    @property
    def stuck(self) -> bool:
        return self.state not in (*ENDED, *NEEDS_A_PERSON)


async def prepare(path: Path) -> None:
    """A database in which one letter was told to go."""
    room = Room(path)
    await room.open()
    await room.settle()
    await room.told_to_go()
    await room.close()


class Player:
    """Plays games over copies of one prepared file; `portal` may be another client of it."""

    def __init__(
        self,
        template: Path,
        folder: Path,
        portal: type[Ledger] = Ledger,
    ) -> None:
        self._template = template
        self._path = folder / "game.db"
        self._portal = portal

    def _set_up(self) -> None:
        for end in ("", "-wal", "-shm"):
            Path(f"{self._path}{end}").unlink(missing_ok=True)
        shutil.copy(self._template, self._path)

    async def play(self, game: Game) -> Outcome:
        self._set_up()
        room = Room(self._path)
        room.clock.move_on(timedelta(seconds=1) + UNDO)
        ledger = self._portal(
            room.clock,
            game.faults,
            keeps_keys=game.keeps_keys,
            shows_copies=game.shows_copies,
        )
        room.portal = ledger
        await room.open()
        if game.keeps_keys:
            await room.database.write(
                lambda tx: portals.learn_idempotency(tx, HOST, REPLY, "proven")
            )
        counter = _Counter(game.crash_at)
        try:
            await _to_the_end(room, game, counter)
            row = await room.row()
        finally:
            await room.close()
        return Outcome(row.state, len(ledger.left), ledger.hole, counter.count)


class _Counter:
    def __init__(self, crash_at: int | None) -> None:
        self._crash_at = crash_at
        self.count = 0

    def tick(self, _name: str = "") -> None:
        self.count += 1
        if self.count == self._crash_at:
            raise Crash


async def _to_the_end(room: Room, game: Game, counter: _Counter) -> None:
    disturb: Callable[[], Awaitable[None]] | None = _disturbance(room, game)
    loop = _Loop(room, counter)
    for _turn in range(TURNS):
        try:
            await loop.turn()
        except Crash:
            await room.close()
            await room.open()
            loop = _Loop(room, counter)
            await loop.sending.recover()
        row = await room.row()
        if _is_over(row):
            return
        if disturb is not None and row.attempts:
            await disturb()
            disturb = None
        room.clock.move_on(timedelta(seconds=20))


def _is_over(row: OutboxRow) -> bool:
    return row.state in (*ENDED, *NEEDS_A_PERSON)


def _disturbance(room: Room, game: Game) -> Callable[[], Awaitable[None]]:
    def swap(tx: Transaction) -> None:
        found = connections.find(tx, ANNA, CONNECTION)
        assert found is not None
        connections.save(tx, replace(found, address=replace(found.address, code="an0ther")))

    async def disturb() -> None:
        room.clock.move_on(game.sleeps)
        if game.swaps_webhook:
            await room.database.write(swap)

    return disturb


class _Loop:
    """One process: the real loop of the outbox, one turn at a time."""

    def __init__(self, room: Room, counter: _Counter) -> None:
        self._spawned: list[Coroutine[object, object, None]] = []
        self._database = Breakable(room.database, counter.tick)
        self.sending = Sending(
            cast("Database", self._database),  # it has the methods that are called
            room.portal,
            room.senses,
            self._spawn,
            counter.tick,
        )

    def _spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        self._spawned.append(work)

    async def turn(self) -> None:
        self._database.ring()
        await self.sending.run(OneTurn())
        works, self._spawned[:] = list(self._spawned), []
        try:
            while works:
                await works.pop(0)
        finally:
            for work in works:
                work.close()
