"""What a call's result means for the letter's row: one transaction each, by compare-and-set."""

from collections.abc import Callable
from datetime import datetime

from bitrix24.errors import AccessLost, Moved, PortalError
from bitrix24.methods import Got
from bitrix24.models import Sent
from mail import moving
from mail.failures import stored
from mail.outbox_changes import SIGN, cancel, give_back, show_later_ones, show_state, tell_outcome
from mail.outcomes import Next, Outcome, of_first, of_repeat
from mail.refusals import field_to_mend
from mail.waits import Waits
from storage import connections, notices, outbox, portals
from storage.database import Reading, Transaction
from storage.records.connections import Connection
from storage.records.failures import Failure
from storage.records.notices import NoticeKind
from storage.records.outbox import Looked, OutboxRow, OutboxState, Why

PutOff = Callable[[OutboxRow, PortalError, datetime], datetime]


def fingerprint(tx: Reading, connection: Connection) -> bytes:
    """Of the webhook that a call went through: only the same one still knows the call's key."""
    return tx.fingerprint(f"{connection.address.user_id}/{connection.address.code}")


def accept(tx: Transaction, *, row: OutboxRow, connection: Connection, got: Got[Sent]) -> None:
    """The portal says that it took the letter."""
    learned = got.learned.idempotency
    if learned is not None:
        portals.learn_idempotency(tx, connection.address.label, row.method, learned)
    if is_unprotected(row, got):
        if outbox.accept(tx, row, Why.UNPROTECTED, got.value.to):
            tell_outcome(tx, row)
            show_later_ones(tx, row)
    elif outbox.accept(tx, row, Why.REPLAY if row.replays else Why.RESPONSE, got.value.to):
        show_state(tx, row, None)
        show_later_ones(tx, row)


def is_unprotected(row: OutboxRow, got: Got[Sent]) -> bool:
    """A repeat whose key did not come back: whether an earlier call left too, nobody can tell.

    Not if the portal says that it is a repeat, although something took the key from its answer.
    """
    learned = got.learned
    return bool(row.replays) and learned.idempotency == "absent" and not learned.replayed


def fail(
    tx: Transaction,
    *,
    row: OutboxRow,
    connection: Connection,
    error: PortalError,
    waits: Waits,
    put_off: PutOff,
) -> None:
    """The call brought no result: what comes next stands in the failure table."""
    outcome = of_repeat(error) if row.replays else of_first(error)
    failure = stored(error.failure)
    match outcome.next:
        case Next.DEFER:
            defer(tx, row, failure, put_off(row, error, tx.now), waits)
        case Next.GO_AGAIN:
            _go_again(tx, row, error)
        case Next.BLOCK:
            _block(tx, row, failure)
        case Next.REJECT:
            if outbox.move(tx, row, OutboxState.REJECTED, failure=failure):
                tell_outcome(tx, row)
                give_back(tx, row, field_to_mend(failure))
        case Next.VERIFY:
            _verify(tx, row, connection, outcome, failure, waits)
        case Next.UNKNOWN:
            leave_unknown(tx, row, waits, failure=failure)


def hold_back(
    tx: Transaction, *, row: OutboxRow, error: PortalError, waits: Waits, put_off: PutOff
) -> None:
    """Something that comes before the call failed: of the letter nothing left."""
    failure = stored(error.failure)
    if isinstance(error, Moved):
        _go_again(tx, row, error)
    elif isinstance(error, AccessLost):
        _block(tx, row, failure)
    else:
        defer(tx, row, failure, put_off(row, error, tx.now), waits)


def defer(tx: Transaction, row: OutboxRow, failure: Failure, at: datetime, waits: Waits) -> None:
    """It goes by itself, later; only what waits for long rings."""
    if connections.find(tx, row.owner, row.connection) is None:
        cancel(tx, row, Why.DISCONNECTED)
        return
    again = row.waits or row.tries_again
    same = again and row.failure is not None and row.failure.code == failure.code
    same = same and at - tx.now <= waits.told
    moved = outbox.move(
        tx,
        row,
        OutboxState.DEFERRED,
        failure=failure,
        next_at=at,
        deferrals=row.deferrals + 1,
        quiet=same,
    )
    if moved and not again:
        outbox.remind(tx, row, row.due_at + waits.ring)
    if moved and same and not _was_shown(tx, row):
        notices.withdraw(tx, NoticeKind.OUTBOX, row.place, row.id)
    elif moved:
        show_state(tx, row, None)


