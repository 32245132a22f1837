"""Serves the portal's REST: finds the method and the caller, checks in the portal's order.

Method, then credentials, then plan and scope, then idempotency, then parameters, then the action.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from sandbox.portal import classic, mailboxes, reading, sending
from sandbox.portal.call import Incoming
from sandbox.portal.idempotency import HEADER, Writing, once
from sandbox.portal.ledgers import Call
from sandbox.portal.parameters import Parameters, parse
from sandbox.portal.people import Webhook
from sandbox.portal.portal import SECRET_HEADERS, Portal, as_response
from sandbox.portal.refusals import Refusal, flat, nested

V3_METHODS = mailboxes.METHODS | reading.METHODS | sending.METHODS
WRITES = frozenset(sending.METHODS)

_PATH = re.compile(
    r"(?P<prefix>.*)/rest/(?P<v3>api/)?(?P<user>\d+)/(?P<code>[^/]+)/(?P<method>[^/]+)/?"
)


@dataclass(frozen=True)
class Address:
    """What the path of a call says."""

    api: Literal["v3", "classic"]
    user_id: int
    code: str
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
        raw = await request.read() if request.method == "POST" else b""

        async def run() -> web.Response:
            return await answer(portal, address, raw, request.content_type, kept)

        response = await portal.faults.around(request, address.method, run)
        call.status = response.status
        return response

    app = web.Application(client_max_size=8 * 1024**2)
    app.router.add_route("*", "/{path:.*}", handle)
    return app


def read_address(path: str, prefix: str) -> Address | None:
    """None: there is no REST at this path."""
    found = _PATH.fullmatch(path)
    if found is None or found["prefix"] != prefix:
        return None
    method = found["method"] if found["v3"] else found["method"].removesuffix(".json")
    api: Literal["v3", "classic"] = "v3" if found["v3"] else "classic"
    return Address(api, int(found["user"]), found["code"], method.lower())


async def answer(
    portal: Portal, address: Address, raw: bytes, content_type: str, headers: dict[str, str]
) -> web.Response:
    """Runs one call; a refusal becomes its JSON answer."""
    start = portal.clock()
    try:
        methods = V3_METHODS if address.api == "v3" else classic.METHODS
        method = methods.get(address.method)
        if method is None:
            raise unknown_method(portal, address)
        webhook = credentials(portal, address)
        scope(portal, webhook, address)

        def run() -> Any:
            given = parse(raw, content_type, portal.profile) if address.api == "v3" else {}
            parameters = Parameters(given, portal.profile)
            return method(Incoming(portal, webhook, address.method, parameters, raw, headers))

        if address.api == "v3" and address.method in WRITES:
            key = headers.get(HEADER)
            result, extra = await once(Writing(portal, webhook, address.method, key, raw), run)
        else:
            result, extra = run(), {}
    except Refusal as refusal:
        return as_response(refusal)
    time = portal.profile.time(start, portal.clock())
    return web.json_response({"result": result, "time": time}, headers=extra)


def unknown_method(portal: Portal, address: Address) -> Refusal:
    if address.api == "v3":
        return nested(404, "METHODNOTFOUNDEXCEPTION", portal.language)
    return flat(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


def credentials(portal: Portal, address: Address) -> Webhook:
    """The webhook that the path names, if it is alive."""
    for webhook in portal.webhooks.values():
        if (webhook.employee.id, webhook.code) == (address.user_id, address.code):
            if webhook.state != "active":
                break
            return webhook
    if address.api == "classic" and portal.profile_name == "observed":
        raise flat(401, "INVALID_CREDENTIALS", "Invalid request credentials")
    raise portal.profile.bad_credentials()


def scope(portal: Portal, webhook: Webhook, address: Address) -> None:
    """Raises unless the plan and the webhook's rights allow the call."""
    if not webhook.plan_has_rest:
        raise flat(403, "ACCESS_DENIED", "REST API is available only on commercial plans")
    if address.api == "classic" or "mail" in webhook.scopes:
        return
    if portal.flat_scope_error:
        raise flat(403, "insufficient_scope", "The request requires higher privileges")
    raise nested(403, "INSUFFICIENTSCOPEEXCEPTION", portal.language)
