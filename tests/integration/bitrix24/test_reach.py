"""Whom the bot can be made to call. A canary listens inside; nobody may ever wake it.

127.0.0.2 plays the public internet, 127.0.0.1 the inside; the name server of these tests sends
every name that is looked up straight to the canary.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
import trustme
from aiohttp import web

from bitrix24.client import Client
from bitrix24.errors import AccessLost, Failure, FailureCode, NotSent, PortalError
from bitrix24.reach import Sessions, is_own_address, is_portal_address, is_public_address
from bitrix24.trust import IpAddress, TrustedPortals
from bitrix24.webhook import Webhook, WebhookError, read_webhook
from tests.integration.bitrix24.portals import (
    CODE,
    Handler,
    Names,
    Portal,
    RawServer,
    open_canary,
    open_portal,
    open_raw,
)

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
NAME = "portal.example"
PUBLIC = Webhook("https", NAME, None, "", 1, CODE)
PATH = f"/rest/1/{CODE}/"


def is_public(address: IpAddress) -> bool:
    return address == ip_address("127.0.0.2") or is_public_address(address)


@asynccontextmanager
async def client_with(
    names: Names,
    trusted: str = "",
    tls: ssl.SSLContext | None = None,
    seconds: float = 0.5,
) -> AsyncIterator[Client]:
    sessions = Sessions(
        TrustedPortals.read(trusted), is_public=is_public, ssl_context=tls, resolver=names
    )
    try:
        yield Client(
            sessions, clock=lambda: NOW, user_agent="mail-bot/0.1", connect_seconds=seconds
        )
    finally:
        await sessions.close()


async def outcome(client: Client, webhook: Webhook) -> PortalError:
    with pytest.raises(PortalError) as caught:
        await client.send_bytes(webhook, "mail.message.reply", b"{}", "key-1")
    return caught.value


CORPUS = [
    # addresses, as they are and in disguise
    "https://127.0.0.1",
    "https://127.0.0.1:443",
    "http://127.0.0.1",
    "https://127.1",
    "https://127.0.1",
    "https://2130706433",
    "https://0x7f000001",
    "https://0x7f.0.0.1",
    "https://0177.0.0.1",
    "https://017700000001",
    "https://0",
    "https://0.0.0.0",
    "https://127.0.0.1.",
    "https://169.254.169.254",
    "https://10.0.0.1",
    "https://[::1]",
    "https://[::]",
    "https://[::ffff:127.0.0.1]",
    "https://[::ffff:7f00:1]",
    "https://[::127.0.0.1]",
    "https://[64:ff9b::7f00:1]",
    "https://[2002:7f00:1::]",
    "https://[2001:0:7f00:1::]",
    "https://[fe80::1%25lo]",
    "https://[::1%25lo]",
    "https://[fd00::1]",
    "https://[127.0.0.1]",
    # other writings of digits and dots
    "https://①②⑦.⓪.⓪.①",
    "https://１２７.０.０.１",
    "https://127。0。0。1",
    "https://127．0．0．1",
    "https://١٢٧.٠.٠.١",
    "https://portal。example",
    "https://portal．example",
    "https://ｐortal.example",
    "https://ⓛocalhost",
    "https://loc\u00adalhost",
    "https://loca\u200blhost",
    # names for the machine itself
    "https://localhost",
    "https://LOCALHOST",
    "https://localhost.",
    "https://localhost.localdomain",
    "https://x.localhost",
    "https://ip6-localhost",
    "https://portal",
    "https://portal.local",
    "https://portal.internal",
    "https://portal.lan",
    "https://portal.onion",
    # two parsers, two hosts
    "https://portal.example@127.0.0.1",
    "https://ann:b@127.0.0.1",
    "https://127.0.0.1@portal.example",
    "https://127.0.0.1\\@portal.example",
    "https://portal.example\\.127.0.0.1",
    "https://portal.example#@127.0.0.1",
    "https://portal.example?@127.0.0.1",
    "https://portal.example%00.127.0.0.1",
    "https://127.0.0.1%00.portal.example",
    "https://127.0.0.1%2f.portal.example",
    "https://portal.example%40127.0.0.1",
    "https://127.0.0.1 .portal.example",
    "https://127.0.0.1\t",
    "https:///127.0.0.1",
    "https:127.0.0.1",
    # ports and schemes
    "https://portal.example:CANARY",
    "http://portal.example:CANARY",
    "https://127.0.0.1:CANARY",
    "http://127.0.0.1:CANARY",
    "http://localhost:CANARY",
    "http://[::ffff:127.0.0.1]:CANARY",
    "https://portal.example:22",
    "https://portal.example:443:CANARY",
    "https://portal.example:0443",
    "gopher://127.0.0.1:CANARY",
    "ftp://127.0.0.1:CANARY",
    # names that look like others, and names that are what they are but lead inside
    "https://bitrіx24.example",
    "https://аcme.bitrix24.example",
    "https://xn--.example",
    "https://xn--80a1acny.example",
    "https://почта.example",
    "https://portal.example",
    "http://portal.example",
    "portal.example",
    "https://127.0.0.1.nip.example",
    "https://portal.example.",
]


@pytest.mark.parametrize("start", CORPUS)
async def test_row_78_no_address_leads_inside(start: str) -> None:
    async with open_canary() as canary:
        text = start.replace("CANARY", str(canary.port)) + PATH
        inside = _inside(canary)
        try:
            webhook = read_webhook(text, TrustedPortals())
        except WebhookError:
            refused = True
        else:
            refused = False
            async with client_with(inside) as client:
                error = await outcome(client, webhook)
            assert type(error) is NotSent
            assert error.failure == Failure(FailureCode.UNREACHABLE)
    assert canary.connections == 0
    assert refused or inside.asked == [webhook.host]


def _inside(canary: RawServer) -> Names:
    """Answers every name with the canary, in plain and in mapped form."""
    return Names({"*": [[(canary.host, canary.port), (f"::ffff:{canary.host}", canary.port)]]})


@pytest.mark.parametrize(
    "webhook",
    [
        replace(PUBLIC, scheme="http"),
        replace(PUBLIC, port=8443),
        replace(PUBLIC, host="127.0.0.1"),
        replace(PUBLIC, host="127.0.0.2"),
        replace(PUBLIC, host="::1"),
        replace(PUBLIC, host="::ffff:127.0.0.1"),
        replace(PUBLIC, host="localhost"),
        replace(PUBLIC, host="portal.internal"),
    ],
)
async def test_row_78_a_stored_webhook_passes_the_guard_again(webhook: Webhook) -> None:
    async with open_canary() as canary:
        inside = _inside(canary)
        async with client_with(inside) as client:
            error = await outcome(client, webhook)
        assert canary.connections == 0
    assert error.failure == Failure(FailureCode.HOST_REFUSED)
    assert inside.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "::ffff:127.0.0.1",
        "::1",
        "0.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "fe80::1",
    ],
)
async def test_row_78_no_address_behind_a_name_leads_inside(address: str) -> None:
    async with open_canary() as canary:
        async with client_with(Names({NAME: [[(address, canary.port)]]})) as client:
            error = await outcome(client, PUBLIC)
        assert canary.connections == 0
    assert error.failure == Failure(FailureCode.UNREACHABLE)


def test_row_78_at_least_eighty_spellings_are_tried() -> None:
    assert len(set(CORPUS)) >= 80


@pytest.mark.parametrize("own", ["127.0.0.1", "::1"])
def test_row_78_this_machines_own_addresses_are_known(own: str) -> None:
    assert is_own_address(ip_address(own))


@pytest.mark.parametrize("foreign", ["192.0.2.1", "2001:db8::1", "8.8.8.8"])
def test_addresses_of_others_are_not_taken_for_own(foreign: str) -> None:
    assert not is_own_address(ip_address(foreign))


def test_row_78_a_public_address_of_this_machine_is_no_portals() -> None:
    address = ip_address("8.8.8.8")
    assert is_portal_address(address, is_own=lambda _: False)
    assert not is_portal_address(address, is_own=lambda asked: asked == address)
    assert not is_portal_address(ip_address("10.0.0.1"), is_own=lambda _: False)


async def test_the_canary_sings_when_it_is_woken() -> None:
    async with (
        open_canary() as canary,
        client_with(Names({}), f"127.0.0.1:{canary.port}") as client,
    ):
        answer = await client.call(canary.webhook, "x", {})
    assert (answer.result, canary.connections) == (1, 1)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def known(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@asynccontextmanager
async def public_portal(authority: trustme.CA, handler: Handler) -> AsyncIterator[Portal]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(NAME).configure_cert(context)
    async with open_portal(handler, host="127.0.0.2", tls=context) as portal:
        yield portal


async def fine(request: web.Request) -> web.StreamResponse:
    return web.json_response({"result": "fine"})


async def test_row_78_rebinding_a_name_does_not_help(
    authority: trustme.CA, known: ssl.SSLContext
) -> None:
    async with open_canary() as canary, public_portal(authority, fine) as portal:
        outside, inside = (portal.host, portal.port), (canary.host, canary.port)
        names = Names({NAME: [[outside], [inside], [outside]]})
        async with client_with(names, tls=known) as client:
            first = await client.send_bytes(PUBLIC, "x", b"{}", "k")
            error = await outcome(client, PUBLIC)
            third = await client.send_bytes(PUBLIC, "x", b"{}", "k")
        assert (first.result, third.result) == ("fine", "fine")
        assert error.failure == Failure(FailureCode.UNREACHABLE)
        assert canary.connections == 0
    assert names.asked == [NAME] * 3


async def test_row_78_of_mixed_answers_only_the_public_one_is_dialled(
    authority: trustme.CA, known: ssl.SSLContext
) -> None:
    async with open_canary() as canary, public_portal(authority, fine) as portal:
        both = [(canary.host, canary.port), (portal.host, portal.port)]
        async with client_with(Names({NAME: [both]}), tls=known) as client:
            answer = await client.send_bytes(PUBLIC, "x", b"{}", "k")
        assert canary.connections == 0
    assert answer.result == "fine"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_row_78_a_redirect_leads_nowhere(
    authority: trustme.CA, known: ssl.SSLContext, status: int
) -> None:
    async with open_canary() as canary:
        place = f"http://{canary.host}:{canary.port}{PATH}"

        async def move(request: web.Request) -> web.StreamResponse:
            return web.Response(status=status, headers={"Location": place})

        async with public_portal(authority, move) as portal:
            names = Names({NAME: [[(portal.host, portal.port)]]})
            async with client_with(names, tls=known) as client:
                error = await outcome(client, PUBLIC)
        assert canary.connections == 0
    assert (type(error), error.failure) == (AccessLost, Failure(FailureCode.REDIRECTED, status))


async def test_a_proxy_from_the_environment_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, authority: trustme.CA, known: ssl.SSLContext
) -> None:
    async with open_canary() as canary, public_portal(authority, fine) as portal:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{canary.host}:{canary.port}")
        names = Names({NAME: [[(portal.host, portal.port)]]})
        async with client_with(names, tls=known) as client:
            await client.call(PUBLIC, "x", {})
        assert canary.connections == 0


async def test_reasons_look_alike_for_a_portal_that_nobody_vouched_for() -> None:
    async with open_canary() as canary, open_raw(_stay_silent, host="127.0.0.2") as silent:
        not_found: list[tuple[str, int]] = []
        private, refused = (canary.host, canary.port), ("127.0.0.2", 1)
        errors = []
        for places in (not_found, [private], [refused], [(silent.host, silent.port)]):
            async with client_with(Names({NAME: [places]}), seconds=0.2) as client:
                errors.append(await outcome(client, PUBLIC))
    assert {(type(error), str(error), error.failure) for error in errors} == {
        (NotSent, "unreachable", Failure(FailureCode.UNREACHABLE))
    }


async def _stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


@pytest.mark.parametrize(
    ("range_", "elsewhere"),
    [
        ("127.0.0.2/32", "127.0.0.1"),
        ("127.0.0.2/32", "::ffff:127.0.0.1"),
        ("127.0.0.2/32", "::1"),
        ("127.0.0.2/31", "127.0.0.1"),
        ("10.0.0.0/8", "127.0.0.1"),
        ("fd00::/8", "127.0.0.1"),
        ("::1/128", "127.0.0.1"),
    ],
)
async def test_row_79_a_trusted_name_that_resolves_elsewhere_is_not_called(
    range_: str, elsewhere: str
) -> None:
    async with open_canary() as canary:
        webhook = replace(canary.webhook, host=NAME)
        names = Names({NAME: [[(elsewhere, canary.port)]]})
        async with client_with(names, f"{NAME}:{canary.port}={range_}") as client:
            error = await outcome(client, webhook)
        assert canary.connections == 0
    assert (type(error), error.failure) == (NotSent, Failure(FailureCode.HOST_REFUSED))


async def test_row_79_a_trusted_portal_stays_in_its_range() -> None:
    async with open_canary() as canary, open_portal(fine, host="127.0.0.2") as portal:
        trusted = f"{NAME}:{portal.port}=127.0.0.2/32"
        webhook = replace(portal.webhook, host=NAME)
        names = Names({NAME: [[(portal.host, portal.port)], [(canary.host, canary.port)]]})
        async with client_with(names, trusted) as client:
            answer = await client.send_bytes(webhook, "x", b"{}", "k")
            error = await outcome(client, webhook)
        assert canary.connections == 0
    assert answer.result == "fine"
    assert (type(error), error.failure) == (NotSent, Failure(FailureCode.HOST_REFUSED))


async def test_sessions_may_be_used_again_after_they_were_closed() -> None:
    async with open_portal(fine) as portal:
        sessions = Sessions(TrustedPortals.read(f"{portal.host}:{portal.port}"))
        client = Client(sessions, clock=lambda: NOW, user_agent="mail-bot/0.1")
        for _ in range(2):
            assert (await client.call(portal.webhook, "x", {})).result == "fine"
            await sessions.close()
    assert len(portal.calls) == 2
