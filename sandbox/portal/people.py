"""Who works on the portal: employees, their mailboxes and the webhooks they made."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Employee:
    """A user of the portal."""

    id: int
    name: str
    last_name: str = ""
    admin: bool = False
    active: bool = True
    time_zone: str = "Europe/Berlin"
    email: str = ""


@dataclass(eq=False)
class Mailbox:
    """A connected mailbox. `members` are the employees who may open it."""

    id: int
    email: str
    name: str
    sender_name: str
    members: set[int] = field(default_factory=set)
    login_works: bool = True
    """False: the mail server refuses the mailbox's password, so nothing can be sent from it."""


@dataclass(eq=False)
class Webhook:
    """An incoming webhook: `employee` acts with the rights in `scopes`."""

    employee: Employee
    code: str
    scopes: tuple[str, ...] = ("mail",)
    state: Literal["active", "revoked", "expired", "dismissed"] = "active"
    """`dismissed`: its owner no longer works there."""
    plan_has_rest: bool = True
