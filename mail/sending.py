"""Sends what the outbox holds: claims a row, goes over the wire once, and stores what is known.

A row is `sending` on disk before the socket opens, so a stop at any moment leaves either a letter
that certainly did not leave, or one that a person is asked about. Nothing is repeated by itself.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from bitrix24.errors import AccessLost, Busy, NotSent, PortalError, Refused
from bitrix24.methods import Got
from bitrix24.models import Sent
from mail.bell import Bell
from mail.draft_changes import await_text, known_or_none, reopened, set_aside, show_found
from mail.failures import stored
from mail.outbox import SIGN, show_state, tell_outcome
from mail.ports import Clock, Portal, Spawn, Step, Stop
from mail.refusals import field_to_mend
from mail.webhooks import webhook_of
from storage import connections, drafts, outbox, portals
from storage.database import Database, Transaction
from storage.errors import StorageUnavailable
from storage.records.connections import Connection
from storage.records.drafts import Field
from storage.records.notices import Manner
from storage.records.outbox import OutboxRow, OutboxState, Why

LEASE = timedelta(seconds=180)  # time-out, the portal's own limit of 60 s, and 45 s to spare
LATE = timedelta(hours=24)  # a reply a day late is a new decision
IDLE_SECONDS = 5.0  # how long to sleep when nothing is due and nobody rings
STORE_AGAIN = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)  # seconds between tries to store an answer

_log = logging.getLogger(__name__)


class Sending:
    """The loop of the outbox. `step` is told each step just made."""

    def __init__(
        self,
        database: Database,
        portal: Portal,
        clock: Clock,
        spawn: Spawn,
        sleep: Callable[[float], Awaitable[None]],
        step: Step,
    ) -> None:
        self._database = database
        self._portal = portal
        self._clock = clock
        self._spawn = spawn
        self._sleep = sleep
        self._step = step
        self._bell = Bell()
        database.on_wake("outbox", self._bell.ring)

    async def recover(self) -> None:
        """At start: what was on its way is not known, what is a day late is asked about."""

        def change(tx: Transaction) -> None:
            for row in outbox.in_state(tx, OutboxState.SENDING):
                outbox.move(tx, row, OutboxState.UNKNOWN, why=Why.RESTART)
                tell_outcome(tx, row)
            for row in outbox.in_state(tx, OutboxState.HELD, OutboxState.QUEUED):
                if tx.now - row.due_at > LATE:
                    outbox.move(tx, row, OutboxState.DEFERRED, why=Why.LATE)
                    tell_outcome(tx, row)

        await self._database.write(change)

    async def run(self, stop: Stop) -> None:
        """Starts a task for each row whose time has come."""
        while not stop.asked:
            for row in await self._database.write(_queue_due):
                self._spawn(f"send {row.id}", self._send(row))
            await self._bell.wait(await self._seconds_to_next())

    async def _seconds_to_next(self) -> float:
        at = await self._database.read(outbox.next_held)
        if at is None:
            return IDLE_SECONDS
        return min(max((at - self._clock()).total_seconds(), 0.0), IDLE_SECONDS)

    async def _send(self, row: OutboxRow) -> None:
        connection = await self._database.write(lambda tx: _claim(tx, row))
        if connection is None:
            return
        self._step("sending")
        claimed = await self._database.read(lambda tx: outbox.find(tx, row.owner, row.id))
        assert claimed is not None, "it was claimed a moment ago"
        try:
            got = await self._portal.reply(
                webhook_of(connection.address), claimed.body, claimed.idempotency_key
            )
        except PortalError as error:
            self._step("failed")
            await self._store(partial(_fail, row=claimed, error=error))
            _log.warning("outbox %s: %s", row.id, error)
        else:
            self._step("answered")
            await self._store(partial(_accept, row=claimed, connection=connection, got=got))
            _log.info("outbox %s: sent", row.id)
        self._step("stored")

    async def _store(self, change: Callable[[Transaction], None]) -> None:
        """The answer is kept and tried again while the disk is full or locked."""
        for pause in STORE_AGAIN:
            try:
                await self._database.write(change)
            except StorageUnavailable as error:
                _log.warning("an answer waits %.0f s: the storage is %s", pause, error.trouble)
                await self._sleep(pause)
            else:
                return
        await self._database.write(change)


def _queue_due(tx: Transaction) -> tuple[OutboxRow, ...]:
    """Held rows whose time has come are queued; all queued rows are given back.

    A letter that was on its way for too long has lost its answer: what became of it is not known.
    """
    for row in outbox.lapsed(tx):
        outbox.move(tx, row, OutboxState.UNKNOWN)
        tell_outcome(tx, row)
    for row in outbox.due(tx):
        outbox.move(tx, row, OutboxState.QUEUED)
    return outbox.in_state(tx, OutboxState.QUEUED)


def _claim(tx: Transaction, row: OutboxRow) -> Connection | None:
    """None: somebody was quicker, or connection or body is gone, and the letter is cancelled."""
    connection = connections.find(tx, row.owner, row.connection)
    if connection is None or not row.body:
        _cancel(tx, row, Why.UNREADABLE if connection else Why.DISCONNECTED)
        return None
    address = connection.address
    claimed = outbox.claim(
        tx,
        row,
        lease_until=tx.now + LEASE,
        hook_fp=tx.fingerprint(f"{address.user_id}/{address.code}"),
    )
    if not claimed:
        return None
    show_state(tx, row, None, after=SIGN)
    return connection


def _accept(tx: Transaction, *, row: OutboxRow, connection: Connection, got: Got[Sent]) -> None:
    if outbox.accept(tx, row, got.value.to):
        show_state(tx, row, None)
    if got.learned.idempotency is not None:
        portals.learn_idempotency(tx, connection.address.label, row.method, got.learned.idempotency)


def _fail(tx: Transaction, *, row: OutboxRow, error: PortalError) -> None:
    state = state_after(error)
    failure = stored(error.failure)
    waits = state in (OutboxState.DEFERRED, OutboxState.BLOCKED)
    if waits and connections.find(tx, row.owner, row.connection) is None:
        _cancel(tx, row)
        return
    if not outbox.move(tx, row, state, failure=failure):
        return
    tell_outcome(tx, row)
    if state is OutboxState.REJECTED:
        _give_back(tx, row, field_to_mend(failure))


def _cancel(tx: Transaction, row: OutboxRow, why: Why = Why.DISCONNECTED) -> None:
    """It can never leave; the text is kept in its draft."""
    if outbox.move(tx, row, OutboxState.CANCELLED, why=why):
        show_state(tx, row, None)
        _give_back(tx, row, Field.REVIEW)


def _give_back(tx: Transaction, row: OutboxRow, field: Field) -> None:
    """The draft opens at this field; without its connection it is set aside."""
    draft = drafts.find(tx, row.owner, row.draft)
    if draft is None:
        return
    against = known_or_none(tx, draft)
    if against is None:
        show_found(tx, set_aside(draft), Manner.NEW)
    else:
        await_text(tx, reopened(draft, field, against))


def state_after(error: PortalError) -> OutboxState:
    """The failure table in one place: did it leave, and who must do what?"""
    match error:
        case NotSent() | Busy():
            return OutboxState.DEFERRED
        case AccessLost():
            return OutboxState.BLOCKED
        case Refused():
            return OutboxState.REJECTED
        case _:
            return OutboxState.UNKNOWN
