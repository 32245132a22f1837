"""The portal's state and what people do with it outside the API: write to it, look into it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Literal

from aiohttp import web

from sandbox.changes import Changes
from sandbox.clock import Clock, system_clock
from sandbox.faults import Faults
from sandbox.portal.letters import INBOX, Letter, SentLetter
from sandbox.portal.people import Employee, Mailbox, Webhook
from sandbox.portal.profiles import PROFILES, Docs, ProfileName
from sandbox.portal.refusals import Refusal, flat

ZONE = timezone(timedelta(hours=3))
SECRET_HEADERS = {"authorization", "cookie"}


@dataclass
class Call:
    """One call that reached the portal. `status` is None as long as it has no answer."""

    api: Literal["v3", "classic"]
    method: str
    at: datetime
    headers: Mapping[str, str]
    status: int | None = None


@dataclass(frozen=True)
class RefusedSend:
    """What the next send answers instead of sending: a token of the method page."""

    code: str
    field: str
    sentence: str


@dataclass
class Stored:
    """A success that an idempotency key remembers."""

    body_hash: bytes
    result: object
    at: datetime


@dataclass
class Portal:
    """One portal. `url` is where it is served: set by whoever starts the server."""

    profile_name: ProfileName = "docs"
    language: Literal["en", "ru"] = "en"
    clock: Clock = system_clock
    changes: Changes = field(default_factory=Changes)
    prefix: str = ""
    """Path in front of `/rest/`, such as `/b24`, for a self-hosted portal."""
    url: str = ""

    def __post_init__(self) -> None:
        self.profile: Docs = PROFILES[self.profile_name](self.language, ZONE)
        self.idempotency = self.profile.idempotency
        """`active`: keys are echoed, replayed and checked; `ignored`: as if no key came."""
        self.flat_scope_error = False
        """True: a missing scope is reported in the classic shape."""
        self.sent_copies: Literal["at once", "never"] | float = "at once"
        """When a sent letter shows up in the Sent folder and its thread; a number: so many seconds
        later, by the portal's clock."""
        self.faults = Faults(
            self.changes,
            {"unauthorized": self._unauthorized, "unavailable": self._unavailable},
        )
        self.employees: list[Employee] = []
        self.mailboxes: list[Mailbox] = []
        self.webhooks: dict[str, Webhook] = {}
        """By a name that tests use: `active`, `revoked`, …"""
        self.contacts: dict[str, str] = {}
        """Names that are understood as recipients, and their addresses."""
        self.letters: list[Letter] = []
        self.sent: list[SentLetter] = []
        self.calls: list[Call] = []
        self.refused_sends: list[RefusedSend] = []
        self.remembered: dict[tuple[str, str, str], Stored] = {}

    def address(self, webhook: str = "active") -> str:
        """The address of a webhook as the portal's page shows it (with its secret)."""
        hook = self.webhooks[webhook]
        return f"{self.url}{self.prefix}/rest/{hook.employee.id}/{hook.code}/"

    def mailbox(self, email: str) -> Mailbox:
        return next(box for box in self.mailboxes if box.email == email.lower())

    def letter(self, letter_id: int) -> Letter | None:
        return next((each for each in self.letters if each.id == letter_id), None)

    def receive(
        self,
        mailbox: str,
        sender: str,
        subject: str,
        body: str,
        *,
        to: str | None = None,
        cc: str = "",
        date: datetime | None = None,
        is_seen: bool = False,
        has_attachments: bool = False,
        answers: int | None = None,
        letter_id: int | None = None,
    ) -> Letter:
        """A letter comes in from outside. `mailbox` is one of our addresses."""
        box = self.mailbox(mailbox)
        letter = Letter(
            letter_id or self.next_id(),
            box,
            INBOX,
            sender,
            to or box.email,
            cc,
            subject,
            body,
            date or self.clock(),
            is_seen,
            has_attachments,
            answers,
        )
        self.put(letter)
        return letter

    def put(self, letter: Letter) -> None:
        self.letters.append(letter)
        self.changes.note()

    def delete(self, letter_id: int) -> None:
        """Somebody deletes a letter on the portal."""
        self.letters = [each for each in self.letters if each.id != letter_id]
        self.changes.note()

    def next_id(self) -> int:
        return max((each.id for each in self.letters), default=0) + 1

    def refuse_next_send(
        self, sentence: str, *, code: str = "MESSAGE_REPLY_FAILED", field: str = "replyToMessageId"
    ) -> None:
        """The next send is checked, then refused, as for a daily limit or a dead login."""
        self.refused_sends.append(RefusedSend(code, field, sentence))

    async def wait_for_sent(self, count: int = 1, within: float = 5.0) -> SentLetter:
        """The `count`-th letter that left, waiting for it. Raises TimeoutError."""
        await self.changes.until(lambda: len(self.sent) >= count, within)
        return self.sent[count - 1]

    async def wait_for_call(self, method: str, count: int = 1, within: float = 5.0) -> Call:
        """The `count`-th call of `method`, as soon as it has arrived. Raises TimeoutError."""

        def found() -> Call | None:
            calls = [call for call in self.calls if call.method == method]
            return calls[count - 1] if len(calls) >= count else None

        return await self.changes.until(found, within)

    async def _unauthorized(self) -> web.Response:
        return as_response(self.profile.bad_credentials())

    async def _unavailable(self) -> web.Response:
        return as_response(flat(503, "QUERY_LIMIT_EXCEEDED", "Too many requests"))


def as_response(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body, status=refusal.status)
