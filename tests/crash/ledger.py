"""A portal that writes down what really left, with faults between it and whoever calls.

It keeps the documented rules for idempotency keys: a success is remembered under key and bytes,
errors are not, and other bytes under a known key are refused.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    Moved,
    NotSent,
    PortalError,
    Refused,
    Unknown,
)
from bitrix24.learned import NOTHING, Learned
from bitrix24.methods import Got
from bitrix24.models import Sent, ThreadLetter
from bitrix24.webhook import Webhook
from tests.integration.mail.scripted_portal import ScriptedPortal

SUPPORT, JANE = "support@acme.example", "jane@client.example"


class Fault(StrEnum):
    """What happens to one call."""

    NONE = "none"
    REFUSED_CONNECTION = "refused connection"
    LOST_BEFORE = "lost before it ran"
    LOST_AFTER = "answer lost after it ran"
    HALF_AFTER = "half an answer after it ran"
    PROXY_BEFORE = "proxy page, not run"
    PROXY_AFTER = "proxy page, ran"
    ERROR_BEFORE = "500, not run"
    ERROR_AFTER = "500 after the letter left"  # the one that no client can tell
    BUSY = "503 limit"
    USED_UP = "429"
    UNAUTHORIZED = "401"
    REJECTED = "400"
    MOVED = "302"


_RUNS = (Fault.NONE, Fault.LOST_AFTER, Fault.HALF_AFTER, Fault.PROXY_AFTER, Fault.ERROR_AFTER)
_STORED = (Fault.NONE, Fault.LOST_AFTER, Fault.HALF_AFTER, Fault.PROXY_AFTER)
_ERRORS: dict[Fault, PortalError] = {
    Fault.REFUSED_CONNECTION: NotSent(Failure(FailureCode.UNREACHABLE)),
    Fault.LOST_BEFORE: Unknown(Failure(FailureCode.NO_ANSWER)),
    Fault.LOST_AFTER: Unknown(Failure(FailureCode.NO_ANSWER)),
    Fault.HALF_AFTER: Unknown(Failure(FailureCode.BAD_ANSWER)),
    Fault.PROXY_BEFORE: Unknown(Failure(FailureCode.HTML_ANSWER, 502)),
    Fault.PROXY_AFTER: Unknown(Failure(FailureCode.HTML_ANSWER, 502)),
    Fault.ERROR_BEFORE: Unknown(Failure(FailureCode.PORTAL_FAILED, 500)),
    Fault.ERROR_AFTER: Unknown(Failure(FailureCode.PORTAL_FAILED, 500)),
    Fault.BUSY: Busy(Failure(FailureCode.TOO_MANY_CALLS, 503)),
    Fault.USED_UP: Busy(Failure(FailureCode.OPERATING_TIME, 429)),
    Fault.UNAUTHORIZED: AccessLost(Failure(FailureCode.CREDENTIALS, 401)),
    Fault.REJECTED: Refused(Failure(FailureCode.VALIDATION, 400)),
    Fault.MOVED: Moved(
        Failure(FailureCode.MOVED, 302), Webhook("https", "new.example", None, "", 1, "s3cret")
    ),
}


class Ledger(ScriptedPortal):
    """`keeps_keys`: as the documentation says; `shows_copies`: what left can be found.

    `faults` are those of the sending calls, in order; later calls meet none.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        faults: tuple[Fault, ...],
        *,
        keeps_keys: bool,
        shows_copies: bool,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._faults = faults
        self._keeps_keys = keeps_keys
        self._shows_copies = shows_copies
        self._calls = 0
        self._remembered: dict[tuple[str, str], bytes] = {}
        self._thread: list[ThreadLetter] = []
        self.left: list[tuple[str, str]] = []  # key and webhook code of what really left
        self.hole = False  # a letter left although the portal said 500

    async def turn(self, webhook: Webhook, method: str) -> None:
        return None

    async def thread(
        self, webhook: Webhook, letter_number: int, *, limit: int = 50
    ) -> Got[tuple[ThreadLetter, ...]]:
        return Got(tuple(self._thread), NOTHING)

    async def send(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Got[Sent]:
        fault = self._faults[self._calls] if self._calls < len(self._faults) else Fault.NONE
        self._calls += 1
        known = self._remembered.get((webhook.code, idempotency_key))
        if self._keeps_keys and known is not None and fault in _RUNS:
            if known != body:
                raise Unknown(Failure(FailureCode.KEY_REUSED, 422))
            if fault is Fault.ERROR_AFTER:
                fault = Fault.ERROR_BEFORE
        elif fault in _RUNS:
            self._run(webhook, body, idempotency_key, fault)
        if fault is not Fault.NONE:
            raise _ERRORS[fault]
        learned = Learned(idempotency="proven" if self._keeps_keys else "absent")
        return Got(Sent(to=(JANE,)), learned)

    def _run(self, webhook: Webhook, body: bytes, key: str, fault: Fault) -> None:
        self.left.append((key, webhook.code))
        self.hole = self.hole or fault is Fault.ERROR_AFTER
        if fault in _STORED:
            self._remembered[(webhook.code, key)] = body
        if self._shows_copies:
            letter = {
                "id": 100 + len(self.left),
                "from": SUPPORT,
                "to": JANE,
                "date": self._clock().isoformat(),
                "body": "Thanks",
            }
            self._thread.append(ThreadLetter.model_validate(letter))
