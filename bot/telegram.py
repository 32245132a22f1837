"""How the bot speaks to a Bot API server: the calls, their time-outs, and what an error proves.

A call without an answer may have been carried out, unless a trace shows that no byte of it left.
"""

import json
import logging
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, ClassVar, Final, TypeVar, cast

from aiogram import Bot
from aiogram.client.default import Default
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramAPIError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import Response, SendMessage, TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import Message, TelegramObject, User
from aiohttp import ClientError, ClientSession, ClientTimeout, TraceConfig
from aiohttp.abc import AbstractResolver
from aiohttp.tracing import TraceRequestHeadersSentParams
from typing_extensions import override

from bot.missing_methods import MissingMethods

Found = TypeVar("Found")

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")

SEND_SECONDS: Final = 20.0
CONNECT_SECONDS: Final = 5.0
POLL_SECONDS: Final = 25
POLL_GRACE_SECONDS: Final = 10.0
DNS_SECONDS: Final = 10
UNNAMED_RETRY_SECONDS: Final = 5

JSON: Final = {"Content-Type": "application/json"}

log = logging.getLogger(__name__)


class RawUpdates(TelegramMethod[list[Any]]):
    """getUpdates without a look inside, so that one odd update cannot spoil the batch.

    aiogram's own GetUpdates fails as a whole and is asked again for ever (aiogram issue 1840).
    """

    __returning__: ClassVar[Any] = list[Any]
    __api_method__: ClassVar[str] = "getUpdates"

    offset: int | None = None
    timeout: int = POLL_SECONDS
    allowed_updates: tuple[str, ...] = ALLOWED_UPDATES


class Sent(TelegramObject):
    """What is looked at of the message that Telegram tells of: a card is known by its id.

    A message that aiogram cannot read was sent all the same.
    """

    message_id: int


class Send(SendMessage):
    """sendMessage, whose answer is not read any further; the same for every notice."""

    __returning__: ClassVar[Any] = Sent


# aiogram reads answers by these classes and lets go of them at once; making one takes milliseconds.
ANSWERS: Final = (
    Response[User],
    Response[Sent],
    Response[Message],
    Response[Message | bool],
    Response[bool],
    Response[list[Any]],
)


class NotSent(TelegramNetworkError):
    """No byte of the request left this machine: the call was certainly not carried out."""


