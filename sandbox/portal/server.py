"""Serves the portal's REST: reads the address of a call, and meets the whole portal's limits."""

import asyncio
import re
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from sandbox.portal.answering import Asked, answer
from sandbox.portal.idempotency import HEADER
from sandbox.portal.ledgers import Call, Flight
from sandbox.portal.portal import SECRET_HEADERS, Portal, as_response, too_many_requests

_PATH = re.compile(
    r"(?P<prefix>.*)/rest/(?P<v3>api/)?(?P<user>\d+)/(?P<code>[^/]+)/(?P<method>[^/]+)/?"
)


@dataclass(frozen=True)
class Address:
    """What the path of a call says."""

    api: Literal["v3", "classic"]
    user_id: int
    code: str = field(repr=False)
    method: str


def portal_app(portal: Portal) -> web.Application:
    """The portal as an aiohttp application."""

    async def handle(request: web.Request) -> web.StreamResponse:
        address = read_address(request.path, portal.prefix)
        if address is None or request.method not in ("GET", "POST"):
            return web.Response(status=404, text="<h1>404</h1>", content_type="text/html")
        kept = {
            key: value
            for key, value in request.headers.items()
            if key.lower() not in SECRET_HEADERS
        }
        call = Call(address.api, address.method, portal.clock(), kept)
        portal.calls.append(call)
        portal.changes.note()
        response = await _limited(portal, request, address, kept)
        call.status = response.status
        return response

    app = web.Application(client_max_size=8 * 1024**2)
    app.router.add_route("*", "/{path:.*}", handle)
    return app


async def _limited(
    portal: Portal, request: web.Request, address: Address, headers: dict[str, str]
) -> web.StreamResponse:
    """The answer, unless there are too many calls or this one takes too long."""
    if portal.bucket and not portal.bucket.admit(request.remote or ""):
        return as_response(too_many_requests())

    flight = None
    if address.api == "v3" and (key := headers.get(HEADER)) is not None:
        flight = portal.take_off(Flight(address.code, address.method, key))

    async def run() -> web.Response:
        raw = await request.read() if request.method == "POST" else b""
        return await answer(
            Asked(
                portal,
                address.api,
                address.user_id,
                address.code,
                address.method,
                request.scheme,
                raw,
                request.content_type,
                headers,
                flight,
            )
        )

    try:
        async with asyncio.timeout(portal.cut_off_seconds):
            return await portal.faults.around(request, address.method, run)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=504)
    finally:
        portal.land(flight)


def read_address(path: str, prefix: str) -> Address | None:
    """None: there is no REST at this path."""
    found = _PATH.fullmatch(path)
    if found is None or found["prefix"] != prefix:
        return None
    method = found["method"] if found["v3"] else found["method"].removesuffix(".json")
    api: Literal["v3", "classic"] = "v3" if found["v3"] else "classic"
    return Address(api, int(found["user"]), found["code"], method.lower())
