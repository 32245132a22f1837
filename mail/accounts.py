"""A person's accounts: which connection is the active one, and removing one.

Every method that writes is one transaction under its cause.
"""

from dataclasses import dataclass

from mail.connection_changes import disconnected, make_active, waiting_rows
from mail.draft_changes import relabel
from mail.errors import Stale
from storage import connections, drafts, notices, people
from storage.database import Database, Reading, Transaction
from storage.records.connections import Connection
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.places import Place


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would happen if this connection were removed."""

    connection: Connection
    letters: int
    drafts: int
    revision: int


class Accounts:
    """All connections of a person, on one card."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, cause: str, person: int, place: Place) -> None:
        """`/accounts`: a card with all connections."""

        def change(tx: Transaction) -> None:
            tx.once(cause)
            notices.owe(tx, person, NoticeKind.ACCOUNTS, place, str(person), Manner.NEW)

        await self._database.write(change)

    async def all(self, person: int) -> tuple[Connection, ...]:
        """The person's connections, oldest first."""
        return await self._database.read(lambda tx: connections.of_person(tx, person))

    async def use(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """The connection becomes the active one."""

        def change(tx: Transaction) -> None:
            tx.once(cause)
            _check_account(tx, person, connection, revision)
            make_active(tx, person, connection)
            _show_accounts(tx, person, place, message)

        await self._database.write(change)

    async def leaving(self, person: int, connection: str | None = None) -> Leaving | None:
        """What removing this connection (else the active one) would cost; None: there is none."""

        def look(tx: Reading) -> Leaving | None:
            known = people.get(tx, person)
            chosen = connection or known.active_connection
            found = connections.find(tx, person, chosen) if chosen else None
            if found is None:
                return None
            letters = len(waiting_rows(tx, person, found.id))
            unfinished = len(drafts.of_connection(tx, person, found.id))
            return Leaving(found, letters, unfinished, known.revision)

        return await self._database.read(look)

    async def remove(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """Disconnects; the pressed card shows what is left."""

        def change(tx: Transaction) -> None:
            tx.once(cause)
            _check_account(tx, person, connection, revision)
            disconnected(tx, person, connection)
            _show_accounts(tx, person, place, message)

        await self._database.write(change)


def _check_account(tx: Reading, person: int, connection: str, revision: int) -> None:
    current = people.get(tx, person).revision == revision
    if not current or connections.find(tx, person, connection) is None:
        raise Stale


def _show_accounts(tx: Transaction, person: int, place: Place, message: int) -> None:
    revision = people.get(tx, person).revision
    relabel(tx, person, place, message, CardKind.ACCOUNTS, str(person), revision)
    notices.owe(tx, person, NoticeKind.ACCOUNTS, place, str(person), Manner.EDIT)
