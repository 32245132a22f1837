"""Plays one letter to its end: faults at the portal, and the program killed at one of its steps."""

import sqlite3
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, cast

from mail.decisions import Decision
from mail.ports import Portal
from mail.sending import Sending
from storage import connections, earlier, outbox, outbox_lists, outbox_queue, portals
from storage.database import Database, Transaction
from storage.records.outbox import Earlier, OutboxRow, OutboxState, Why
from storage.sealing import SecretKeys
from tests.crash.deciding import Again, Decider
from tests.crash.games import Break, Game, Meanwhile, Outcome, is_over
from tests.crash.ledger import Ledger
from tests.crash.rows import Rows, Stops, in_memory
from tests.crash.screen import Screen
from tests.integration.mail.room import ANNA, CONNECTION, UNDO, Room

REPLY = "mail.message.reply"
TURNS = 100  # more than any letter takes
LONG = timedelta(hours=30)
AN_HOUR = timedelta(hours=1)  # any call is over by then, and its key is still known
MOMENT = timedelta(seconds=1)  # longer than any card waits on purpose


class Crash(BaseException):
    """The program is gone, between one step and the next."""


async def prepare(path: Path) -> sqlite3.Connection:
    """A database in which one letter was told to go."""
    room = Room(path)
    await room.open()
    await room.settle()
    await room.told_to_go()
    await room.close()
    return in_memory(path)


class Player:
    """Plays games over copies of one prepared database; `portal` may be another client of it."""

    def __init__(self, prepared: sqlite3.Connection, portal: type[Ledger] = Ledger) -> None:
        self._prepared = prepared
        self._portal = portal

    async def play(self, game: Game) -> Outcome:
        room = Room(Path("in memory"), messages=1000)
        room.clock.move_on(MOMENT + UNDO)
        ledger = self._portal(
            room.clock,
            game.faults,
            keeps_keys=game.keeps_keys,
            shows_copies=game.shows_copies,
        )
        rows = Rows(self._prepared, SecretKeys([b"k" * 32]), room.clock)
        room.portal = ledger
        room.database = cast("Database", rows)  # it has the methods that are called
        rows.write_now(lambda tx: _furnish(tx, game))
        try:
            return await Play(game, room, rows, ledger).to_the_end()
        finally:
            await rows.close()


def _furnish(tx: Transaction, game: Game) -> None:
    found = connections.find(tx, ANNA, CONNECTION)
    assert found is not None
    connections.save(tx, replace(found, address=replace(found.address, host=game.host)))
    if game.keeps_keys:
        portals.learn_idempotency(tx, game.host, REPLY, "proven")


def _swap(tx: Transaction) -> None:
    found = connections.find(tx, ANNA, CONNECTION)
    assert found is not None
    connections.save(tx, replace(found, address=replace(found.address, code="an0ther")))


class Played(Protocol):
    """A portal that letters are played against, and what is known of it beside its answers."""

    failed_at: datetime | None
    hole: bool

    @property
    def left(self) -> Sequence[tuple[str, str]]: ...

    def crashed(self) -> None: ...

    def show_copies(self, most: int) -> None: ...

    def was_stored(self) -> None: ...


@dataclass
class Play:
    """One game; each turn is one of the real loop."""

    game: Game
    room: Room
    rows: Rows
    ledger: Played
    steps: int = 0
    lies: list[str] = field(default_factory=list)
    spawned: list[Coroutine[object, object, None]] = field(default_factory=list)
    blind: bool = False  # a letter went out, and what was in its thread before was not stored

    def __post_init__(self) -> None:
        self._before = self._shown = 0
        self._decider = Decider(self.rows, self.game.again)
        self._screen = Screen(self.room, self.rows)
        self._disturbed = self.game.meanwhile is Meanwhile.NOTHING
        self._began = self.room.clock.now
        self._start()

    def _start(self) -> None:
        self._sending = Sending(
            cast("Database", Stops(self.rows, self._tick, self._stored)),
            cast("Portal", self.ledger),
            self.room.senses,
            lambda _name, work: self.spawned.append(work),
            lambda _name, work: self.spawned.append(work),
            lambda _name: self._tick(),
        )

    async def to_the_end(self) -> Outcome:
        for _turn in range(TURNS):
            try:
                await self._turn()
            except Crash:
                await self._restart()
            row = await self._decided(self.rows.read_now(Screen.find))
            if is_over(row.state):
                break
            self._disturb(row)
            self._show_first_copy(row)
            await self._wait()
        return await self._outcome()

    async def _decided(self, row: OutboxRow) -> OutboxRow:
        """The row as it is once the person has pressed what they press now."""
        while (decision := self._decider.wants(row)) is not None:
            self.room.clock.now += MOMENT
            await self._look_at_screen()
            left = len(self.ledger.left)
            if await self._decider.press(row, decision) and decision is Decision.SEND_AGAIN:
                self._before, self._began = left, self.room.clock.now
                if self.game.again is Again.LATE_COPY:
                    self.ledger.show_copies(left)
            row = self.rows.read_now(Screen.find)
        return row

    async def _turn(self) -> None:
        self.rows.ring(outbox.WAKE)
        await self._sending.run(OneTurn())
        try:
            while self.spawned:
                await self.spawned.pop(0)
        finally:
            for work in self.spawned:
                work.close()
            self.spawned.clear()

    async def _restart(self) -> None:
        self.ledger.crashed()
        self.rows.forget_listeners()
        self._start()
        await self._sending.recover()
        self._screen.restart()

    def _tick(self) -> None:
        self.steps += 1
        if self.steps != self.game.break_at:
            return
        match self.game.breaks:
            case Break.KILLED:
                raise Crash
            case Break.ASLEEP:
                self.room.clock.jump(AN_HOUR)
            case Break.STOPPED:
                self.room.clock.move_on(AN_HOUR)
        self._began = self.room.clock.now

    def _stored(self) -> None:
        """After each commit: nothing that could be shown now is a lie."""
        row = self.rows.read_now(Screen.find)
        if row.state is not OutboxState.SENDING:
            self.ledger.was_stored()
        self.blind = self.blind or (row.first_wire_at is not None and row.baseline is None)
        self.lies += self._screen.lies_now(row, len(self.ledger.left), self._before)
        self.lies += self._called_in_vain(row)

    def _disturb(self, row: OutboxRow) -> None:
        if self._disturbed or not row.attempts:
            return
        self._disturbed = True
        match self.game.meanwhile:
            case Meanwhile.OTHER_WEBHOOK:
                self.rows.write_now(_swap)
            case Meanwhile.ASLEEP:
                self.room.clock.jump(LONG)
            case Meanwhile.STOPPED:
                self.room.clock.move_on(LONG)
        self._began = self.room.clock.now

    def _show_first_copy(self, row: OutboxRow) -> None:
        if self.game.again is Again.LATER_COPY and self._decider.sent_again and row.attempts:
            self.ledger.show_copies(self._before - self._shown)
            self._shown = self._before

    async def _wait(self) -> None:
        """Until the next row wants something; what is due meanwhile is shown."""
        at = self.rows.read_now(outbox_queue.next_time)
        self.room.clock.now += MOMENT
        await self._look_at_screen()
        if at is not None and at > self.room.clock.now:
            self.room.clock.now = at

    async def _look_at_screen(self) -> None:
        await self._screen.refresh()
        self.lies += self._screen.lies(len(self.ledger.left), self._before)

    async def _outcome(self) -> Outcome:
        ended = self.room.clock.now
        self.room.clock.now += MOMENT
        await self._look_at_screen()
        row = self.rows.read_now(Screen.find)
        return Outcome(
            row.state,
            len(self.ledger.left),
            self.ledger.hole,
            self.steps,
            ended - self._reachable_since(),
            (*self.lies, *self._found_in_vain()),
            is_over(row.state) and self._screen.ended_well(row),
            self.blind,
            self._before,
            row.why is Why.FIRST_LEFT,
        )

    def _called_in_vain(self, row: OutboxRow) -> list[str]:
        """A letter that goes although the first one, with the same bytes, is known to be there."""
        if row.state is not OutboxState.SENDING or not self._decider.sent_again:
            return []
        known = self.rows.read_now(lambda tx: earlier.of_row(tx, row))
        return [f"called: {row.id}"] if known is Earlier.LEFT else []

    def _found_in_vain(self) -> list[str]:
        """Letters that were taken for found, although another call left what was seen."""
        keys = {key for key, _code in self.ledger.left}
        rows = self.rows.read_now(lambda tx: outbox_lists.in_state(tx, OutboxState.SENT))
        found = [row for row in rows if row.why in (Why.THREAD, Why.FIRST_LEFT)]
        return [f"found: {row.id}" for row in found if row.idempotency_key not in keys]

    def _reachable_since(self) -> datetime:
        return max(self._began, self.ledger.failed_at or self._began)


class OneTurn:
    """Asks the loop to stop after its first turn."""

    def __init__(self) -> None:
        self._turns = 0

    @property
    def asked(self) -> bool:
        self._turns += 1
        return self._turns > 1
