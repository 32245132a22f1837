"""Many reads in one call, and what a portal tells of its methods."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from bitrix24.batch import read_batch
from bitrix24.client import Client
from bitrix24.discovery import DOCUMENT_SIZE, Discovery
from bitrix24.errors import FailureCode, PortalError, Refused, Unknown
from bitrix24.letter_methods import letter_read, thread_read
from bitrix24.mailbox_methods import fields_read
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook, read_webhook
from sandbox import Sandbox
from sandbox.portal.profiles import ProfileName
from tests.integration.bitrix24.portals import Portal, open_portal
from tests.integration.bitrix24.test_methods import NOW

MISSING = {"error": {"code": "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION", "message": "no"}}


@asynccontextmanager
async def client_for(trusted: str) -> AsyncIterator[Client]:
    sessions = Sessions(TrustedPortals.read(trusted))
    try:
        yield Client(sessions, clock=lambda: NOW, user_agent="mail-bot/0.1")
    finally:
        await sessions.close()


@asynccontextmanager
async def portal_saying(*documents: object) -> AsyncIterator[tuple[Portal, Client]]:
    """These answers one after the other, the last one again and again."""
    left = list(documents)

    async def answer(request: web.Request) -> web.StreamResponse:
        document = left.pop(0) if len(left) > 1 else left[0]
        return web.json_response(document, status=404 if document == MISSING else 200)

    async with open_portal(answer) as portal, client_for(f"{portal.host}:{portal.port}") as client:
        yield portal, client


@asynccontextmanager
async def in_sandbox(profile: ProfileName) -> AsyncIterator[tuple[Sandbox, Client, Webhook]]:
    async with Sandbox(profile=profile) as sandbox, client_for(sandbox.portal_host) as client:
        trusted = TrustedPortals.read(sandbox.portal_host)
        yield sandbox, client, read_webhook(sandbox.webhook, trusted)


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_a_batch_gives_typed_results_in_order(profile: ProfileName) -> None:
    async with in_sandbox(profile) as (_, client, webhook):
        letters = (await read_batch(client, webhook, [letter_read(n) for n in (16, 15)])).value
        threads = (await read_batch(client, webhook, [thread_read(15)])).value
        fields = (await read_batch(client, webhook, [fields_read("mailbox")])).value
        assert (await read_batch(client, webhook, [])).value == ()
    assert [letter.id for letter in letters] == [16, 15]
    assert 15 in {letter.id for letter in threads[0]}
    assert "senderName" in {field.name for field in fields[0]}


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_the_first_error_is_the_whole_error(profile: ProfileName) -> None:
    async with in_sandbox(profile) as (_, client, webhook):
        with pytest.raises(Refused) as caught:
            await read_batch(client, webhook, [letter_read(15), letter_read(999_999)])
    assert caught.value.failure.code is FailureCode.NOT_FOUND


async def test_more_than_fifty_are_several_calls() -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        commands = json.loads(await request.read())
        return web.json_response({"result": [{"item": each["query"]} for each in commands]})

    async with open_portal(answer) as portal, client_for(f"{portal.host}:{portal.port}") as client:
        reads = [letter_read(number) for number in range(1, 121)]
        got = await read_batch(client, portal.webhook, reads)
    assert [letter.id for letter in got.value] == list(range(1, 121))
    assert [len(json.loads(call.body)) for call in portal.calls] == [50, 50, 20]


@pytest.mark.parametrize("result", [[], [{"item": {"id": 1}}] * 2, {"item": {}}, True, [7]])
async def test_results_that_do_not_fit_the_reads_are_no_answer(result: object) -> None:
    async with portal_saying({"result": result}) as (portal, client):
        with pytest.raises(Unknown):
            await read_batch(client, portal.webhook, [letter_read(1)])


async def test_a_portal_tells_its_methods_once_a_day() -> None:
    now = 1000.0
    async with in_sandbox("docs") as (sandbox, client, webhook):
        discovery = Discovery(client, clock=lambda: now)
        first = await discovery.methods(webhook)
        sandbox.portal.hidden_methods.add("mail.message.forward")
        assert await discovery.methods(webhook) == first
        now += 24 * 3600
        later = await discovery.methods(webhook)
    assert first is not None
    assert later == first - {"mail.message.forward"} != first


@pytest.mark.parametrize(
    "documents",
    [
        [{"openapi": "3.0.0", "paths": {"/mail.message.List": {}}}],
        [{"result": {"paths": {"/mail.message.list": {}}}, "time": {}}],
        [MISSING, {"paths": {"mail.message.list": {}}}],
    ],
)
async def test_the_document_comes_bare_or_not_and_under_two_names(documents: list[object]) -> None:
    async with portal_saying(*documents) as (portal, client):
        assert await Discovery(client).methods(portal.webhook) == frozenset({"mail.message.list"})


async def test_a_portal_that_does_not_tell_is_not_asked_again_that_day() -> None:
    silent: list[object] = [MISSING, {"result": []}, {"paths": []}]
    for nothing in silent:
        async with portal_saying(nothing) as (portal, client):
            discovery = Discovery(client)
            for _ in range(2):
                assert await discovery.methods(portal.webhook) is None
        assert len(portal.calls) == 2


async def test_other_failures_are_the_callers_and_are_not_kept() -> None:
    too_long = {"paths": {"/x": "y" * DOCUMENT_SIZE}}
    for failing in ({"error": "NO_AUTH_FOUND"}, too_long):
        async with portal_saying(failing, {"paths": {}}) as (portal, client):
            discovery = Discovery(client)
            with pytest.raises(PortalError):
                await discovery.methods(portal.webhook)
            assert await discovery.methods(portal.webhook) == frozenset()
