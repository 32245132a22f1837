"""Rows of connections and of attempts to connect. The code and the account are sealed."""

from typing import Any

from storage.database import Reading, Transaction
from storage.records.connections import (
    Account,
    Address,
    AttemptState,
    ConnectAttempt,
    Connection,
)
from storage.records.failures import Failure
from storage.records.places import Place
from storage.times import as_text, as_time
from storage.values import as_json, from_json


def _connection(tx: Reading, row: dict[str, Any]) -> Connection:
    """One whose code does not open has an empty one, and must be connected again."""
    owner, row_id = row["owner"], row["id"]
    code = tx.open_if_whole(owner, "connections", "code", row_id, row["code"])
    account = tx.open_if_whole(owner, "connections", "account", row_id, row["account"])
    return Connection(
        id=row_id,
        owner=owner,
        address=Address(
            scheme=row["scheme"],
            host=row["host"],
            port=row["port"],
            prefix=row["prefix"],
            user_id=row["user_id"],
            code=code or "",
        ),
        account=from_json(Account, account) if account else Account(),
        senders_at=as_time(row["senders_at"]),
        revision=row["revision"],
        name=_name(tx, row),
        guarded=bool(row["guarded"]),
    )


def _name(tx: Reading, row: dict[str, Any]) -> str:
    if not row["name"]:
        return ""
    return tx.open_if_whole(row["owner"], "connections", "name", row["id"], row["name"]) or ""


def save(tx: Transaction, connection: Connection) -> None:
    """Writes all of the row; a removed connection comes back to life."""
    address, owner = connection.address, connection.owner
    tx.execute(
        """
        INSERT INTO connections
            (id, owner, scheme, host, port, prefix, user_id, code, account, senders_at, revision,
             name, guarded, removed, created_at)
        VALUES (:id, :owner, :scheme, :host, :port, :prefix, :user_id, :code, :account,
                :senders_at, :revision, :name, :guarded, 0, :now)
        ON CONFLICT (id) DO UPDATE SET
            scheme = excluded.scheme, host = excluded.host, port = excluded.port,
            prefix = excluded.prefix, user_id = excluded.user_id, code = excluded.code,
            account = excluded.account, senders_at = excluded.senders_at,
            revision = excluded.revision, name = excluded.name,
            guarded = excluded.guarded, removed = 0
        """,
        id=connection.id,
        owner=owner,
        scheme=address.scheme,
        host=address.host,
        port=address.port,
        prefix=address.prefix,
        user_id=address.user_id,
        code=tx.seal(owner, "connections", "code", connection.id, address.code),
        account=tx.seal(
            owner, "connections", "account", connection.id, as_json(connection.account)
        ),
        senders_at=as_text(connection.senders_at),
        revision=connection.revision,
        name=_sealed_name(tx, connection),
        guarded=int(connection.guarded),
        now=as_text(tx.now),
    )


def _sealed_name(tx: Transaction, connection: Connection) -> bytes | None:
    if not connection.name:
        return None
    return tx.seal(connection.owner, "connections", "name", connection.id, connection.name)


def find(tx: Reading, owner: int, connection: str) -> Connection | None:
    """One of this person's connections."""
    row = tx.row(
        "SELECT * FROM connections WHERE id = :id AND owner = :owner AND removed = 0",
        id=connection,
        owner=owner,
    )
    return _connection(tx, row) if row else None


def of_person(tx: Reading, owner: int) -> tuple[Connection, ...]:
    """All of this person's connections, oldest first."""
    rows = tx.rows(
        "SELECT * FROM connections WHERE owner = :owner AND removed = 0 ORDER BY created_at, id",
        owner=owner,
    )
    return tuple(_connection(tx, row) for row in rows)


def id_of_address(tx: Reading, owner: int, address: Address) -> str | None:
    """The id under which this person has, or had, this webhook's owner on this portal."""
    row = tx.row(
        "SELECT id FROM connections WHERE owner = :owner AND host = :host "
        "AND coalesce(port, 0) = :port AND prefix = :prefix AND user_id = :user_id",
        owner=owner,
        host=address.host,
        port=address.port or 0,
        prefix=address.prefix,
        user_id=address.user_id,
    )
    return row["id"] if row else None


def host_of(tx: Reading, owner: int, connection: str) -> str | None:
    """The portal of one of this person's connections, also of one that was removed."""
    row = tx.row(
        "SELECT host FROM connections WHERE id = :id AND owner = :owner", id=connection, owner=owner
    )
    return row["host"] if row else None