def _was_shown(tx: Transaction, row: OutboxRow) -> bool:
    """Was it on the wire for so long that its card says "Sending…"?"""
    on_wire = row.state is OutboxState.SENDING and row.last_wire_at is not None
    return on_wire and row.last_wire_at is not None and tx.now - row.last_wire_at >= SIGN


def step_back(tx: Transaction, *, row: OutboxRow) -> None:
    """The process was paused between claim and call: the claim is given back unused.

    Somebody may have thought meanwhile that the call was lost; only its holder knows better.
    """
    now = outbox.find(tx, row.owner, row.id)
    on_wire = (OutboxState.SENDING, OutboxState.VERIFYING)
    if now is None or now.lease_epoch != row.lease_epoch or now.state not in on_wire:
        return
    if row.replays:
        outbox.move(tx, now, OutboxState.VERIFYING, next_at=tx.now, replays=row.replays - 1)
    else:
        outbox.move(tx, now, OutboxState.QUEUED)
        show_state(tx, row, None, after=SIGN)


def lose(tx: Transaction, row: OutboxRow, waits: Waits, why: Why) -> None:
    """Whoever sent it is gone, and the answer with it."""
    connection = connections.find(tx, row.owner, row.connection)
    host = connection.address.host if connection else ""
    assert row.last_wire_at is not None, "it is on the wire"
    quiet = waits.quiet(host)
    # A call cannot have begun after now: then the clock was set back since.
    at = min(max(row.last_wire_at + quiet, tx.now), tx.now + quiet)
    if outbox.move(tx, row, OutboxState.VERIFYING, why=why, next_at=at):
        show_state(tx, row, None)


def leave_unknown(
    tx: Transaction,
    row: OutboxRow,
    waits: Waits,
    *,
    failure: Failure | None,
    looked: Looked | None = None,
    look_failure: Failure | None = None,
) -> None:
    """A person decides, and is told so now and twice more; what was sent again rings no more."""
    sent_again = row.why is Why.AGAIN
    moved = outbox.move(
        tx,
        row,
        OutboxState.ABANDONED if sent_again else OutboxState.UNKNOWN,
        why=row.why,
        failure=failure,
        looked=looked,
        look_failure=look_failure,
    )
    if moved and sent_again:
        show_state(tx, row, None)
    elif moved:
        outbox.remind(tx, row, tx.now + waits.reminders[0])
        tell_outcome(tx, row)


def remind(tx: Transaction, row: OutboxRow, waits: Waits) -> None:
    """What waits for long rings once; what nobody knows twice more, then it is left to /outbox."""
    later = [row.updated_at + wait for wait in waits.reminders if row.updated_at + wait > tx.now]
    known_later = row.state is OutboxState.UNKNOWN and bool(later)
    outbox.remind(tx, row, later[0] if known_later else None)
    tell_outcome(tx, row)


def _verify(
    tx: Transaction,
    row: OutboxRow,
    connection: Connection,
    outcome: Outcome,
    failure: Failure,
    waits: Waits,
) -> None:
    wait = waits.settled if outcome.over else waits.quiet(connection.address.host)
    replays = row.replays if outcome.counts or not row.replays else row.replays - 1
    moved = outbox.move(
        tx,
        row,
        OutboxState.VERIFYING,
        why=row.why,
        failure=failure,
        next_at=tx.now + wait,
        replays=replays,
        no_replay=row.no_replay or not outcome.repeatable,
    )
    if moved:
        show_state(tx, row, None)


def _go_again(tx: Transaction, row: OutboxRow, error: PortalError) -> None:
    """One hop: a portal that points on and on must be looked at by a person."""
    assert isinstance(error, Moved)
    first = row.why is not Why.MOVED
    if first and moving.follow(tx, row.owner, row.connection, error.webhook):
        outbox.move(tx, row, OutboxState.QUEUED, why=Why.MOVED)
    else:
        _block(tx, row, stored(error.failure))


def _block(tx: Transaction, row: OutboxRow, failure: Failure) -> None:
    if connections.find(tx, row.owner, row.connection) is None:
        cancel(tx, row, Why.DISCONNECTED)
    elif outbox.move(tx, row, OutboxState.BLOCKED, failure=failure):
        tell_outcome(tx, row)
