"""The portal's state and what people do with it outside the API: write to it, look into it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Literal

from aiohttp import web

from sandbox.changes import Changes
from sandbox.clock import Clock, system_clock
from sandbox.faults import Faults
from sandbox.portal.ledgers import Call, Flight, Made, RefusedSend, Run, Stored
from sandbox.portal.letters import INBOX, Letter, SentLetter
from sandbox.portal.limits import Bucket, OperatingLimit
from sandbox.portal.people import Employee, Mailbox, Webhook
from sandbox.portal.profiles import Docs, ProfileName, profile_of
from sandbox.portal.refusals import Refusal, flat

ZONE = timezone(timedelta(hours=3))
SECRET_HEADERS = {"authorization", "cookie"}


@dataclass
class Portal:
    """One portal. `url` is where it is served: set by whoever starts the server."""

    profile_name: ProfileName = "docs"
    language: Literal["en", "ru"] = "en"
    clock: Clock = system_clock
    changes: Changes = field(default_factory=Changes)
    seed: int = 0
    """For the profile "mixed"."""
    prefix: str = ""
    """Path in front of `/rest/`, such as `/b24`, for a self-hosted portal."""
    url: str = ""

    def __post_init__(self) -> None:
        self.profile: Docs = profile_of(self.profile_name, self.language, ZONE, self.seed)
        self.idempotency = self.profile.idempotency
        """`active`: keys are echoed, replayed and checked; `ignored`: as if no key came."""
        self.idempotency_of: dict[str, Literal["active", "ignored"]] = {}
        """The same for single methods, by name."""
        self.bucket: Bucket | None = None
        """How many calls per second it bears; None: any."""
        self.operating: OperatingLimit | None = None
        """How much working time it gives; None: any."""
        self.cut_off_seconds: float | None = None
        """After so many real seconds a call is broken off, and what it did not do is not done."""
        self.overloaded = False
        """The vendor has blocked REST on this portal."""
        self.https_only = False
        """Plain http is refused, as in the cloud."""
        self.hidden_methods: set[str] = set()
        """Those that this portal does not have."""
        self.flat_scope_error = False
        """True: a missing scope is reported in the classic shape."""
        self.sent_copies: Literal["at once", "never"] | float = "at once"
        """When a sent letter shows up in the Sent folder and its thread; a number: so many seconds
        later, by the portal's clock."""
        self.delivery_seconds = 0.0
        """When a letter arrives in other mailboxes of this portal, by the portal's clock."""
        self.write_seconds = 0.0
        """How long, in real seconds, a writing method runs before it has its effect."""
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
        self.made: list[Made] = []
        """Tasks, chats and the like, in order."""
        self.missing_modules: set[str] = set()
        """Of `crm`, `tasks`, `calendar`, `im`, `blog`: those that are not installed."""
        self.ids_change_on_move = False
        self.runs: list[Run] = []
        """Calls of writing methods that ran, or are running: not those refused or replayed."""
        self.flights: list[Flight] = []
        """Calls with an idempotency key that are there and have not run yet."""
        self.calls: list[Call] = []
        self.refused_sends: list[RefusedSend] = []
        self.remembered: dict[tuple[str, str, str], Stored] = {}

    def minds_keys(self, method: str) -> bool:
        """Does an idempotency key mean anything here?"""
        return self.idempotency_of.get(method, self.idempotency) == "active"

    def take_off(self, flight: Flight) -> Flight:
        """A call with an idempotency key has arrived."""
        for other in self.flights:
            if other.meets(flight):
                other.overlapped = flight.overlapped = True
        self.flights.append(flight)
        return flight

    def land(self, flight: Flight | None) -> None:
        """It has run, or was dropped."""
        if flight in self.flights:
            self.flights.remove(flight)

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
        folder: str = INBOX,
        letter_id: int | None = None,
    ) -> Letter:
        """A letter comes in from outside. `mailbox` is one of our addresses."""
        box = self.mailbox(mailbox)
        letter = Letter(
            letter_id or self.next_id(),
            box,
            folder,
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

    def regenerate(self, webhook: str, code: str, owner: Employee | None = None) -> None:
        """Somebody edits a webhook: its code changes, and whoever edits it owns it then."""
        old = self.webhooks[webhook]
        self.webhooks[webhook] = replace(old, code=code, employee=owner or old.employee)

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
        self, sentence: str, *, code: str | None = None, field: str | None = None
    ) -> None:
        """The next send is checked, then refused, as for a daily limit or a dead login."""
        self.refused_sends.append(RefusedSend(sentence, code, field))

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
        return as_response(too_many_requests())


def too_many_requests() -> Refusal:
    return flat(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")


def as_response(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.body, status=refusal.status)
