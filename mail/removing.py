"""Taking a person's access away, and with it everything that would still happen in their name."""

from dataclasses import dataclass, replace

from mail.admins import Admins, show_request
from mail.connection_changes import disconnected, forgetful, stop
from mail.draft_changes import relabel
from mail.errors import Stale
from mail.scenes import ApprovalScene
from mail.showing import approval_scene
from mail.without_access import cards_to_close, close
from storage import cards, connections, drafts, notices, outbox_lists, people
from storage.database import Database, Reading, Transaction
from storage.records.connections import AttemptState
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.outbox import NOT_LEFT, OutboxState
from storage.records.people import Access, Person
from storage.records.places import Place


@dataclass(frozen=True, slots=True)
class Removal:
    """What would happen if this person were removed."""

    person: Person
    connections: int
    letters: int
    on_the_wire: int
    drafts: int


class Removing:
    """What admins do about people who were let in."""

    def __init__(self, database: Database, *, admins: frozenset[int]) -> None:
        self._database = database
        self._admins = Admins(admins)

    async def cost(self, admin: int, person: int) -> Removal:
        """For the question that comes first; NotAllowed for others, Stale if it is over."""

        def look(tx: Reading) -> Removal:
            self._admins.check(tx, admin)
            found = self._removable(tx, person)
            ids = [connection.id for connection in connections.of_person(tx, person)]
            unfinished = sum(len(drafts.of_connection(tx, person, one)) for one in ids)
            letters = len(outbox_lists.in_state(tx, *NOT_LEFT, owner=person))
            on_the_wire = len(outbox_lists.in_state(tx, OutboxState.SENDING, owner=person))
            return Removal(found, len(ids), letters, on_the_wire, unfinished)

        return await self._database.read(look)

    async def scene(self, admin: int, person: int) -> ApprovalScene:
        """What the card shows when it is not asked after all."""

        def look(tx: Reading) -> ApprovalScene:
            self._admins.check(tx, admin)
            scene = approval_scene(tx, admin, person)
            if scene is None:
                raise Stale
            return scene

        return await self._database.read(look)

    async def remove(
        self, cause: str, admin: int, place: Place, message: int, person: int, revision: int
    ) -> None:
        """From this commit on nothing that they press or say counts."""

        def change(tx: Transaction) -> None:
            tx.once(cause)
            self._admins.check(tx, admin)
            if self._removable(tx, person).revision != revision:
                raise Stale
            cards = cards_to_close(tx, person)
            _stop_everything(tx, person)
            removed = _shut_out(tx, person)
            notices.drop_owed(tx, person)
            subject = str(person)
            notices.owe(tx, person, NoticeKind.ADMITTED, Place(person), subject, Manner.NEW)
            for card in cards:
                close(tx, card)
            relabel(tx, admin, place, message, CardKind.APPROVAL, subject, removed.revision)
            self._show(tx, subject)

        await self._database.write(change)

    def _removable(self, tx: Reading, person: int) -> Person:
        found = people.find(tx, person)
        if found is None or not found.admitted or self._admins.has(tx, person):
            raise Stale
        return found

    def _show(self, tx: Transaction, subject: str) -> None:
        for one in self._admins.all(tx):
            if cards.live(tx, CardKind.APPROVAL, Place(one.id), subject) is not None:
                show_request(tx, one.id, int(subject), Manner.EDIT)


def _stop_everything(tx: Transaction, person: int) -> None:
    """Nothing leaves any more, nothing connects, no code is kept; what was typed is set aside."""
    for attempt in connections.open_attempts(tx, person):
        connections.save_attempt(tx, replace(forgetful(attempt), state=AttemptState.DROPPED))
    for connection in connections.of_person(tx, person):
        disconnected(tx, person, connection.id)
    for row in outbox_lists.in_state(tx, *NOT_LEFT, owner=person):  # of connections removed before
        stop(tx, row)


def _shut_out(tx: Transaction, person: int) -> Person:
    known = people.get(tx, person)
    removed = replace(
        known,
        access=Access.REFUSED,
        admin=False,
        removed=True,
        asked_at=tx.now,
        revision=known.revision + 1,
    )
    people.save(tx, removed)
    return removed
