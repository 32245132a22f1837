"""A person: somebody's Telegram account, and whether they were let in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Access(StrEnum):
    """How far a person got."""

    STRANGER = "stranger"
    WAITING = "waiting"  # an admin was asked
    ADMITTED = "admitted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Person:
    """`id` is Telegram's. `revision` counts what the accounts card shows.

    `removed`: an admin took the access away, and only an admin gives it back. Since then stands
    in `asked_at`, because a day must pass as after a request.
    """

    id: int
    name: str
    username: str
    language: str
    access: Access
    admin: bool
    active_connection: str | None
    asked_at: datetime | None
    revision: int
    removed: bool = False

    @property
    def admitted(self) -> bool:
        """May this person use the bot now?"""
        return self.access is Access.ADMITTED
