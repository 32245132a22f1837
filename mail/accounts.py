"""A person's accounts: which connection is the active one, its name, testing and removing one.

Every method that writes is one transaction under its cause.
"""

from dataclasses import dataclass, replace

from mail.causes import admit
from mail.connection_changes import disconnected, doubtful_rows, make_active, waiting_rows
from mail.connection_names import BadName, read_name
from mail.draft_changes import check_card, relabel
from mail.errors import Stale
from mail.showing import zone_of
from storage import connection_tests, connections, drafts, notices, people
from storage.database import Database, Reading, Transaction
from storage.records.connections import Connection, ConnectionTest, ConnectionTestState
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.places import Place
from storage.records.pointers import Pointer, PointsAt


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would happen if this connection, which is one of `connections`, were removed.

    `doubtful`: letters of which nobody knows whether they left, and that cannot be looked for then.
    """

    connection: Connection
    letters: int
    drafts: int
    revision: int
    connections: tuple[Connection, ...] = ()
    doubtful: int = 0


class Accounts:
    """All connections of a person, on one card."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def zone(self, person: int) -> str:
        """Whose hours this person's answers tell."""
        return await self._database.read(lambda tx: zone_of(tx, people.get(tx, person)))

    async def show(self, cause: str, person: int, place: Place) -> None:
        """`/accounts`: a card with all connections."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            connection_tests.forget_ended(tx, person)
            _stop_naming(tx, person, place)
            notices.owe(tx, person, NoticeKind.ACCOUNTS, place, str(person), Manner.NEW)

        await self._database.write(change)

    async def back(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """The pressed card shows all connections again; no name is asked for any more."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            _check_account(tx, person, place, message, connection, revision)
            _stop_naming(tx, person, place)
            _show_accounts(tx, person, place, message)

        await self._database.write(change)

    async def test(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """The portal is asked whether the connection works; the pressed card tells."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            _check_account(tx, person, place, message, connection, revision)
            last = connection_tests.find(tx, person, connection)
            if last is None or last.state is not ConnectionTestState.ASKING:
                asking = ConnectionTestState.ASKING
                times = last.revision + 1 if last else 1
                test = ConnectionTest(connection, person, place, asking, times)
                connection_tests.save(tx, test)
            _show_accounts(tx, person, place, message)

        await self._database.write(change)

    async def ask_name(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """Typed text in this place names the connection from now on."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            _check_account(tx, person, place, message, connection, revision)
            drafts.point(tx, Pointer(person, place, PointsAt.CONNECTION, connection))
            _show_accounts(tx, person, place, message)

        await self._database.write(change)

    async def name(self, cause: str, person: int, place: Place, text: str) -> BadName | None:
        """Names the connection that was asked about. A bad name is returned, and is asked again."""
        try:
            name = read_name(text)
        except BadName as error:
            return error

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            connection = named_at(tx, person, place)
            if connection is None:
                raise Stale
            connections.save(tx, replace(connection, name=name, revision=connection.revision + 1))
            drafts.unpoint(tx, person, place)
            notices.owe(tx, person, NoticeKind.ACCOUNTS, place, str(person), Manner.NEW)

        await self._database.write(change)
        return None

    async def cancel(self, cause: str, person: int, place: Place) -> bool:
        """`/cancel` where a name is asked for. False: none is, and nothing was written."""

        def change(tx: Transaction) -> bool:
            if not _stop_naming(tx, person, place):
                return False
            admit(tx, cause, person)
            notices.owe(tx, person, NoticeKind.ACCOUNTS, place, str(person), Manner.NEW)
            return True

        return await self._database.write(change)

    async def use(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """The connection becomes the active one."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            _check_account(tx, person, place, message, connection, revision)
            make_active(tx, person, connection)
            _show_accounts(tx, person, place, message)

        await self._database.write(change)

    async def guard(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """Replies of this connection stop and ask if somebody has answered meanwhile."""
        await self._set_guard(cause, person, place, message, connection, revision, on=True)

    async def unguard(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """They go out all the same."""
        await self._set_guard(cause, person, place, message, connection, revision, on=False)

    async def _set_guard(
        self,
        cause: str,
        person: int,
        place: Place,
        message: int,
        connection: str,
        revision: int,
        *,
        on: bool,
    ) -> None:
        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            _check_account(tx, person, place, message, connection, revision)
            found = connections.find(tx, person, connection)
            assert found is not None, "it was checked"
            connections.save(tx, replace(found, guarded=on, revision=found.revision + 1))
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
            every = connections.of_person(tx, person)
            doubtful = len(doubtful_rows(tx, person, found.id))
            return Leaving(found, letters, unfinished, known.revision, every, doubtful)

        return await self._database.read(look)

    async def remove(
        self, cause: str, person: int, place: Place, message: int, connection: str, revision: int
    ) -> None:
        """Disconnects; the pressed card shows what is left."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            _check_account(tx, person, place, message, connection, revision)
            disconnected(tx, person, connection)
            _show_accounts(tx, person, place, message)

        await self._database.write(change)


def _check_account(
    tx: Reading, person: int, place: Place, message: int, connection: str, revision: int
) -> None:
    """Stale if anything changed since, or if the message is known to show something else."""
    check_card(tx, person, place, message, CardKind.ACCOUNTS, str(person))
    current = people.get(tx, person).revision == revision
    if not current or connections.find(tx, person, connection) is None:
        raise Stale


def named_at(tx: Reading, person: int, place: Place) -> Connection | None:
    """The connection that typed text in this place names."""
    pointer = drafts.pointer(tx, person, place)
    if pointer is None or pointer.kind is not PointsAt.CONNECTION:
        return None
    return connections.find(tx, person, pointer.subject)


def _stop_naming(tx: Transaction, person: int, place: Place) -> bool:
    naming = named_at(tx, person, place) is not None
    if naming:
        drafts.unpoint(tx, person, place)
    return naming


def _show_accounts(tx: Transaction, person: int, place: Place, message: int) -> None:
    revision = people.get(tx, person).revision
    relabel(tx, person, place, message, CardKind.ACCOUNTS, str(person), revision)
    notices.owe(tx, person, NoticeKind.ACCOUNTS, place, str(person), Manner.EDIT)
