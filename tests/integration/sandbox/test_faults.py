"""Faults do to a call what real servers and networks do, for as long as they are switched on."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.spoiling import Spoiled

from .conftest import BotClient, PortalClient
from .portal_table import REPLY, V3

METHOD = "mail.message.reply"
READ = "mail.mailbox.list"


async def test_once_then_as_before(sandbox: Sandbox, portal: PortalClient) -> None:
    fault = sandbox.faults.unauthorized(times=1)
    status, body, _ = await portal.post(METHOD, REPLY)
    assert status == 401
    if sandbox.portal.profile_name == "docs":
        assert body["error"] == "NO_AUTH_FOUND"
    else:
        assert body["error"]["code"] == V3 + "ACCESSDENIEDEXCEPTION"
    assert (fault.used, sandbox.faults.active) == (1, [])
    assert (await portal.post(METHOD, REPLY))[0] == 200


async def test_of_one_method_until_it_is_switched_off(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.faults.unavailable(method=METHOD)
    for _ in range(3):
        status, body, _ = await portal.post(METHOD, REPLY)
        assert (status, body["error"]) == (503, "QUERY_LIMIT_EXCEEDED")
    assert (await portal.post("mail.mailbox.list"))[0] == 200
    sandbox.faults.off("hang")
    assert len(sandbox.faults.active) == 1
    sandbox.faults.off("unavailable")
    assert (await portal.post(METHOD, REPLY))[0] == 200
    assert len(sandbox.portal.sent) == 1


@pytest.mark.parametrize("status", [200, 502])
async def test_html_instead_of_json(status: int, sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.faults.html(status)
    url = portal.url(METHOD)
    assert await portal.raw("POST", url, json=REPLY) == (
        status,
        f"<html><head><title>{status}</title></head><body><h1>{status}</h1>nginx</body></html>",
    )
    assert sandbox.portal.sent == []
    sandbox.faults.off()
    sandbox.faults.unavailable(page=True)
    answered, text = await portal.raw("POST", url, json=REPLY)
    assert (answered, "<h1>503</h1>" in text) == (503, True)


@pytest.mark.parametrize(("kind", "letters"), [("answer_lost", 1), ("dropped", 0)])
async def test_the_connection_drops_after_or_before_the_letter_left(
    kind: str, letters: int, sandbox: Sandbox, portal: PortalClient
) -> None:
    switch = {"answer_lost": sandbox.faults.answer_lost, "dropped": sandbox.faults.dropped}[kind]
    switch(method=METHOD, times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await portal.post(METHOD, REPLY)
    assert len(sandbox.portal.sent) == letters
    assert (await portal.post(METHOD, REPLY))[0] == 200


async def test_half_an_answer(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.faults.half_answer(times=1)
    with pytest.raises(aiohttp.ClientPayloadError):
        await portal.post(METHOD, REPLY)
    assert len(sandbox.portal.sent) == 1


async def test_slow_runs_even_if_the_caller_has_gone(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.faults.slow(0.1, times=1)
    with pytest.raises(TimeoutError):
        await portal.post(METHOD, REPLY, timeout=aiohttp.ClientTimeout(total=0.03))
    assert sandbox.portal.sent == []
    await sandbox.portal.wait_for_sent()


async def test_hang_ends_when_it_is_switched_off(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.faults.hang(times=1)

    async def switch_off() -> None:
        call = await sandbox.portal.wait_for_call(METHOD)
        assert call.status is None
        sandbox.faults.off()

    hung, _ = await asyncio.gather(portal.post(METHOD, REPLY), switch_off(), return_exceptions=True)
    assert isinstance(hung, aiohttp.ServerDisconnectedError)
    assert sandbox.portal.sent == []


async def test_the_sandbox_stops_while_a_call_hangs(http: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(2):
        async with Sandbox() as own:
            own.faults.hang()
            portal = PortalClient(own, http)
            with pytest.raises(TimeoutError):
                await portal.post(METHOD, REPLY, timeout=aiohttp.ClientTimeout(total=0.02))


async def test_any_answer(sandbox: Sandbox, portal: PortalClient) -> None:
    error = {"error": "OPERATION_TIME_LIMIT", "error_description": "…"}
    sandbox.faults.reply_with(429, error, times=1)
    status, body, _ = await portal.post(METHOD, REPLY)
    assert (status, body) == (429, error)
    sandbox.faults.reply_with(302, "<a>", {"Location": "https://x.example/"}, times=1)
    url = portal.url(METHOD)
    assert await portal.raw("POST", url, json=REPLY, allow_redirects=False) == (302, "<a>")
    sandbox.faults.reply_with(200, b'{"result": {"success"', times=1)
    with pytest.raises(json.JSONDecodeError):
        json.loads((await portal.raw("POST", url, json=REPLY))[1])


async def test_nothing_is_read_before_the_connection_drops(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.faults.dropped_unread(method=METHOD)
    with pytest.raises((aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
        await portal.post(METHOD, REPLY | {"body": "x" * 900_000})
    assert sandbox.portal.sent == []


@pytest.mark.parametrize("ran", [False, True])
async def test_an_error_says_nothing_of_what_ran(
    ran: bool, sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.faults.server_error(ran=ran, times=1)
    status, body, _ = await portal.post(METHOD, REPLY)
    assert (status, body["error"]) == (500, "INTERNAL_SERVER_ERROR")
    sandbox.faults.html(504, ran=ran, times=1)
    assert (await portal.raw("POST", portal.url(METHOD), json=REPLY))[0] == 504
    assert len(sandbox.portal.sent) == 2 * ran


async def test_an_error_with_status_200(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.faults.error_in_200()
    status, body, _ = await portal.post(METHOD, REPLY)
    assert (status, body["error"]) == (200, "wrong_client")
    assert sandbox.portal.sent == []


async def test_the_answer_is_late_or_never_comes_though_the_letter_left(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    soon = aiohttp.ClientTimeout(total=0.05)
    sandbox.faults.late(0.2, times=1)
    with pytest.raises(TimeoutError):
        await portal.post(METHOD, REPLY, timeout=soon)
    assert len(sandbox.portal.sent) == 1
    sandbox.faults.silent(times=1)
    with pytest.raises(TimeoutError):
        await portal.post(METHOD, REPLY, timeout=soon)
    assert len(sandbox.portal.sent) == 2
    sandbox.faults.off()
    sandbox.faults.late(0.01, times=1)
    assert (await portal.post(METHOD, REPLY))[0] == 200


async def spoiled(how: Spoiled, sandbox: Sandbox, portal: PortalClient) -> Any:
    sandbox.faults.spoiled(how, times=1)
    _, body, headers = await portal.post("mail.message.get", {"id": 15})
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    return body


async def test_odd_answers(sandbox: Sandbox, portal: PortalClient) -> None:
    item = (await portal.result("mail.message.get", id=15))["item"]
    body = await spoiled("extra_keys", sandbox, portal)
    assert set(body["result"]["item"]) == {*item, "nextCursor", "_debug"}
    assert set(await spoiled("missing_time", sandbox, portal)) == {"result"}
    assert set(await spoiled("no_result", sandbox, portal)) == {"time"}
    found = (await spoiled("text_ids", sandbox, portal))["result"]["item"]
    assert (found["id"], found["mailboxId"], found["isSeen"]) == ("15", "3", False)
    assert (await spoiled("empty_lists", sandbox, portal))["time"] == []
    assert (await spoiled("gzip", sandbox, portal))["result"]["item"] == item
    sandbox.faults.spoiled("invalid_json", times=1)
    with pytest.raises(json.JSONDecodeError):
        await portal.post(METHOD, REPLY)
    assert len(sandbox.portal.sent) == 1


async def test_an_odd_answer_keeps_status_and_headers(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.portal.idempotency = "active"
    sandbox.faults.spoiled("extra_keys")
    key = {"Idempotency-Key": "key-1"}
    for replayed in (None, "true"):
        _, _, headers = await portal.post(METHOD, REPLY, headers=key)
        assert (headers["Idempotency-Key"], headers.get("Idempotent-Replayed")) == (
            "key-1",
            replayed,
        )
    assert (await portal.post(METHOD))[0] == 400


async def test_an_answer_drips(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.faults.drip(0.1, times=2)
    begin = asyncio.get_running_loop().time()
    status, body, _ = await portal.post(METHOD, REPLY)
    assert (status, body["result"]["success"]) == (200, True)
    assert asyncio.get_running_loop().time() - begin >= 0.09
    with pytest.raises(TimeoutError):
        await portal.post(METHOD, REPLY, timeout=aiohttp.ClientTimeout(total=0.05))


async def test_a_fault_acts_on_the_third_call_or_by_chance(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.faults.server_error(method=METHOD, times=1).skip = 2
    answers = [(await portal.post(method, REPLY))[0] for method in [METHOD, READ, *[METHOD] * 3]]
    assert answers == [200, 200, 200, 500, 200]
    sandbox.faults.server_error(method=READ).chance = 0.5
    found = {(await portal.post(READ))[0] for _ in range(20)}
    assert found == {200, 500}


async def test_telegram_has_faults_of_its_own(plain: Sandbox, bot: BotClient) -> None:
    plain.telegram.faults.unauthorized(method="getMe", times=1)
    assert await bot.call("getMe") == {
        "ok": False,
        "error_code": 401,
        "description": "Unauthorized",
    }
    flood = {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    }
    plain.telegram.faults.reply_with(429, flood, method="sendMessage", times=1)
    assert await bot.call("sendMessage", chat_id=5, text="x") == flood
    assert (await bot.ok("getMe"))["is_bot"] is True
