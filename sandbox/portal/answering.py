"""Answers one call, checking in the portal's order: overload, method, credentials, working time,
plan and scope, then idempotency, then parameters, then the action."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aiohttp import web

from sandbox.portal import batch, classic, discovery
from sandbox.portal.call import Incoming, Method
from sandbox.portal.discovery import Bare
from sandbox.portal.idempotency import HEADER, Writing, once
from sandbox.portal.ledgers import Flight
from sandbox.portal.mail_methods import MAIL_METHODS, WRITES
from sandbox.portal.parameters import Parameters, decode, parse
from sandbox.portal.people import Webhook
from sandbox.portal.portal import Portal, as_response
from sandbox.portal.refusals import Refusal, flat, nested

V3_METHODS = MAIL_METHODS | discovery.METHODS


@dataclass(frozen=True)
class Asked:
    """One call as it came over the wire."""

    portal: Portal
    api: Literal["v3", "classic"]
    user_id: int
    code: str = field(repr=False)
    method: str
    scheme: str
    raw: bytes = field(repr=False)
    content_type: str
    headers: Mapping[str, str] = field(repr=False)
    flight: Flight | None = None


async def answer(asked: Asked) -> web.Response:
    """Runs one call; a refusal becomes its JSON answer."""
    portal, start = asked.portal, asked.portal.clock()
    extra: dict[str, str] = {}
    try:
        _whole_portal(asked)
        if asked.api == "v3" and asked.method == "batch":
            webhook = _credentials(asked)
            result = await _batch(asked, webhook)
        else:
            method = _method(asked, asked.method)
            webhook = _credentials(asked)
            result, extra = await _run(asked, webhook, method, None)
    except Refusal as refusal:
        return as_response(refusal)
    finally:
        portal.land(asked.flight)
    if isinstance(result, Bare):
        return web.json_response(result.document)
    now = portal.clock()
    time = portal.profile.time(start, now)
    if portal.operating:
        place = (webhook.code, asked.method)
        time |= {
            "operating": portal.operating.used(place, now),
            "operating_reset_at": portal.operating.resets_at(place, now),
        }
    return web.json_response({"result": result, "time": time}, headers=extra)


def _whole_portal(asked: Asked) -> None:
    """What is refused whoever calls."""
    if asked.portal.https_only and asked.scheme != "https":
        raise flat(400, "INVALID_REQUEST", "Https required.")
    if asked.portal.overloaded:
        raise flat(503, "OVERLOAD_LIMIT", "REST API is blocked due to overload.")


def _method(asked: Asked, name: str) -> Method:
    methods = V3_METHODS if asked.api == "v3" else classic.METHODS
    if name in methods and name not in asked.portal.hidden_methods:
        return methods[name]
    if asked.api == "v3":
        raise nested(404, "METHODNOTFOUNDEXCEPTION", asked.portal.language)
    raise flat(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


def _credentials(asked: Asked) -> Webhook:
    """The webhook that the path names, if it is alive."""
    profile = asked.portal.profile
    for webhook in asked.portal.webhooks.values():
        if (webhook.employee.id, webhook.code) == (asked.user_id, asked.code):
            if webhook.state == "dismissed":
                raise flat(401, "authorization_error", "Unable to authorize user")
            if webhook.state == "active":
                return webhook
            break
    raise profile.bad_credentials() if asked.api == "v3" else profile.bad_classic_credentials()


async def _batch(asked: Asked, webhook: Webhook) -> list[Any]:
    """Unknown methods are found before anything runs; keys of idempotency mean nothing here."""
    language = asked.portal.language
    commands = batch.read(decode(asked.raw, asked.content_type, language), language)
    methods = {each.method: _method(asked, each.method) for each in commands}

    async def run_one(name: str, query: dict[str, Any]) -> Any:
        one = replace(asked, method=name, headers={}, flight=None)
        return (await _run(one, webhook, methods[name], query))[0]

    return await batch.run(commands, run_one, language)


async def _run(
    asked: Asked, webhook: Webhook, method: Method, given: dict[str, Any] | None
) -> tuple[Any, dict[str, str]]:
    """The result, and the headers that idempotency adds. Without `given` the body is read."""
    portal, place, start = asked.portal, (webhook.code, asked.method), asked.portal.clock()
    if portal.operating and portal.operating.used_up(place, start):
        raise portal.profile.method_used_up()
    _rights(asked, webhook)

    def run() -> Any:
        found = given if given is not None else _body(asked)
        parameters = Parameters(found, portal.profile)
        headers = dict(asked.headers)
        return method(Incoming(portal, webhook, asked.method, parameters, asked.raw, headers))

    try:
        if asked.api == "v3" and asked.method in WRITES:
            key = asked.headers.get(HEADER)
            writing = Writing(portal, webhook, asked.method, key, asked.raw, asked.flight)
            return await once(writing, run)
        return run(), {}
    finally:
        if portal.operating:
            now = portal.clock()
            portal.operating.charge(place, now, (now - start).total_seconds())


def _body(asked: Asked) -> dict[str, Any]:
    if asked.api == "classic":
        return {}
    return parse(asked.raw, asked.content_type, asked.portal.language)


def _rights(asked: Asked, webhook: Webhook) -> None:
    """Raises unless the plan and the webhook's rights allow the call."""
    if not webhook.plan_has_rest:
        raise flat(403, "ACCESS_DENIED", "REST API is available only on commercial plans")
    if asked.method not in MAIL_METHODS or "mail" in webhook.scopes:
        return
    if asked.portal.flat_scope_error:
        raise flat(403, "insufficient_scope", "The request requires higher privileges")
    raise nested(403, "INSUFFICIENTSCOPEEXCEPTION", asked.portal.language)
