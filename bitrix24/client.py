"""Makes one call: in its turn, one POST, no redirect followed, nothing repeated.

What went wrong is told apart by what the request's trace saw, never by an exception's text:
only if no headers left is it certain that the portal never saw the call.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import aiohttp
from yarl import URL

from bitrix24.envelope import IDEMPOTENCY_KEY, Answer, read_answer
from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    Moved,
    NotSent,
    PortalError,
    Unknown,
)
from bitrix24.learned import Learned
from bitrix24.limiter import Limiter
from bitrix24.moving import moved_to, redirect
from bitrix24.reach import AddressRefused, Sessions, Wire
from bitrix24.webhook import Webhook
from bitrix24.working_time import UsedUp

MIB = 1024 * 1024
ANSWER_SIZE = MIB
LIST_SIZE = 5 * MIB
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
OFFSETS = 1000  # portals whose offset is remembered
SEND_SECONDS = 75.0  # longer than the 60 s after which the cloud ends a request


class Client:
    """Calls methods of a portal. Every failure is a PortalError whose class says what happened."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        clock: Callable[[], datetime],
        user_agent: str,
        limiter: Limiter | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        send_seconds: float = SEND_SECONDS,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._user_agent = user_agent
        self._limiter = limiter or Limiter()
        self._connect = connect_seconds
        self._read = read_seconds
        self._send = send_seconds
        self._offsets: dict[str, timedelta] = {}

    async def call(
        self,
        webhook: Webhook,
        method: str,
        params: object,
        *,
        classic: bool = False,
        is_bare: bool = False,
        size: int = ANSWER_SIZE,
    ) -> Answer:
        """Calls a method in its turn. `size` caps the answer, unpacked, in bytes; one that may
        come without `result` around it `is_bare`."""
        address = webhook.classic(method) if classic else webhook.v3(method)
        url = URL(address, encoded=True)
        call = _Call(webhook, method, url, json_bytes(params), size, self._read, is_bare=is_bare)
        await self.turn(webhook, method)
        return await self._answer(call)

    async def send_bytes(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Answer:
        """Sends exactly these bytes under this key, on a connection of its own, at once: the
        caller has waited for its `turn` before."""
        address = URL(webhook.v3(method), encoded=True)
        call = _Call(webhook, method, address, body, ANSWER_SIZE, self._send, idempotency_key)
        return await self._answer(call)

    async def turn(self, webhook: Webhook, method: str) -> None:
        """Waits until the portal has room for this call; of a lost code there is none to make.

        Raises Busy, as the portal would, if the method has used up its working time.
        """
        if not webhook.code:
            return
        try:
            await self._limiter.turn(webhook, method)
        except UsedUp as used_up:
            retry_at = self._clock() + timedelta(seconds=used_up.seconds)
            raise Busy(Failure(FailureCode.OPERATING_TIME, retry_at=retry_at)) from None

    def utc_offset(self, webhook: Webhook) -> timedelta | None:
        """The portal's own, if one of its answers told it lately."""
        return self._offsets.get(webhook.label)

    async def _answer(self, call: "_Call") -> Answer:
        if not call.webhook.code:
            raise AccessLost(Failure(FailureCode.CODE_LOST))
        try:
            answer = await self._read_answer(call)
        except NotSent:
            self._limiter.not_sent(call.webhook)
            raise
        except PortalError as error:
            self._tell_limiter(call, error.learned, error.failure)
            error.failure = self._with_reset(call, error.failure)
            raise
        self._tell_limiter(call, answer.learned, None)
        return answer

    def _tell_limiter(self, call: "_Call", learned: Learned, failure: Failure | None) -> None:
        self._limiter.answered(call.webhook, call.method, learned, failure, at=self._clock())

    def _with_reset(self, call: "_Call", failure: Failure) -> Failure:
        """A refusal need not say when the method runs again; earlier answers did."""
        seconds = self._limiter.used_up(call.webhook, call.method)
        if failure.code is not FailureCode.OPERATING_TIME or failure.retry_at or not seconds:
            return failure
        return replace(failure, retry_at=self._clock() + timedelta(seconds=seconds))

    async def _read_answer(self, call: "_Call") -> Answer:
        got = await self._post(call)
        # Raised here and not where it was caught: aiohttp's errors hold the address.
        if isinstance(got, PortalError):
            raise got
        status, headers, body = got
        location = headers.get("Location", "")
        trusted = self._sessions.trusted
        moved = moved_to(call.webhook, call.address.raw_path, status, location, trusted)
        if moved is not None:
            raise Moved(Failure(FailureCode.MOVED, status), moved)
        answer = read_answer(
            status,
            headers,
            body,
            now=self._clock(),
            secrets=(call.webhook.code,),
            idempotency_key=call.key,
            is_bare=call.is_bare,
            redirect=redirect(call.webhook, call.address.raw_path, location),
        )
        self._remember(call.webhook, answer.learned.utc_offset)
        return answer

    def _remember(self, webhook: Webhook, offset: timedelta | None) -> None:
        if offset is None:
            return
        self._offsets.pop(webhook.label, None)
        self._offsets[webhook.label] = offset
        if len(self._offsets) > OFFSETS:
            del self._offsets[next(iter(self._offsets))]

    async def _post(self, call: "_Call") -> "_Raw | PortalError":
        session = self._sessions.session_for(call.webhook, sending=call.key is not None)
        wire = Wire()
        try:
            async with session.post(
                call.address,
                data=call.body,
                headers=self._headers(call),
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=call.seconds, connect=self._connect),
                trace_request_ctx=wire,
            ) as response:
                return await _raw(response, call.size)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            if wire.headers_sent:
                return Unknown(Failure(_lost(error)))
            return NotSent(Failure(_unsent(error, trusted=self._sessions.trusts(call.webhook))))

    def _headers(self, call: "_Call") -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": self._user_agent,
        }
        return headers if call.key is None else headers | {IDEMPOTENCY_KEY: call.key}


