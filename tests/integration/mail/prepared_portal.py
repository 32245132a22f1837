"""A portal that answers what a test prepared: `mail.ports.Portal` without a network."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bitrix24.errors import Failure, FailureCode, Moved, PortalError
from bitrix24.learned import NOTHING
from bitrix24.methods import Got
from bitrix24.models import Letter, Mailbox, Profile, Sender, Sent, ThreadLetter
from bitrix24.webhook import Webhook

ANNA = Profile(ID=1, NAME="Anna", LAST_NAME="Berg", TIME_ZONE="Europe/Berlin")
SUPPORT = "support@acme.example"

Value = TypeVar("Value")


class PreparedPortal:
    """Each answer is a value, or an error to raise. `moved_to`: where it answers now, and
    `moved_on`: where it sends those who ask there."""

    def __init__(self) -> None:
        self.mailboxes_answer: tuple[Mailbox, ...] | Exception = (Mailbox(id=3, email=SUPPORT),)
        self.senders_answer: tuple[Sender, ...] | Exception = (
            Sender(email=SUPPORT, name="Support"),
        )
        self.profile_answer: Profile | PortalError | None = ANNA
        self.scope_answer: tuple[str, ...] | PortalError = ("mail",)
        self.during_senders: Callable[[], Awaitable[None]] | None = None
        self.moved_to: Webhook | None = None
        self.moved_on: Webhook | None = None
        self.called: list[tuple[str, str]] = []

    async def mailboxes(self, webhook: Webhook) -> Got[tuple[Mailbox, ...]]:
        return self._answer("mailboxes", webhook, self.mailboxes_answer)

    async def senders(self, webhook: Webhook) -> Got[tuple[Sender, ...]]:
        if self.during_senders is not None:
            await self.during_senders()
        return self._answer("senders", webhook, self.senders_answer)

    async def profile(self, webhook: Webhook) -> Got[Profile | None]:
        return self._answer("profile", webhook, self.profile_answer)

    async def scope(self, webhook: Webhook) -> Got[tuple[str, ...]]:
        return self._answer("scope", webhook, self.scope_answer)

    async def letter(self, webhook: Webhook, number: int) -> Got[Letter]:
        raise AssertionError("nobody connects by reading letters")

    async def letters(
        self, webhook: Webhook, *, is_seen: bool | None = None, **others: object
    ) -> Got[tuple[Letter, ...]]:
        raise AssertionError("nobody connects by reading letters")

    async def thread(
        self, webhook: Webhook, letter_number: int, *, limit: int = 50
    ) -> Got[tuple[ThreadLetter, ...]]:
        raise AssertionError("nobody connects by reading letters")

    async def turn(self, webhook: Webhook, method: str) -> None:
        raise AssertionError("nobody connects by sending")

    async def send(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Got[Sent]:
        raise AssertionError("nobody connects by sending")

    def _answer(self, method: str, webhook: Webhook, prepared: Value | Exception) -> Got[Value]:
        self.called.append((method, webhook.code))
        if self.moved_to is not None:
            there = webhook.host == self.moved_to.host
            leads_to = self.moved_on if there else self.moved_to
            if leads_to is not None:
                raise Moved(Failure(FailureCode.MOVED, 302), leads_to)
        if isinstance(prepared, Exception):
            raise prepared
        return Got(prepared, NOTHING)
