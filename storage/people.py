"""Rows of people: who was met, who may use the bot, who runs it."""

from typing import Any

from storage.database import Reading, Transaction
from storage.records.people import Access, Person
from storage.times import as_text, as_time


def _person(row: dict[str, Any]) -> Person:
    return Person(
        id=row["id"],
        name=row["name"],
        username=row["username"],
        language=row["language"],
        access=Access(row["access"]),
        admin=bool(row["admin"]),
        active_connection=row["active_connection"],
        asked_at=as_time(row["asked_at"]) if row["asked_at"] else None,
        revision=row["revision"],
        removed=bool(row["removed"]),
    )


def find(tx: Reading, person: int) -> Person | None:
    """The person, if they ever wrote to the bot."""
    row = tx.row("SELECT * FROM people WHERE id = :id", id=person)
    return _person(row) if row else None


def get(tx: Reading, person: int) -> Person:
    """The person, who is known to be there."""
    found = find(tx, person)
    if found is None:
        raise LookupError("no such person")
    return found


def save(tx: Transaction, person: Person) -> None:
    """Writes all of the row; a new person is met now."""
    tx.execute(
        """
        INSERT INTO people
            (id, name, username, language, access, admin, active_connection, asked_at, revision,
             removed, created_at)
        VALUES (:id, :name, :username, :language, :access, :admin, :active, :asked, :revision,
                :removed, :now)
        ON CONFLICT (id) DO UPDATE SET
            name = excluded.name, username = excluded.username, language = excluded.language,
            access = excluded.access, admin = excluded.admin,
            active_connection = excluded.active_connection, asked_at = excluded.asked_at,
            revision = excluded.revision, removed = excluded.removed
        """,
        id=person.id,
        name=person.name,
        username=person.username,
        language=person.language,
        access=person.access.value,
        admin=int(person.admin),
        active=person.active_connection,
        asked=as_text(person.asked_at) if person.asked_at else None,
        revision=person.revision,
        removed=int(person.removed),
        now=as_text(tx.now),
    )


def admins(tx: Reading) -> tuple[Person, ...]:
    """Everybody who may let others in."""
    rows = tx.rows("SELECT * FROM people WHERE admin = 1 ORDER BY id")
    return tuple(_person(row) for row in rows)


def waiting(tx: Reading) -> tuple[Person, ...]:
    """Everybody who waits for an admin's tap, the longest waiting first."""
    rows = tx.rows("SELECT * FROM people WHERE access = 'waiting' ORDER BY asked_at, id")
    return tuple(_person(row) for row in rows)


def count_waiting(tx: Reading) -> int:
    """How many people wait for an admin's tap."""
    row = tx.row("SELECT count(*) AS n FROM people WHERE access = 'waiting'")
    return int(row["n"]) if row else 0
