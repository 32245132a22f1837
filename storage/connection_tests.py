"""Rows of tests of connections: what a person wants to know, and what came of it."""

from typing import Any

from storage.database import Reading, Transaction
from storage.records.connections import ConnectionTest, ConnectionTestState
from storage.records.failures import Failure
from storage.records.places import Place
from storage.values import as_json, from_json


def _test(tx: Reading, row: dict[str, Any]) -> ConnectionTest:
    owner, connection, sealed = row["owner"], row["connection"], row["failure"]
    failure = None
    if sealed:
        text = tx.open_if_whole(owner, "connection_tests", "failure", connection, sealed)
        failure = from_json(Failure, text) if text else None
    return ConnectionTest(
        connection=connection,
        owner=owner,
        place=Place(row["chat"], row["thread"]),
        state=ConnectionTestState(row["state"]),
        revision=row["revision"],
        failure=failure,
    )


def save(tx: Transaction, test: ConnectionTest) -> None:
    """Writes all of the row; one that asks wakes those who look."""
    failure = None
    if test.failure is not None:
        text = as_json(test.failure)
        failure = tx.seal(test.owner, "connection_tests", "failure", test.connection, text)
    tx.execute(
        """
        INSERT INTO connection_tests (connection, owner, chat, thread, state, revision, failure)
        VALUES (:connection, :owner, :chat, :thread, :state, :revision, :failure)
        ON CONFLICT (connection) DO UPDATE SET
            chat = excluded.chat, thread = excluded.thread, state = excluded.state,
            revision = excluded.revision, failure = excluded.failure
        """,
        connection=test.connection,
        owner=test.owner,
        chat=test.place.chat,
        thread=test.place.thread,
        state=test.state.value,
        revision=test.revision,
        failure=failure,
    )
    if test.state is ConnectionTestState.ASKING:
        tx.wake("lookups")


def find(tx: Reading, owner: int, connection: str) -> ConnectionTest | None:
    """The last test of one of this person's connections."""
    row = tx.row(
        "SELECT * FROM connection_tests WHERE connection = :connection AND owner = :owner",
        connection=connection,
        owner=owner,
    )
    return _test(tx, row) if row else None


def of_person(tx: Reading, owner: int) -> tuple[ConnectionTest, ...]:
    """The last test of each of this person's connections."""
    rows = tx.rows(
        "SELECT * FROM connection_tests WHERE owner = :owner ORDER BY connection", owner=owner
    )
    return tuple(_test(tx, row) for row in rows)


def asking(tx: Reading) -> tuple[tuple[int, str, int], ...]:
    """Owner, connection and revision of every test whose portal is to be asked."""
    rows = tx.rows(
        "SELECT owner, connection, revision FROM connection_tests WHERE state = 'asking'"
    )
    return tuple((row["owner"], row["connection"], row["revision"]) for row in rows)


def forget_ended(tx: Transaction, owner: int) -> None:
    """What came of earlier tests is no news any more."""
    tx.execute(
        "DELETE FROM connection_tests WHERE owner = :owner AND state <> 'asking'", owner=owner
    )
