"""A listening portal, names that resolve where a test says, and a canary that must stay silent."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from bitrix24.webhook import Webhook

CODE = "a1b2c3d4e5f6g7h8"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Call:
    """One request that a portal has seen."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Portal:
    """A server that answers every request by `handler` and remembers it."""

    host: str
    port: int
    handler: Handler
    calls: list[Call] = field(default_factory=list)
    connections: set[object] = field(default_factory=set)

    @property
    def webhook(self) -> Webhook:
        return Webhook("http", self.host, self.port, "", 1, CODE)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(Call(request.path, dict(request.headers), await request.read()))
        self.connections.add(request.transport)
        return await self.handler(request)


@asynccontextmanager
async def open_portal(
    handler: Handler, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Portal]:
    """A portal on a free port of `host`."""
    portal = Portal(host, 0, handler)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", portal.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    listening = socket.create_server((host, 0))
    portal.port = listening.getsockname()[1]
    await web.SockSite(runner, listening, ssl_context=tls).start()
    try:
        yield portal
    finally:
        await runner.cleanup()


@dataclass
class RawServer:
    """A server that speaks below HTTP; `connections` counts who came."""

    host: str
    port: int
    connections: int = 0

    @property
    def webhook(self) -> Webhook:
        return Webhook("http", self.host, self.port, "", 1, CODE)


Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def open_raw(peer: Peer, *, host: str = "127.0.0.1") -> AsyncIterator[RawServer]:
    """Runs `peer` for every connection."""
    raw = RawServer(host, 0)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raw.connections += 1
        try:
            await peer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    server = await asyncio.start_server(serve, host, 0)
    raw.port = server.sockets[0].getsockname()[1]
    try:
        yield raw
    finally:
        server.close()


@asynccontextmanager
async def open_canary() -> AsyncIterator[RawServer]:
    """A server inside; a connection to it is a hole in the guard."""

    async def sing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"result": 1}')

    async with open_raw(sing) as canary:
        yield canary


class Names(AbstractResolver):
    """A name server: each name has a list of answers, one a look-up; the last one stays.

    `*` stands for every other name; a name without an address does not exist.
    """

    def __init__(self, answers: dict[str, list[list[tuple[str, int]]]]) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        answers = self._answers.get(host, self._answers.get("*", [[]]))
        places = answers.pop(0) if len(answers) > 1 else answers[0]
        if not places:
            raise OSError(None, "no such name")
        return [_result(host, address, own or port) for address, own in places]

    async def close(self) -> None:
        return None


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )
