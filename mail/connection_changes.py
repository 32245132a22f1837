"""What a connection that works, or is removed, means for the rows that depend on it.

Everything here runs inside the caller's one transaction.
"""

from dataclasses import replace

from mail.draft_changes import known, reopened, set_aside, show_found, show_typed
from mail.outbox_changes import expire, show_state
from mail.recipients import same_address
from mail.waits import WAITS
from storage import connections, drafts, outbox, outbox_lists, people
from storage.database import Reading, Transaction
from storage.records.connections import Account, AttemptState, ConnectAttempt, Connection
from storage.records.drafts import Draft, DraftState, Field
from storage.records.notices import Manner
from storage.records.outbox import NOT_LEFT, OutboxRow, OutboxState, Why


def other_code(tx: Reading, attempt: ConnectAttempt) -> bool:
    """Would it replace a living connection of the same account that has another code?

    One whose code no longer opens has nothing to lose.
    """
    known_as = _known_as(tx, attempt)
    existing = connections.find(tx, attempt.owner, known_as) if known_as else None
    assert attempt.address is not None, "it was checked"
    return existing is not None and existing.address.code not in ("", attempt.address.code)


def connected(tx: Transaction, attempt: ConnectAttempt, account: Account, new_id: str) -> None:
    """Stores the connection and makes it the active one; letters that waited for it go on.

    The same account on the same portal keeps its id, whatever its code. The attempt forgets it.
    """
    assert attempt.address is not None, "it was checked"
    connection_id = _known_as(tx, attempt) or new_id
    existing = connections.find(tx, attempt.owner, connection_id)
    connection = Connection(
        id=connection_id,
        owner=attempt.owner,
        address=attempt.address,
        account=account,
        senders_at=tx.now,
        revision=existing.revision + 1 if existing else 1,
        name=existing.name if existing else "",
        guarded=existing.guarded if existing else True,
    )
    connections.save(tx, connection)
    make_active(tx, attempt.owner, connection_id)
    connections.save_attempt(
        tx,
        replace(
            forgetful(attempt),
            state=AttemptState.CONNECTED,
            account=account,
            failure=None,
            connection=connection_id,
        ),
    )
    _go_on(tx, connection)
    if attempt.connection not in (None, connection_id):
        _take_over(tx, attempt.connection or "", connection)


def forgetful(attempt: ConnectAttempt) -> ConnectAttempt:
    """The attempt's next revision, without the code: it keeps only what its card shows."""
    address = replace(attempt.address, code="") if attempt.address else None
    return replace(attempt, revision=attempt.revision + 1, address=address)


def make_active(tx: Transaction, owner: int, connection: str | None) -> None:
    """What the person writes from now on goes through this connection."""
    person = people.get(tx, owner)
    people.save(tx, replace(person, active_connection=connection, revision=person.revision + 1))


def _known_as(tx: Reading, attempt: ConnectAttempt) -> str | None:
    assert attempt.address is not None, "it was checked"
    return connections.id_of_address(tx, attempt.owner, attempt.address)


def _go_on(tx: Transaction, connection: Connection) -> None:
    """Blocked letters leave by themselves, but those whose sender is gone, or a day late."""
    for row in _blocked(tx, connection.owner, connection.id):
        if not _may_send(connection.account, row.envelope.sender):
            _give_back(tx, row, connection)
        elif tx.now - row.due_at > WAITS.expire:
            expire(tx, row)
        else:
            outbox.move(tx, row, OutboxState.QUEUED)
            show_state(tx, row, None)


def _take_over(tx: Transaction, mended: str, connection: Connection) -> None:
    """Another person's webhook on the same portal: letters are looked at again, not sent."""
    former = connections.find(tx, connection.owner, mended)
    if former is None or former.address.host != connection.address.host:
        return
    for row in _blocked(tx, connection.owner, mended):
        _give_back(tx, row, connection)


def _blocked(tx: Reading, owner: int, connection: str) -> tuple[OutboxRow, ...]:
    return outbox_lists.in_state(tx, OutboxState.BLOCKED, owner=owner, connection=connection)


def _may_send(account: Account, email: str) -> bool:
    return any(same_address(sender.email, email) for sender in account.senders)


def _give_back(tx: Transaction, row: OutboxRow, connection: Connection) -> None:
    """Cancelled; its draft opens at the sender, which must be chosen anew."""
    outbox.move(tx, row, OutboxState.CANCELLED, why=Why.OTHER_ACCOUNT)
    show_state(tx, row, None)
    draft = drafts.find(tx, row.owner, row.draft)
    if draft is None:
        return
    moved = replace(draft, connection=connection.id, written=replace(draft.written, sender=""))
    show_typed(tx, reopened(moved, Field.SENDER, known(tx, moved)))


def waiting_rows(tx: Reading, owner: int, connection: str) -> tuple[OutboxRow, ...]:
    """Letters that were told to go through this connection and have not left."""
    return outbox_lists.in_state(tx, *NOT_LEFT, owner=owner, connection=connection)


def doubtful_rows(tx: Reading, owner: int, connection: str) -> tuple[OutboxRow, ...]:
    """Letters that may have left through it; only with its webhook can they be looked for."""
    states = (OutboxState.VERIFYING, OutboxState.UNKNOWN, OutboxState.ABANDONED)
    rows = outbox_lists.in_state(tx, *states, owner=owner, connection=connection)
    return tuple(row for row in rows if row.in_doubt or row.state is OutboxState.VERIFYING)


def disconnected(tx: Transaction, owner: int, connection: str) -> None:
    """Cancels what has not left, sets its drafts aside, forgets the code."""
    for row in waiting_rows(tx, owner, connection):
        stop(tx, row)
    for draft in drafts.of_connection(tx, owner, connection):
        _put_away(tx, draft)
    connections.remove(tx, owner, connection)
    left = connections.of_person(tx, owner)
    person = people.get(tx, owner)
    if person.active_connection == connection:
        make_active(tx, owner, left[-1].id if left else None)
    else:
        make_active(tx, owner, person.active_connection)


def stop(tx: Transaction, row: OutboxRow) -> None:
    """A letter that has not left never will; its draft is set aside."""
    if outbox.move(tx, row, OutboxState.CANCELLED, why=Why.DISCONNECTED):
        show_state(tx, row, None)
        _put_away(tx, drafts.find(tx, row.owner, row.draft))


def _put_away(tx: Transaction, draft: Draft | None) -> None:
    if draft is not None and draft.state is not DraftState.ASIDE:
        show_found(tx, set_aside(draft), Manner.EDIT)
