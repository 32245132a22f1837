"""A running sandbox in either profile, and short ways to call its two servers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox import Sandbox
from sandbox.portal.profiles import ProfileName
from sandbox.telegram.people import Person


class PortalClient:
    """Calls the portal as anybody would, over HTTP."""

    def __init__(self, sandbox: Sandbox, http: ClientSession) -> None:
        self._sandbox = sandbox
        self._http = http

    def url(self, method: str, webhook: str = "active", api: str = "api/") -> str:
        return self._sandbox.portal.address(webhook).replace("/rest/", f"/rest/{api}") + method

    async def post(
        self, method: str, body: object = None, webhook: str = "active", **how: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON and headers of a REST 3.0 call."""
        async with self._http.post(self.url(method, webhook), json=body or {}, **how) as answer:
            return answer.status, await answer.json(), dict(answer.headers)

    async def result(self, method: str, **parameters: object) -> Any:
        status, body, _ = await self.post(method, parameters)
        assert status == 200, body
        return body["result"]

    async def error(self, method: str, parameters: object, webhook: str = "active") -> Any:
        """Status and `error` of a call that must be refused."""
        status, body, _ = await self.post(method, parameters, webhook)
        assert "result" not in body
        return status, body["error"]

    async def raw(self, verb: str, url: str, **how: Any) -> tuple[int, str]:
        async with self._http.request(verb, url, **how) as answer:
            return answer.status, await answer.text()


class BotClient:
    """Calls the Bot API with form fields, as the bot's library does."""

    def __init__(self, sandbox: Sandbox, http: ClientSession) -> None:
        self.base = f"{sandbox.telegram_url}/bot{sandbox.telegram.token}/"
        self._http = http

    async def call(self, method: str, **fields: str | int) -> dict[str, Any]:
        form = {name: str(value) for name, value in fields.items()}
        async with self._http.post(self.base + method, data=form) as answer:
            body: dict[str, Any] = await answer.json()
            assert body["ok"] == (answer.status == 200)
            assert body.get("error_code", 200) == answer.status
            return body

    async def ok(self, method: str, **fields: str | int) -> Any:
        body = await self.call(method, **fields)
        assert body["ok"], body
        return body["result"]

    async def refused(self, method: str, **fields: str | int) -> str:
        body = await self.call(method, **fields)
        assert not body["ok"], body
        return str(body["description"])


@pytest.fixture(params=["docs", "observed"])
def profile(request: pytest.FixtureRequest) -> ProfileName:
    name: ProfileName = request.param
    return name


@pytest.fixture
async def sandbox(profile: ProfileName) -> AsyncIterator[Sandbox]:
    async with Sandbox(profile) as running:
        yield running


@pytest.fixture
async def plain() -> AsyncIterator[Sandbox]:
    """The documented profile, where the profile does not matter."""
    async with Sandbox() as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session
        await asyncio.sleep(0)


@pytest.fixture
def portal(sandbox: Sandbox, http: ClientSession) -> PortalClient:
    return PortalClient(sandbox, http)


@pytest.fixture
def bot(plain: Sandbox, http: ClientSession) -> BotClient:
    return BotClient(plain, http)


@pytest.fixture
def bob(plain: Sandbox) -> Person:
    """Somebody who has written to the bot."""
    person = plain.telegram.person(5, "Bob", "en", "bob")
    person.say("/start")
    return person
