"""Who runs the bot: read from the rows and the settings each time, never remembered.

Everything here runs inside the caller's one transaction.
"""

from mail.errors import NotAllowed
from storage import notices, people
from storage.database import Reading, Transaction
from storage.records.notices import Manner, NoticeKind, Priority
from storage.records.people import Person
from storage.records.places import Place


class Admins:
    """`named` are those of the settings; if it is empty, the rows alone decide."""

    def __init__(self, named: frozenset[int]) -> None:
        self.named = named

    def all(self, tx: Reading) -> tuple[Person, ...]:
        """A former admin's row counts no more once the settings name others."""
        return tuple(
            admin for admin in people.admins(tx) if not self.named or admin.id in self.named
        )

    def has(self, tx: Reading, person: int) -> bool:
        """Is this person an admin now?"""
        return any(admin.id == person for admin in self.all(tx))

    def check(self, tx: Reading, person: int) -> None:
        """NotAllowed for everybody else."""
        if not self.has(tx, person):
            raise NotAllowed


def show_request(tx: Transaction, admin: int, stranger: int, manner: Manner) -> None:
    """The admin's card about this person."""
    kind, place = NoticeKind.APPROVAL, Place(admin)
    notices.owe(tx, admin, kind, place, str(stranger), manner, priority=Priority.ALERT)
