"""Sends what the outbox holds: claims a row, goes over the wire once, and stores what is known.

A row is `sending` on disk before the socket opens, so a stop at any moment leaves either a letter
that certainly did not leave, or one that is looked for before anything else is done about it.
"""

import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from bitrix24.errors import Busy, PortalError
from mail import wire_results
from mail.bell import Bell
from mail.clock_watch import ClockWatch
from mail.looks_after import LooksAfter
from mail.looks_before import LooksBefore, Passed
from mail.outbox_changes import SIGN, cancel, expire, show_state
from mail.ports import Portal, Senses, Spawn, Step, Stop
from mail.scenes import SLOW
from mail.waits import WAITS, Waits
from mail.webhooks import webhook_of
from storage import (
    clock_jumps,
    connections,
    drafts,
    earlier,
    outbox,
    outbox_claims,
    outbox_lists,
    outbox_queue,
)
from storage.database import Database, Reading, Transaction
from storage.errors import StorageUnavailable
from storage.records.connections import Connection
from storage.records.drafts import Draft
from storage.records.outbox import OutboxRow, OutboxState, Why

IDLE_SECONDS = 5.0  # how long to sleep when nothing is due and nobody rings
STORE_AGAIN = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between tries to store an answer

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ready:
    """The guard lets a letter go, and its turn has come."""

    connection: Connection
    passed: Passed


