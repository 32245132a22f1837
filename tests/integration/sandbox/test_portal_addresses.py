"""A portal that was renamed, one that is served over https, and one of mixed builds."""

import ssl
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import pytest
from aiohttp import ClientSession

from sandbox import Sandbox
from sandbox.portal.old_address import LeadsTo

from .conftest import PortalClient
from .portal_table import PAGES, REPLY

METHOD = "mail.message.reply"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_renamed_portal_answers_at_its_new_address(
    status: int, plain: Sandbox, http: ClientSession
) -> None:
    portal = PortalClient(plain, http)
    old, expected = portal.url(METHOD), plain.new_portal_host
    address = await plain.rename_portal(status)
    assert urlsplit(address).netloc == plain.portal_host == expected
    async with http.post(old, json=REPLY, allow_redirects=False) as answer:
        assert answer.status == status
        assert answer.headers["Location"] == portal.url(METHOD)
        assert answer.content_type == "text/html"
        assert "<h1>Moved</h1>" in await answer.text()
    assert (plain.portal.sent, plain.redirected) == ([], [METHOD])
    assert (await portal.post(METHOD, REPLY))[0] == 200


@pytest.mark.parametrize("leads_to", ["login", "foreign", "home"])
async def test_a_redirect_that_nobody_should_follow(
    leads_to: LeadsTo, plain: Sandbox, http: ClientSession
) -> None:
    old = PortalClient(plain, http).url(METHOD)
    await plain.rename_portal(leads_to=leads_to)
    async with http.post(old, json=REPLY, allow_redirects=False) as answer:
        location = answer.headers["Location"]
    assert (
        location
        == {
            "login": f"{plain.portal_url}/auth/?backurl=%2F",
            "foreign": f"https://elsewhere.example{urlsplit(old).path}",
            "home": f"{plain.portal_url}/",
        }[leads_to]
    )


async def test_a_portal_is_renamed_twice(plain: Sandbox, http: ClientSession) -> None:
    portal = PortalClient(plain, http)
    first = portal.url(METHOD)
    await plain.rename_portal()
    second = portal.url(METHOD)
    await plain.rename_portal()
    for old in (first, second):
        async with http.post(old, json=REPLY, allow_redirects=False) as answer:
            assert answer.status == 302
    assert (await portal.post(METHOD, REPLY))[0] == 200


@pytest.fixture
async def secure() -> AsyncIterator[Sandbox]:
    async with Sandbox(tls=True) as running:
        yield running


async def test_https_with_an_authority_of_its_own(secure: Sandbox, http: ClientSession) -> None:
    portal = PortalClient(secure, http)
    url = portal.url("mail.mailbox.list")
    assert url.startswith("https://127.0.0.1:")
    known = ssl.create_default_context(cafile=secure.ca_file)
    secure.portal.https_only = True
    for address in (url, url.replace("127.0.0.1", "localhost")):
        assert (await portal.raw("POST", address, ssl=known))[0] == 200
    with pytest.raises(aiohttp.ClientConnectorCertificateError):
        await portal.raw("POST", url)
    await secure.rename_portal()
    assert (await portal.raw("POST", url, ssl=known, allow_redirects=False))[0] == 302
    file = secure.ca_file
    await secure.stop()
    assert not file.exists()


async def iso_dates(seed: int, http: ClientSession) -> list[bool]:
    """Which of some equal dates came in ISO 8601."""
    async with Sandbox("mixed", seed=seed) as mixed:
        portal = PortalClient(mixed, http)
        for method, page in PAGES.items():
            assert (await portal.post(method, page.good))[0] == 200, method
        letters = [
            row
            for _ in range(5)
            for row in (await portal.result("mail.message.list"))["items"]
            if row["id"] == 18
        ]
        return ["T" in row["date"] for row in letters]


async def test_a_mixed_portal_answers_now_so_now_so(http: ClientSession) -> None:
    found = await iso_dates(1, http)
    assert set(found) == {True, False}
    assert await iso_dates(1, http) == found
    assert {Sandbox("mixed", seed=seed).portal.idempotency for seed in range(9)} == {
        "active",
        "ignored",
    }
