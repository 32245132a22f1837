"""The look into a letter's thread when nobody knows whether it left."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from bitrix24.errors import AccessLost, Moved, PortalError, Refused
from bitrix24.models import ThreadLetter
from mail import moving, reconcile, wire_results
from mail.earlier import has_left
from mail.failures import stored
from mail.outbox_changes import (
    show_if_there,
    show_in_list,
    show_later_ones,
    show_state,
    tell_outcome,
)
from mail.ports import Portal, Senses, Step
from mail.waits import MAX_REPLAYS, Waits
from mail.webhooks import webhook_of
from storage import connections, drafts, earlier, outbox, outbox_claims, portals
from storage.database import Database, Reading, Transaction
from storage.records.connections import Connection
from storage.records.drafts import Draft
from storage.records.failures import Failure
from storage.records.outbox import Looked, OutboxRow, OutboxState, Why

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that was claimed for a repeat of its call."""

    row: OutboxRow
    connection: Connection
    began: float


class LooksAfter:
    """Finds the letter, repeats its call where that is safe, or leaves it to a person."""

    def __init__(
        self, database: Database, portal: Portal, senses: Senses, waits: Waits, step: Step
    ) -> None:
        self._database = database
        self._portal = portal
        self._senses = senses
        self._waits = waits
        self._step = step

    async def look(self, row: OutboxRow) -> Repeat | None:
        """Looks for the letter; a claimed row if its call is to be repeated."""
        found = await self._database.write(lambda tx: self._claim_look(tx, row))
        if found is None:
            return None
        mine, connection, draft = found
        self._step("looking")
        failure: Failure | None = None
        try:
            looked = await self._seen(mine, connection, draft)
        except Refused as error:
            _log.info("outbox %s: the thread cannot be read: %s", row.id, error)
            looked, failure = Looked.NOT_LOOKED, stored(error.failure)
        except PortalError as error:
            await self._database.write(partial(self._not_now, row=mine, error=error))
            return None
        self._step("looked")
        if looked is None:
            return None
        return await self._repeat_or_ask(mine, connection, looked, failure)

    def _claim_look(
        self, tx: Transaction, row: OutboxRow
    ) -> tuple[OutboxRow, Connection, Draft | None] | None:
        connection = connections.find(tx, row.owner, row.connection)
        if connection is None or not row.body:
            self._leave_unknown(tx, row, Looked.NOT_LOOKED, None)
            return None
        if not outbox_claims.claim_look(tx, row, lease_until=tx.now + self._waits.look):
            return None
        mine = outbox.find(tx, row.owner, row.id)
        assert mine is not None, "it was claimed a moment ago"
        return mine, connection, drafts.find(tx, row.owner, row.draft)

    async def _seen(
        self, row: OutboxRow, connection: Connection, draft: Draft | None
    ) -> Looked | None:
        """What the thread shows; None: the letter is there, and it was stored so."""
        if draft is None or draft.letter_number is None or row.baseline is None:
            return Looked.NOT_LOOKED
        got = await self._portal.thread(webhook_of(connection.address), draft.letter_number)
        return await self._database.write(lambda tx: _settle(tx, row, got.value))

    def _not_now(self, tx: Transaction, *, row: OutboxRow, error: PortalError) -> None:
        """The portal did not say: asked again, as long as the answer could still decide."""
        assert row.first_wire_at is not None
        pause = self._waits.pause(row.deferrals, self._senses.jitter())
        moved = isinstance(error, Moved) and moving.follow(
            tx, row.owner, row.connection, error.webhook
        )
        late = tx.now - row.first_wire_at > self._waits.key_safe
        if late or isinstance(error, AccessLost):
            self._leave_unknown(tx, row, Looked.NOT_LOOKED, stored(error.failure))
            return
        retry_at = error.failure.retry_at or tx.now
        outbox.move(
            tx,
            row,
            OutboxState.VERIFYING,
            why=row.why,
            failure=row.failure,
            next_at=max(retry_at, tx.now + (timedelta(0) if moved else pause)),
            deferrals=row.deferrals + 1,
        )

    async def _repeat_or_ask(
        self, row: OutboxRow, connection: Connection, looked: Looked, failure: Failure | None
    ) -> Repeat | None:
        """Not found is no proof: the same bytes under the same key, or a person decides."""
        if not await self._database.read(lambda tx: self._may_repeat(tx, row)):
            await self._database.write(lambda tx: self._leave_unknown(tx, row, looked, failure))
            return None
        try:
            await self._portal.turn(webhook_of(connection.address), row.method)
        except PortalError as error:
            await self._database.write(partial(self._not_now, row=row, error=error))
            return None
        began = self._senses.monotonic()

        def claim(tx: Transaction) -> OutboxRow | None:
            lease_until = tx.now + self._waits.lease(connection.address.host)
            if not self._may_repeat(tx, row) or not outbox_claims.claim_replay(
                tx, row, lease_until=lease_until
            ):
                return None
            return outbox.find(tx, row.owner, row.id)

        claimed = await self._database.write(claim)
        return None if claimed is None else Repeat(claimed, connection, began)

    def _leave_unknown(
        self, tx: Transaction, row: OutboxRow, looked: Looked, failure: Failure | None
    ) -> None:
        """What made the bot look stands beside what it saw."""
        wire_results.leave_unknown(
            tx, row, self._waits, failure=row.failure, looked=looked, look_failure=failure
        )
        show_in_list(tx, row)

    def _may_repeat(self, tx: Reading, row: OutboxRow) -> bool:
        """Only under a key that this portal has shown to keep, and surely still keeps.

        Not where the first letter was found meanwhile: the person decides, and knows of it.
        """
        connection = connections.find(tx, row.owner, row.connection)
        now = outbox.find(tx, row.owner, row.id)
        if connection is None or now is None or now.no_replay or row.replays >= MAX_REPLAYS:
            return False
        assert row.first_wire_at is not None
        age = tx.now - row.first_wire_at
        return (
            timedelta(0) <= age <= self._waits.key_safe
            and row.hook_fp == wire_results.fingerprint(tx, connection)
            and row.body_sha256 == hashlib.sha256(row.body).hexdigest()
            and portals.keeps_keys(tx, connection.address.label, row.method)
            and not has_left(tx, row)
        )


def _settle(tx: Transaction, row: OutboxRow, thread: tuple[ThreadLetter, ...]) -> Looked | None:
    """Stores whatever is proven, also of what this letter was before, or became by Send again."""
    rows = earlier.on_the_wire(tx, row)
    sight = reconcile.look(rows, thread)
    for one in rows:
        twice = one.id in sight.twice and one.state is not OutboxState.SENT
        why = Why.UNPROTECTED if twice else Why.THREAD
        if one.id not in sight.left or not outbox.accept(tx, one, why):
            continue
        show_later_ones(tx, one)
        show_in_list(tx, one)
        if twice:
            _tell_of_both(tx, one)
        elif one.id != row.id:
            show_if_there(tx, one)
    if row.id in sight.left:
        show_state(tx, row, None)
        return None
    return Looked.PERHAPS if row.id in sight.perhaps else Looked.NOT_FOUND


def _tell_of_both(tx: Transaction, row: OutboxRow) -> None:
    """Its repeated call left too, under the same key: this portal does not keep keys any more."""
    _log.warning("outbox %s: it was found more than once", row.id)
    tell_outcome(tx, row)
    connection = connections.find(tx, row.owner, row.connection)
    if connection is not None:
        portals.learn_idempotency(tx, connection.address.label, row.method, "absent")
