"""A connection: a person's stored, checked webhook; and an attempt to make one."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from storage.records.failures import Failure
from storage.records.places import Place


@dataclass(frozen=True, slots=True)
class Sender:
    """An address that letters may leave from."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox that this person sees on the portal."""

    id: int
    email: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A webhook's address in its parts; `port` is None where it is the scheme's own."""

    scheme: str
    host: str
    port: int | None
    prefix: str
    user_id: int
    code: str = field(repr=False)

    @property
    def label(self) -> str:
        """Safe to show: the host, with its port where that is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Account:
    """Who is behind the webhook, as the portal said when it was last asked."""

    person_name: str = ""
    zone: str = ""
    mailboxes: tuple[Mailbox, ...] = ()
    senders: tuple[Sender, ...] = ()


@dataclass(frozen=True, slots=True)
class Connection:
    """`senders_at` tells when mailboxes and senders were last read; `name` is the owner's own.

    `guarded`: a reply stops and asks if the letter was answered meanwhile.
    """

    id: str
    owner: int
    address: Address
    account: Account
    senders_at: datetime
    revision: int
    name: str = ""
    guarded: bool = True


class ConnectionTestState(StrEnum):
    """How far the test of a connection got."""

    ASKING = "asking"
    WORKS = "works"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """A person asked whether a connection works; `place` is where, `revision` counts the times."""

    connection: str
    owner: int
    place: Place
    state: ConnectionTestState
    revision: int
    failure: Failure | None = None


class AttemptState(StrEnum):
    """How far an attempt to connect got."""

    ASKED = "asked"  # waits for the address to be typed
    CHECKING = "checking"  # the portal is being asked
    REPLACE = "replace"  # works, but would replace another code: the person decides
    CONNECTED = "connected"
    FAILED = "failed"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class ConnectAttempt:
    """`account` is what the check found; `connection` is set once it led to one."""

    id: str
    owner: int
    place: Place
    state: AttemptState
    revision: int
    address: Address | None
    account: Account | None
    failure: Failure | None
    connection: str | None
    created_at: datetime