def remove(tx: Transaction, owner: int, connection: str) -> None:
    """Forgets the code, the account, the name and the letters read through it.

    The id stays, so that drafts find their way when the same account is connected again.
    """
    tx.execute(
        "DELETE FROM letters WHERE connection = :id AND owner = :owner", id=connection, owner=owner
    )
    tx.execute(
        "DELETE FROM connection_tests WHERE connection = :id AND owner = :owner",
        id=connection,
        owner=owner,
    )
    tx.execute(
        "UPDATE connections SET removed = 1, code = x'', account = x'', name = NULL "
        "WHERE id = :id AND owner = :owner",
        id=connection,
        owner=owner,
    )


def every(tx: Reading) -> tuple[Connection, ...]:
    """Every stored connection of everybody: for `check`, and for masking the logs."""
    rows = tx.rows("SELECT * FROM connections WHERE removed = 0 ORDER BY owner, created_at, id")
    return tuple(_connection(tx, row) for row in rows)


def _attempt(tx: Reading, row: dict[str, Any]) -> ConnectAttempt:
    owner, row_id = row["owner"], row["id"]

    def opened(column: str) -> str | None:
        sealed = row[column]
        if not sealed:
            return None
        return tx.open_if_whole(owner, "connect_attempts", column, row_id, sealed)

    address, account, failure = opened("address"), opened("account"), opened("failure")
    return ConnectAttempt(
        id=row_id,
        owner=owner,
        place=Place(row["chat"], row["thread"]),
        state=AttemptState(row["state"]),
        revision=row["revision"],
        address=from_json(Address, address) if address else None,
        account=from_json(Account, account) if account else None,
        failure=from_json(Failure, failure) if failure else None,
        connection=row["connection"],
        created_at=as_time(row["created_at"]),
    )


def save_attempt(tx: Transaction, attempt: ConnectAttempt) -> None:
    """Writes all of the row; a change of state wakes those who check."""

    def sealed(column: str, value: object) -> bytes | None:
        if value is None:
            return None
        return tx.seal(attempt.owner, "connect_attempts", column, attempt.id, as_json(value))

    tx.execute(
        """
        INSERT INTO connect_attempts
            (id, owner, chat, thread, state, revision, address, account, failure, connection,
             called_at, created_at)
        VALUES (:id, :owner, :chat, :thread, :state, :revision, :address, :account, :failure,
                :connection, NULL, :created_at)
        ON CONFLICT (id) DO UPDATE SET
            state = excluded.state, revision = excluded.revision, address = excluded.address,
            account = excluded.account, failure = excluded.failure,
            connection = excluded.connection
        """,
        id=attempt.id,
        owner=attempt.owner,
        chat=attempt.place.chat,
        thread=attempt.place.thread,
        state=attempt.state.value,
        revision=attempt.revision,
        address=sealed("address", attempt.address),
        account=sealed("account", attempt.account),
        failure=sealed("failure", attempt.failure),
        connection=attempt.connection,
        created_at=as_text(attempt.created_at),
    )
    if attempt.state is AttemptState.CHECKING:
        tx.wake("lookups")


def find_attempt(tx: Reading, owner: int, attempt: str) -> ConnectAttempt | None:
    """One of this person's attempts."""
    row = tx.row(
        "SELECT * FROM connect_attempts WHERE id = :id AND owner = :owner", id=attempt, owner=owner
    )
    return _attempt(tx, row) if row else None


def checking(tx: Reading) -> tuple[tuple[int, str, int], ...]:
    """Owner, id and revision of every attempt whose portal is to be asked."""
    rows = tx.rows("SELECT owner, id, revision FROM connect_attempts WHERE state = 'checking'")
    return tuple((row["owner"], row["id"], row["revision"]) for row in rows)


def open_attempts(tx: Reading, owner: int) -> tuple[ConnectAttempt, ...]:
    """This person's attempts that may still end in a connection."""
    rows = tx.rows(
        "SELECT * FROM connect_attempts WHERE owner = :owner "
        "AND state IN ('asked', 'checking', 'replace', 'failed') ORDER BY id",
        owner=owner,
    )
    return tuple(_attempt(tx, row) for row in rows)


def count_calls(tx: Reading, owner: int, since: str) -> int:
    """How many attempts of this person called a host that is not trusted since then."""
    row = tx.row(
        "SELECT count(*) AS n FROM connect_attempts WHERE owner = :owner AND called_at >= :since",
        owner=owner,
        since=since,
    )
    return int(row["n"]) if row else 0


def note_call(tx: Transaction, attempt: ConnectAttempt) -> None:
    """Counts the attempt against the hourly limit."""
    tx.execute(
        "UPDATE connect_attempts SET called_at = :now WHERE id = :id AND owner = :owner",
        now=as_text(tx.now),
        id=attempt.id,
        owner=attempt.owner,
    )
