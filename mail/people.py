"""Who may use the bot: strangers ask, admins decide, and the first admin may come by a code.

Every change is one transaction; who is an admin is read from the rows and the settings each time.
"""

import hmac
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from mail.admins import Admins, show_request
from mail.errors import Stale
from mail.without_access import open_again
from storage import invites, notices, people
from storage.database import Database, Reading, Transaction
from storage.records.notices import Manner, NoticeKind
from storage.records.people import Access, Person
from storage.records.places import Place

ASK_AGAIN = timedelta(days=1)
MOST_WAITING = 20
MOST_TOLD = 3  # answers a day to one stranger; after that the bot is silent
CLAIM_TRIES = 5  # codes an hour, of one person
HOUR = timedelta(hours=1)


class Answer(StrEnum):
    """What a stranger is told."""

    ASKED = "asked"  # an admin is asked now
    ASKED_BEFORE = "asked_before"  # an admin was asked, and has not decided
    FULL = "full"  # too many wait already
    REFUSED = "refused"  # an admin refused less than a day ago
    REMOVED = "removed"  # an admin took the access away less than a day ago


class People:
    """Everybody who ever wrote to the bot. `claim_code` is None where there is nothing to claim."""

    def __init__(
        self,
        database: Database,
        *,
        admins: frozenset[int],
        open_to_all: bool,
        claim_code: str | None,
    ) -> None:
        self._database = database
        self._admins = Admins(admins)
        self._open_to_all = open_to_all
        self._claim_code = claim_code
        self._tries: dict[int, list[datetime]] = {}
        self._told: dict[int, list[datetime]] = {}
        self._sent_away: dict[int, list[datetime]] = {}

    async def find(self, person: int) -> Person | None:
        """The person, if they ever wrote to the bot."""
        return await self._database.read(lambda tx: people.find(tx, person))

    async def meet(
        self, person: int, name: str, username: str, language: str, *, known: Person | None = None
    ) -> Person:
        """The person as they are now; a new one gets a row, and is let in if the settings say so.

        `known`: their row, if it was read just now.
        Who comes in because anybody may is shown to every admin, who can remove them.
        Needs no cause: it writes what Telegram says of them, and only if that changed.
        """
        known = known or await self.find(person)
        if known is not None and self._met(known, name, username, language) == known:
            return known

        def change(tx: Transaction) -> Person:
            now = people.find(tx, person) or _stranger(person)
            met = self._met(now, name, username, language)
            people.save(tx, met)
            if met.admin and not now.admin:
                _ask_about_everybody(tx, met)
            if met.admitted and not (now.admitted or met.admin):
                for one in self._admins.all(tx):
                    show_request(tx, one.id, person, Manner.NEW)
            if now.removed and met.admitted:
                open_again(tx, person)
            return met

        return await self._database.write(change)

    def _met(self, person: Person, name: str, username: str, language: str) -> Person:
        named = self._admins.named
        admin = person.id in named if named else person.admin
        let_in = admin or (self._open_to_all and not person.removed)
        return replace(
            person,
            name=name,
            username=username,
            language=language,
            admin=admin,
            access=Access.ADMITTED if let_in else person.access,
            removed=person.removed and not let_in,
        )

    async def ask(self, cause: str, person: int) -> Answer | None:
        """A stranger wrote: every admin is asked, once a day. None: they were told often enough.

        The person must have been met.
        """

        def change(tx: Transaction) -> Answer | None:
            stranger = people.get(tx, person)
            answer = _answer(tx, stranger)
            if answer is Answer.REMOVED:
                return answer if once_more(self._sent_away, person, tx.now, ASK_AGAIN, 1) else None
            if answer is not Answer.ASKED:
                return (
                    answer if once_more(self._told, person, tx.now, ASK_AGAIN, MOST_TOLD) else None
                )
            tx.once(cause)
            invites.forget_guest(tx, person)
            waiting = replace(
                stranger, access=Access.WAITING, asked_at=tx.now, revision=stranger.revision + 1
            )
            people.save(tx, waiting)
            for admin in self._admins.all(tx):
                show_request(tx, admin.id, person, Manner.NEW)
            return answer

        return await self._database.write(change)

    async def decide(
        self, cause: str, admin: int, person: int, revision: int, *, let_in: bool
    ) -> None:
        """An admin's tap; NotAllowed for others, Stale if somebody decided before."""

        def change(tx: Transaction) -> None:
            tx.once(cause)
            self._admins.check(tx, admin)
            stranger = people.find(tx, person)
            if stranger is None or stranger.revision != revision:
                raise Stale
            if stranger.access is not Access.WAITING:
                raise Stale
            decided = replace(
                stranger,
                access=Access.ADMITTED if let_in else Access.REFUSED,
                removed=stranger.removed and not let_in,
                revision=stranger.revision + 1,
            )
            people.save(tx, decided)
            for one in self._admins.all(tx):
                show_request(tx, one.id, person, Manner.EDIT)
            subject = str(person)
            notices.owe(tx, person, NoticeKind.ADMITTED, Place(person), subject, Manner.NEW)
            if stranger.removed and let_in:
                open_again(tx, person)

        await self._database.write(change)

    async def claim(self, cause: str, person: int, code: str) -> bool:
        """`/start CODE`: the first right one makes its sender the admin."""
        if self._claim_code is None or not code:
            return False
        return await self._database.write(lambda tx: self._claim(tx, cause, person, code))

    def _claim(self, tx: Transaction, cause: str, person: int, code: str) -> bool:
        assert self._claim_code is not None
        if people.admins(tx):
            return False
        if not once_more(self._tries, person, tx.now, HOUR, CLAIM_TRIES):
            return False
        if not hmac.compare_digest(code.encode(errors="replace"), self._claim_code.encode()):
            return False
        tx.once(cause)
        stranger = people.get(tx, person)
        admin = replace(stranger, access=Access.ADMITTED, admin=True, removed=False)
        people.save(tx, admin)
        if stranger.removed:
            open_again(tx, person)
        _ask_about_everybody(tx, admin)
        return True


def _stranger(person: int) -> Person:
    return Person(
        id=person,
        name="",
        username="",
        language="",
        access=Access.STRANGER,
        admin=False,
        active_connection=None,
        asked_at=None,
        revision=1,
    )


def _answer(tx: Reading, person: Person) -> Answer:
    if person.asked_at is not None and tx.now - person.asked_at < ASK_AGAIN:
        if person.access is not Access.REFUSED:
            return Answer.ASKED_BEFORE
        return Answer.REMOVED if person.removed else Answer.REFUSED
    if person.access is not Access.WAITING and people.count_waiting(tx) >= MOST_WAITING:
        return Answer.FULL
    return Answer.ASKED


def once_more(
    done: dict[int, list[datetime]], person: int, now: datetime, period: timedelta, most: int
) -> bool:
    """Counts what one person did within the period. False: that was too often, and not counted."""
    recent = [at for at in done.get(person, ()) if now - at < period]
    if len(recent) >= most:
        return False
    done[person] = [*recent, now]
    return True


def _ask_about_everybody(tx: Transaction, admin: Person) -> None:
    """A new admin hears of those who asked before there was one."""
    for stranger in people.waiting(tx):
        show_request(tx, admin.id, stranger.id, Manner.NEW)