class Sending:
    """The loop of the outbox. `step` is told each step just made.

    What comes before a letter's claim is repeatable: a stop cuts it off, and nothing has left.
    """

    def __init__(
        self,
        database: Database,
        portal: Portal,
        senses: Senses,
        spawn: Spawn,
        spawn_repeatable: Spawn,
        step: Step,
        waits: Waits = WAITS,
    ) -> None:
        self._database = database
        self._portal = portal
        self._senses = senses
        self._spawn = spawn
        self._spawn_repeatable = spawn_repeatable
        self._step = step
        self._waits = waits
        self._before = LooksBefore(database, portal, senses.clock)
        self._after = LooksAfter(database, portal, senses, waits, step)
        self._watch = ClockWatch(senses.clock, senses.monotonic)
        self._busy: set[str] = set()
        self._bell = Bell()
        database.on_wake(outbox.WAKE, self._bell.ring)

    async def recover(self) -> None:
        """At start, by the only process that sends: what was on its way has lost its answer."""

        def change(tx: Transaction) -> None:
            clock_jumps.settle_at_start(tx)
            for row in outbox_lists.in_state(tx, OutboxState.SENDING):
                wire_results.lose(tx, row, self._waits, Why.RESTART)

        await self._database.write(change)

    async def run(self, stop: Stop) -> None:
        """Starts a task for each row whose time has come."""
        while not stop.asked:
            if self._watch.jumped():
                await self._database.write(clock_jumps.settle)
            to_send, to_look_for = await self._database.write(self._agenda)
            for row in to_send:
                self._start(row, self._spawn_repeatable, self._make_ready(row))
            for row in to_look_for:
                self._start(row, self._spawn, self._look_for(row))
            await self._bell.wait(await self._seconds_to_next())

    def _start(
        self, row: OutboxRow, spawn: Spawn, work: Coroutine[object, object, _Ready | None]
    ) -> None:
        if row.id in self._busy:
            work.close()
            return
        self._busy.add(row.id)
        spawn(f"send {row.id}", self._alone(row, work))

    async def _alone(self, row: OutboxRow, work: Coroutine[object, object, _Ready | None]) -> None:
        ready = None
        try:
            ready = await work
        finally:
            self._busy.discard(row.id)
            if ready is None:
                self._bell.ring()
        if ready is not None:
            self._start(row, self._spawn, self._send(row, ready))

    def _agenda(self, tx: Transaction) -> tuple[tuple[OutboxRow, ...], tuple[OutboxRow, ...]]:
        """What is to be sent, and what is to be looked for; what is in hand is left alone."""
        for row in outbox_queue.lapsed(tx):
            wire_results.lose(tx, row, self._waits, Why.NOTHING)
        for row in outbox_queue.due(tx):
            queued = outbox.move(tx, row, OutboxState.QUEUED, failure=row.failure, quiet=row.waits)
            if queued and not row.waits:
                show_state(tx, row, None, after=SLOW)
        for row in outbox_queue.overdue(tx, tx.now - self._waits.expire):
            expire(tx, row)
        for row in outbox_queue.to_remind_of(tx):
            wire_results.remind(tx, row, self._waits)
        return outbox_queue.queued(tx, but=self._busy), outbox_queue.to_look_for(tx)

    async def _seconds_to_next(self) -> float:
        at = await self._database.read(outbox_queue.next_time)
        if at is None:
            return IDLE_SECONDS
        return min(max((at - self._senses.clock()).total_seconds(), 0.01), IDLE_SECONDS)

    async def _make_ready(self, row: OutboxRow) -> _Ready | None:
        """What comes before a letter's first call: guard and turn. None: it does not go now."""
        found = await self._found(row)
        if found is None:
            return None
        connection, draft = found
        try:
            passed = await self._before.look(row, connection, draft)
            if passed is None:
                return None
            self._step("guarded")
            await self._portal.turn(webhook_of(connection.address), row.method)
        except PortalError as error:
            await self._store(
                partial(
                    wire_results.hold_back,
                    row=row,
                    error=error,
                    waits=self._waits,
                    put_off=self._put_off,
                )
            )
            return None
        return _Ready(connection, passed)

    async def _send(self, row: OutboxRow, ready: _Ready) -> None:
        """The first call of a letter that may go, and whose turn it is."""
        connection, passed = ready.connection, ready.passed
        began = self._senses.monotonic()
        claimed = await self._database.write(lambda tx: self._claim(tx, row, connection, passed))
        if claimed is not None:
            await self._wire(claimed, connection, began)

    async def _look_for(self, row: OutboxRow) -> None:
        """A letter that may have left: looked for, and repeated only where that is safe."""
        repeat = await self._after.look(row)
        if repeat is not None:
            await self._wire(repeat.row, repeat.connection, repeat.began)

    async def _wire(self, row: OutboxRow, connection: Connection, began: float) -> None:
        """One call with exactly the stored bytes; `row` is `sending`, and ours since `began`."""
        self._step("sending")
        if self._held_up(row, began, connection):
            await self._store(partial(wire_results.step_back, row=row))
            return
        webhook = webhook_of(connection.address)
        try:
            got = await self._portal.send(webhook, row.method, row.body, row.idempotency_key)
        except PortalError as error:
            self._step("failed")
            await self._store(
                partial(
                    wire_results.fail,
                    row=row,
                    connection=connection,
                    error=error,
                    waits=self._waits,
                    put_off=self._put_off,
                )
            )
            _log.warning("outbox %s: %s", row.id, error)
        else:
            self._step("answered")
            await self._store(partial(wire_results.accept, row=row, connection=connection, got=got))
            _log.info("outbox %s: sent", row.id)
            if wire_results.is_unprotected(row, got):
                _log.warning("outbox %s: the portal took its repeated call for a first one", row.id)
            if got.learned.replayed and not row.replays:
                _log.error(
                    "outbox %s: the portal says of its first call that it is a repeat", row.id
                )
        self._step("stored")

    async def _found(self, row: OutboxRow) -> tuple[Connection, Draft | None] | None:
        """Whose mail it goes through; None: it can never leave, and is cancelled."""

        def look(tx: Reading) -> tuple[Connection | None, Draft | None]:
            connection = connections.find(tx, row.owner, row.connection)
            return connection, drafts.find(tx, row.owner, row.draft)

        connection, draft = await self._database.read(look)
        if connection is not None and row.body:
            return connection, draft
        why = Why.UNREADABLE if connection else Why.DISCONNECTED
        await self._database.write(lambda tx: cancel(tx, row, why))
        return None

    def _claim(
        self, tx: Transaction, row: OutboxRow, connection: Connection, passed: Passed
    ) -> OutboxRow | None:
        """The row as it is `sending`; None: somebody was quicker, or the guard must look anew.

        It must where the connection changed, or a letter before this one is found to have left.
        """
        now = connections.find(tx, row.owner, row.connection)
        if now is None or now.address != connection.address:
            return None
        if earlier.left(tx, row) != passed.left:
            return None
        claimed = outbox_claims.claim(
            tx,
            row,
            lease_until=tx.now + self._waits.lease(connection.address.host),
            hook_fp=wire_results.fingerprint(tx, connection),
            baseline=passed.baseline,
        )
        if not claimed:
            return None
        show_state(tx, row, None, after=SIGN)
        return outbox.find(tx, row.owner, row.id)

    def _held_up(self, row: OutboxRow, began: float, connection: Connection) -> bool:
        """Was this process paused since the claim, so long that the lease may end too early?

        In a machine that slept the steady clock stood still, and the lease did not.
        """
        assert row.last_wire_at is not None, "it was claimed a moment ago"
        steady = timedelta(seconds=self._senses.monotonic() - began)
        held_up = self._waits.held_up(connection.address.host)
        return max(steady, self._senses.clock() - row.last_wire_at) > held_up

    def _put_off(self, row: OutboxRow, error: PortalError, now: datetime) -> datetime:
        """When the portal is tried again."""
        retry_at = error.failure.retry_at
        if isinstance(error, Busy) and retry_at is not None:
            return max(retry_at, now) + self._waits.settled
        if isinstance(error, Busy) and error.failure.code == "operating_time":
            return now + self._waits.limit_pause
        return now + self._waits.pause(row.deferrals, self._senses.jitter())

    async def _store(self, change: Callable[[Transaction], None]) -> None:
        """The answer is kept and tried again while the disk is full or locked."""
        for pause in STORE_AGAIN:
            try:
                await self._database.write(change)
            except StorageUnavailable as error:
                _log.warning("an answer waits %.0f s: the storage is %s", pause, error.trouble)
                await self._senses.sleep(pause)
            else:
                return
        await self._database.write(change)
