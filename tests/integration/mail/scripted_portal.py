"""A portal that plays a script: prepared answers, errors, and gates that hold an answer back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bitrix24.errors import PortalError
from bitrix24.learned import NOTHING, Learned
from bitrix24.methods import Got
from bitrix24.models import Letter, Mailbox, Profile, Sender, Sent, ThreadLetter
from bitrix24.webhook import Webhook

Value = TypeVar("Value")

FROM_JANE = Letter.model_validate(
    {
        "id": 15,
        "mailboxEmail": "support@acme.example",
        "subject": "Order 118",
        "from": "Jane Client <jane@client.example>",
        "to": "support@acme.example",
        "body": "Where is my order?",
    }
)


class ScriptedPortal:
    """`gate`, if set, holds answers back; `on_send` runs while a letter is on the wire, and
    `on_turn` while somebody waits for a turn to send one."""

    def __init__(self) -> None:
        self.unread: tuple[Letter, ...] | PortalError = (FROM_JANE,)
        self.found: dict[int, Letter | PortalError] = {
            15: FROM_JANE,
            16: FROM_JANE.model_copy(update={"id": 16, "subject": "Order 119"}),
        }
        self.own: tuple[Sender, ...] | PortalError = (Sender(email="support@acme.example"),)
        self.accepts: Sent | Exception = Sent(to=("jane@client.example",))
        self.learned: Learned = NOTHING
        self.correspondence: tuple[ThreadLetter, ...] | PortalError = ()
        self.gate: asyncio.Event | None = None
        self.on_send: Callable[[], Awaitable[None]] | None = None
        self.on_turn: Callable[[], Awaitable[None]] | None = None
        self.asked: list[tuple[str, object]] = []
        self.sends: list[tuple[bytes, str]] = []

    async def profile(self, webhook: Webhook) -> Got[Profile | None]:
        raise AssertionError("nobody connects here")

    async def scope(self, webhook: Webhook) -> Got[tuple[str, ...]]:
        raise AssertionError("nobody connects here")

    async def mailboxes(self, webhook: Webhook) -> Got[tuple[Mailbox, ...]]:
        raise AssertionError("nobody connects here")

    async def senders(self, webhook: Webhook) -> Got[tuple[Sender, ...]]:
        return await self._answer("senders", None, self.own)

    async def letter(self, webhook: Webhook, number: int) -> Got[Letter]:
        return await self._answer("letter", number, self.found[number])

    async def letters(
        self, webhook: Webhook, *, is_seen: bool | None = None, **others: object
    ) -> Got[tuple[Letter, ...]]:
        return await self._answer("letters", is_seen, self.unread)

    async def thread(
        self, webhook: Webhook, letter_number: int, *, limit: int = 50
    ) -> Got[tuple[ThreadLetter, ...]]:
        self.asked.append(("thread", letter_number))
        if isinstance(self.correspondence, PortalError):
            raise self.correspondence
        return Got(self.correspondence, self.learned)

    async def turn(self, webhook: Webhook, method: str) -> None:
        if self.on_turn is not None:
            await self.on_turn()

    async def send(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Got[Sent]:
        self.sends.append((body, idempotency_key))
        if self.on_send is not None:
            await self.on_send()
        return await self._answer("send", webhook.code, self.accepts)

    async def _answer(self, method: str, about: object, prepared: Value | Exception) -> Got[Value]:
        self.asked.append((method, about))
        if self.gate is not None:
            await self.gate.wait()
        if isinstance(prepared, Exception):
            raise prepared
        return Got(prepared, self.learned)
