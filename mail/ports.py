"""What mail asks of the world: a portal, a clock, ids, and to be told when to stop."""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bitrix24.methods import Got
from bitrix24.models import Letter, Mailbox, Profile, Sender, Sent, ThreadLetter
from bitrix24.webhook import Webhook

Clock = Callable[[], datetime]
NewId = Callable[[], str]
Step = Callable[[str], None]  # told which step was just made; tests stop the program there


@dataclass(frozen=True, slots=True)
class Senses:
    """What waiting needs of the world. `monotonic` is in seconds, `jitter` from 0 to 1."""

    clock: Clock
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    jitter: Callable[[], float]


class Spawn(Protocol):
    """Starts a supervised task."""

    def __call__(self, name: str, work: Coroutine[object, object, None]) -> None: ...


class Stop(Protocol):
    """Asked once, for good."""

    @property
    def asked(self) -> bool: ...


class Portal(Protocol):
    """The calls that mail makes; every one raises `bitrix24.errors.PortalError`."""

    async def profile(self, webhook: Webhook) -> Got[Profile | None]: ...

    async def scope(self, webhook: Webhook) -> Got[tuple[str, ...]]: ...

    async def mailboxes(self, webhook: Webhook) -> Got[tuple[Mailbox, ...]]: ...

    async def senders(self, webhook: Webhook) -> Got[tuple[Sender, ...]]: ...

    async def letter(self, webhook: Webhook, number: int) -> Got[Letter]: ...

    async def letters(
        self,
        webhook: Webhook,
        *,
        mailbox: int | None = None,
        search: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        folder: str | None = None,
        is_seen: bool | None = None,
        has_attachments: bool | None = None,
        limit: int = 25,
        page: int = 1,
    ) -> Got[tuple[Letter, ...]]: ...

    async def thread(
        self, webhook: Webhook, letter_number: int, *, limit: int = 50
    ) -> Got[tuple[ThreadLetter, ...]]: ...

    async def turn(self, webhook: Webhook, method: str) -> None: ...

    async def send(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Got[Sent]: ...
