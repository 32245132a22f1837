"""What a failed call means: did it run, was it refused, or is that not known?

    PortalError
    ├── NotSent      no byte of the request left this machine
    ├── Busy         did not run; the same call may succeed later
    ├── AccessLost   did not run; a person must mend the connection
    ├── Moved        did not run; the portal has another address now
    ├── Refused      the portal refused this very call
    └── Unknown      the call may have run

Errors carry codes and values, never sentences, and never a webhook's secret: whatever a
portal says is masked before it gets here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bitrix24.learned import NOTHING, Learned
from bitrix24.webhook import Webhook


class FailureCode(StrEnum):
    """What a person must be told apart; `Failure.portal_code` has the portal's own word."""

    # No byte left.
    UNREACHABLE = "unreachable"  # not found, refused, private or silent: one code for all
    CERTIFICATE = "certificate"  # no secure connection: certificate or handshake
    TIMEOUT_CONNECTING = "timeout_connecting"  # trusted portals only
    HOST_REFUSED = "host_refused"  # outside what the settings allow this portal
    # Something left, and what came back says nothing.
    NO_ANSWER = "no_answer"
    BROKEN_OFF = "broken_off"
    BAD_ANSWER = "bad_answer"
    HTML_ANSWER = "html_answer"
    ANSWER_TOO_LARGE = "answer_too_large"
    # Did not run, may succeed later.
    TOO_MANY_CALLS = "too_many_calls"
    OPERATING_TIME = "operating_time"
    # Did not run, a person must mend the connection.
    CODE_LOST = "code_lost"  # ours: the stored code can no longer be opened
    CREDENTIALS = "credentials"
    SCOPE = "scope"
    PLAN = "plan"
    LICENSE = "license"
    PAYMENT = "payment"
    OWNER_INACTIVE = "owner_inactive"
    USER_ACCESS = "user_access"
    EXTERNAL_USER = "external_user"
    APPLICATION_NEEDED = "application_needed"
    APPLICATION_REMOVED = "application_removed"
    CONFIRMATION_AWAITED = "confirmation_awaited"
    CONFIRMATION_DENIED = "confirmation_denied"
    HTTPS_NEEDED = "https_needed"
    PORTAL_BLOCKED = "portal_blocked"
    PORTAL_CLOSED = "portal_closed"
    MOVED = "moved"
    REDIRECTED = "redirected"  # to a page, as to a login
    # The portal refused this call.
    VALIDATION = "validation"
    NOT_FOUND = "not_found"
    NO_RIGHT = "no_right"
    METHOD_MISSING = "method_missing"
    KEY_INVALID = "key_invalid"
    BAD_CALL = "bad_call"  # our mistake: the portal did not understand the call
    # May have run.
    KEY_REUSED = "key_reused"
    PORTAL_FAILED = "portal_failed"
    # A code that no page lists; the leaf of the tree follows the HTTP status.
    UNRECOGNISED = "unrecognised"


@dataclass(frozen=True)
class RefusedField:
    """One complaint of the portal about one parameter.

    `field` is our parameter's name (`from`, `to`, `replyToMessageId`, …), None if the portal
    named none; `token` is its upper-case word (`NO_RECIPIENTS`), '' if it gave none.
    """

    field: str | None
    token: str
    text: str


@dataclass(frozen=True)
class Failure:
    """Why a call failed: our code, and what the portal said, verbatim but masked."""

    code: FailureCode
    status: int | None = None
    portal_code: str = ""
    portal_text: str = ""
    fields: tuple[RefusedField, ...] = ()
    retry_at: datetime | None = None


class PortalError(Exception):
    """A call that brought no result; the class says whether it ran."""

    def __init__(self, failure: Failure, learned: Learned = NOTHING) -> None:
        super().__init__(failure)
        self.failure = failure
        self.learned = learned

    def __str__(self) -> str:
        status = self.failure.status and f"HTTP {self.failure.status}"
        return ", ".join(
            str(part) for part in (self.failure.code, status, self.failure.portal_code) if part
        )


class NotSent(PortalError):
    """No byte of the request left this machine."""


class Busy(PortalError):
    """The portal did not run the call and may run it later (`failure.retry_at`, if known)."""


class AccessLost(PortalError):
    """The portal did not run the call: a person must mend the connection first."""


class Moved(PortalError):
    """The portal did not run the call: it answers at `webhook` now, with the same secret."""

    def __init__(self, failure: Failure, webhook: Webhook) -> None:
        super().__init__(failure)
        self.webhook = webhook


class Refused(PortalError):
    """The portal refused this very call; repeating it as it is helps nobody."""


class Unknown(PortalError):
    """The call may have run."""
