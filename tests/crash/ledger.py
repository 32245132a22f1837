"""A portal that writes down what really left, with faults between it and whoever calls.

It keeps the documented rules for idempotency keys: what was done is remembered under key and
bytes, errors are not, and other bytes under a known key are refused.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bitrix24.envelope import IDEMPOTENCY_KEY, read_answer
from bitrix24.errors import Failure, FailureCode, Moved, NotSent, Unknown
from bitrix24.learned import NOTHING
from bitrix24.methods import Got
from bitrix24.models import Sent, ThreadLetter
from bitrix24.webhook import Webhook
from bitrix24.write_methods import read_sent
from tests.crash.faults import PLAYS, Answer, Ends, Fault
from tests.integration.mail.scripted_portal import ScriptedPortal

SUPPORT, JANE = "support@acme.example", "jane@client.example"


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
        self._remembered: dict[tuple[str, str], tuple[bytes, Answer]] = {}
        self._thread: list[ThreadLetter] = []
        self._hidden: list[ThreadLetter] = []
        self.left: list[tuple[str, str]] = []  # key and webhook code of what really left
        self.failed_at: datetime | None = None  # when a call failed last
        self.tells_of_failure = False  # a letter left, and only the answer on its way says "500"
        self.hole = False  # a letter left, nothing is remembered, and that answer never arrived

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
        if fault is not Fault.NONE:
            self.failed_at = self._clock()
        if fault is Fault.MOVED:
            new = replace(webhook, host=f"new-{webhook.host}")
            raise Moved(Failure(FailureCode.MOVED, 302), new)
        return self._read(self._answer_to(fault, webhook, body, idempotency_key), idempotency_key)

    def crashed(self) -> None:
        """Whoever called is gone, and has forgotten what was not stored."""
        self.hole = self.hole or self.tells_of_failure
        self.tells_of_failure = False

    def show_copies(self, most: int) -> None:
        """So many that left, from the first one on, are in their thread at last."""
        self._thread += self._hidden[:most]
        del self._hidden[:most]

    def was_stored(self) -> None:
        """The last answer is on the caller's disk."""
        self.tells_of_failure = False

    def _answer_to(self, fault: Fault, webhook: Webhook, body: bytes, key: str) -> Answer:
        ends, answer = PLAYS[fault]
        known = self._remembered.get((webhook.code, key)) if self._keeps_keys else None
        if ends is Ends.NOT_RUN:
            return answer
        if known is not None:
            return self._again(known, body, answer)
        self._leave(webhook, key)
        if ends is Ends.DONE:
            told = PLAYS[Fault.FALSE_AFTER if fault is Fault.FALSE_AFTER else Fault.NONE][1]
            self._remembered[(webhook.code, key)] = (body, told)
        elif fault is Fault.ERROR_LOST:
            self.hole = True
        else:
            self.tells_of_failure = True
        return answer

    def _again(self, known: tuple[bytes, Answer], body: bytes, answer: Answer) -> Answer:
        """The stored answer, which may be lost or spoiled on its way as any other."""
        first, told = known
        if first != body:
            return PLAYS[Fault.KEY_REUSED][1]
        return told if answer.status == 200 else answer

    def _leave(self, webhook: Webhook, key: str) -> None:
        self.left.append((key, webhook.code))
        letter = {
            "id": 100 + len(self.left),
            "from": SUPPORT,
            "to": JANE,
            "date": self._clock().isoformat(),
            "body": "Thanks",
        }
        copies = self._thread if self._shows_copies else self._hidden
        copies.append(ThreadLetter.model_validate(letter))

    def _read(self, answer: Answer, key: str) -> Got[Sent]:
        """As the client reads it."""
        if not answer.sent:
            raise NotSent(Failure(FailureCode.UNREACHABLE))
        if answer.status is None:
            raise Unknown(Failure(FailureCode.NO_ANSWER))
        headers = {IDEMPOTENCY_KEY: key} if self._keeps_keys else {}
        return read_sent(
            read_answer(answer.status, headers, answer.body, now=self._clock(), idempotency_key=key)
        )
