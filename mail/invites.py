"""Links by which an admin lets somebody in without being asked: one person each, for a day."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from mail.admins import Admins, show_request
from mail.people import ASK_AGAIN, MOST_TOLD, once_more
from mail.without_access import open_again
from storage import invites, notices, people
from storage.database import Database, Reading, Transaction
from storage.records.invites import Invite
from storage.records.notices import Manner, NoticeKind
from storage.records.people import Access, Person
from storage.records.places import Place

LIVES = timedelta(hours=24)
MOST_TOKEN = 64  # characters of a start link, by Telegram


class Visit(StrEnum):
    """What came of somebody's link."""

    LET_IN = "let_in"
    NO_USE = "no_use"  # expired, used or forged: nobody outside learns which
    SILENT = "silent"  # the same, and they were told often enough


class Invites:
    """`new_token` makes 128 random bits that fit into a link."""

    def __init__(
        self, database: Database, *, admins: frozenset[int], new_token: Callable[[], str]
    ) -> None:
        self._database = database
        self._admins = Admins(admins)
        self._new_token = new_token
        self._told: dict[int, list[datetime]] = {}

    async def make(self, admin: int) -> str:
        """A new token; NotAllowed for others than admins.

        Needs no cause: a token that was lost with a crash was shown to nobody and goes by itself.
        """
        token = self._new_token()

        def change(tx: Transaction) -> None:
            self._admins.check(tx, admin)
            invites.add(tx, Invite(_digest(token), admin, tx.now, tx.now + LIVES))

        await self._database.write(change)
        return token

    async def exist(self) -> bool:
        """Is there an admin who could have made one?"""
        return await self._database.read(lambda tx: bool(self._admins.all(tx)))

    async def come(self, cause: str, person: int, token: str) -> Visit:
        """`/start TOKEN` of a stranger, who must have been met; of many, one is let in."""
        return await self._database.write(lambda tx: self._come(tx, cause, person, token))

    def _come(self, tx: Transaction, cause: str, person: int, token: str) -> Visit:
        stranger = people.get(tx, person)
        invite = self._valid(tx, stranger, token)
        if invite is None or not invites.use(tx, invite, person):
            told = once_more(self._told, person, tx.now, ASK_AGAIN, MOST_TOLD)
            return Visit.NO_USE if told else Visit.SILENT
        tx.once(cause)
        people.save(
            tx,
            replace(
                stranger, access=Access.ADMITTED, removed=False, revision=stranger.revision + 1
            ),
        )
        self._tell(tx, stranger, invite.admin)
        return Visit.LET_IN

    def _valid(self, tx: Reading, stranger: Person, token: str) -> Invite | None:
        """Of an admin who is one still; and who was removed needs one that was made after that."""
        if not token.isascii() or len(token) > MOST_TOKEN:
            return None
        invite = invites.find(tx, _digest(token))
        if invite is None or not self._admins.has(tx, invite.admin):
            return None
        removed_at = stranger.asked_at if stranger.removed else None
        if removed_at is not None and invite.created_at <= removed_at:
            return None
        return invite

    def _tell(self, tx: Transaction, stranger: Person, host: int) -> None:
        """The guest, the host, and whoever has a card that asks about the guest."""
        subject = str(stranger.id)
        place = Place(stranger.id)
        notices.owe(tx, stranger.id, NoticeKind.ADMITTED, place, subject, Manner.NEW)
        if stranger.removed:
            open_again(tx, stranger.id)
        if stranger.access is Access.WAITING:
            for admin in self._admins.all(tx):
                show_request(tx, admin.id, stranger.id, Manner.EDIT)
        show_request(tx, host, stranger.id, Manner.NEW)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