class _Call:
    """One request; its address is a secret, so it has no readable repr."""

    def __init__(
        self,
        webhook: Webhook,
        method: str,
        address: URL,
        body: bytes,
        size: int,
        seconds: float,
        key: str | None = None,
        *,
        is_bare: bool = False,
    ) -> None:
        self.webhook = webhook
        self.method = method
        self.address = address
        self.body = body
        self.size = size
        self.seconds = seconds
        self.key = key
        self.is_bare = is_bare


_Raw = tuple[int, Mapping[str, str], bytes]


async def _raw(response: aiohttp.ClientResponse, size: int) -> _Raw | PortalError:
    """Status, headers and the unpacked body; a redirect's body is left unread."""
    if 300 <= response.status < 400:
        response.close()
        return response.status, response.headers, b""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > size:
            response.close()
            return Unknown(Failure(FailureCode.ANSWER_TOO_LARGE, response.status))
    return response.status, response.headers, bytes(body)


def _lost(error: Exception) -> FailureCode:
    """Half an answer, none in time, or none at all."""
    if isinstance(error, TimeoutError):
        return FailureCode.NO_ANSWER
    broken = isinstance(error, aiohttp.ClientPayloadError | aiohttp.ClientResponseError)
    return FailureCode.BAD_ANSWER if broken else FailureCode.BROKEN_OFF


def _unsent(error: Exception, *, trusted: bool) -> FailureCode:
    """For portals that nobody vouched for the reasons look alike: the bot is no port scanner."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
        return FailureCode.CERTIFICATE
    if trusted and isinstance(error, TimeoutError):
        return FailureCode.TIMEOUT_CONNECTING
    refused = isinstance(error, aiohttp.ClientConnectorError) and isinstance(
        error.os_error, AddressRefused
    )
    return FailureCode.HOST_REFUSED if trusted and refused else FailureCode.UNREACHABLE


def json_bytes(params: object) -> bytes:
    """A call's body."""
    return json.dumps(params, ensure_ascii=False, separators=(",", ":")).encode()