class TelegramSession(AiohttpSession):
    """aiogram's session with short time-outs, no redirects, and proof of what was not sent."""

    def __init__(
        self,
        api_url: str | None = None,
        *,
        send_seconds: float = SEND_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        poll_grace_seconds: float = POLL_GRACE_SECONDS,
        resolver: AbstractResolver | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        on_unauthorized: Callable[[], None] = lambda: None,
    ) -> None:
        """`on_unauthorized` is told of each call whose token was refused."""
        api = TelegramAPIServer.from_base(api_url) if api_url else PRODUCTION
        super().__init__(api=api, timeout=send_seconds)
        self._connect_seconds = connect_seconds
        self._poll_grace_seconds = poll_grace_seconds
        self._missing = MissingMethods(monotonic)
        self._on_unauthorized = on_unauthorized
        # aiogram keeps addresses for an hour, and would miss a server that moved.
        self._connector_init |= {"ttl_dns_cache": DNS_SECONDS, "resolver": resolver}
        self._before: ClientSession | None = None

    async def create_session(self) -> ClientSession:
        """One HTTP session, made at the first call, that notes when a request begins to leave."""
        fresh = self._session is None or self._session.closed
        session = await super().create_session()
        if fresh:
            session.trace_configs.append(_trace())
        return session

    async def close(self) -> None:
        """Without aiogram's pause afterwards: aiohttp waits for its connections by itself now."""
        for session in (self._session, self._before):
            if session is not None:
                await session.close()

    async def renew(self) -> None:
        """The next call gets a new connection, and the server's address is asked for anew.

        Calls under way keep theirs, or it would not be known whether they arrived.
        """
        if self._before is not None:
            await self._before.close()
        self._before, self._session = self._session, None

    @override
    async def make_request(
        self, bot: Bot, method: TelegramMethod[TelegramType], timeout: int | None = None
    ) -> TelegramType:
        """One POST. Raises NotSent only on proof; any other network error leaves it open.

        A method that the server lacks is refused here, for a day.
        """
        if method.__api_method__ in self._missing:
            raise TelegramNotFound(method, "this server lacked it lately")
        wire = _Wire()
        try:
            status, content = await self._post(bot, method, self._limits(method, timeout), wire)
        except (TimeoutError, ClientError) as error:
            kind = TelegramNetworkError if wire.left else NotSent
            raise kind(method=method, message=f"{type(error).__name__}: {error}") from error
        try:
            response = self.check_response(bot, method, status, content)
        except TelegramNotFound:
            self._missing.note(method.__api_method__)
            raise
        except TelegramUnauthorizedError:
            self._on_unauthorized()
            raise
        return cast("TelegramType", response.result)

    def check_response(
        self, bot: Bot, method: TelegramMethod[TelegramType], status_code: int, content: str
    ) -> Response[TelegramType]:
        """aiogram's reading of an answer, and of two refusals that it cannot read.

        A 429 may lack `retry_after`, and a refusal its description.
        """
        try:
            return super().check_response(bot, method, status_code, content)
        except TelegramRetryAfter:
            raise
        except TelegramAPIError as error:
            if status_code == 429:
                raise TelegramRetryAfter(method, error.message, UNNAMED_RETRY_SECONDS) from error
            raise
        except TypeError as error:
            raise TelegramServerError(method, f"status {status_code}, no description") from error

    async def _post(
        self, bot: Bot, method: TelegramMethod[Any], limits: ClientTimeout, wire: "_Wire"
    ) -> tuple[int, str]:
        session = await self.create_session()
        async with session.post(
            self.api.api_url(token=bot.token, method=method.__api_method__),
            data=_parameters(method),
            headers=JSON,
            timeout=limits,
            allow_redirects=False,
            trace_request_ctx=wire,
        ) as answer:
            return answer.status, await answer.text(errors="replace")

    def _limits(self, method: TelegramMethod[Any], timeout: int | None) -> ClientTimeout:
        total = self.timeout if timeout is None else timeout
        if isinstance(method, RawUpdates):
            total = method.timeout + self._poll_grace_seconds
        return ClientTimeout(total=total, sock_connect=self._connect_seconds)


def _parameters(method: TelegramMethod[Any]) -> bytes:
    """As JSON, at a third of what aiogram's form takes; no file is ever sent, which needs one."""
    if isinstance(method, Send):  # made here, with nothing in it that was left to defaults
        return method.model_dump_json(exclude_unset=True, exclude_none=True).encode()
    return json.dumps(_given(method.model_dump(exclude_none=True, warnings=False))).encode()


def _given(value: Any) -> Any:
    """Without what aiogram leaves to the bot's defaults: this one has none."""
    if isinstance(value, dict):
        return {name: _given(one) for name, one in value.items() if not isinstance(one, Default)}
    if isinstance(value, list | tuple):
        return [_given(one) for one in value]
    return value


async def optional(call: Awaitable[Found]) -> Found | None:
    """The call's result, or None where this server does not give it.

    For whatever is not among the five methods that the bot cannot do without. A token that is
    refused is refused for every method, and is raised.
    """
    try:
        return await call
    except TelegramUnauthorizedError:
        raise
    except TelegramAPIError as error:
        log.warning("Telegram did not do %s: %s", error.method.__api_method__, plainly(error))
    except AiogramError as error:  # a page instead of an answer
        log.warning("Telegram's answer to an optional call is none: %s", plainly(error))
    return None


def plainly(error: BaseException) -> str:
    """The error for a log line, without what was sent or received.

    Only Telegram's own errors are quoted: others carry whole answers, private text included.
    """
    name = type(error).__name__
    return f"{name}: {error.message}" if isinstance(error, TelegramAPIError) else name


class _Wire:
    """What the trace saw of one request."""

    left = False


def _trace() -> TraceConfig:
    trace = TraceConfig()
    trace.on_request_headers_sent.append(_note_leaving)
    trace.freeze()
    return trace


async def _note_leaving(
    _: ClientSession, context: SimpleNamespace, __: TraceRequestHeadersSentParams
) -> None:
    if isinstance(context.trace_request_ctx, _Wire):
        context.trace_request_ctx.left = True
