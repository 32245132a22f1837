"""The portal's limits: requests per second, working time, overload, and the cut-off."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from sandbox import Sandbox
from sandbox.portal.limits import Bucket, OperatingLimit

from .conftest import PortalClient
from .portal_table import REPLY, V3

READ = "mail.mailbox.list"


async def test_a_bucket_refuses_what_overflows(sandbox: Sandbox, portal: PortalClient) -> None:
    seconds = 0.0
    bucket = sandbox.portal.bucket = Bucket(3, 2, monotonic=lambda: seconds)
    for method in (READ, "batch", "mail.nonsense"):
        await portal.post(method)
    status, body, _ = await portal.post("mail.message.reply", REPLY)
    assert (status, body) == (
        503,
        {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"},
    )
    assert sandbox.portal.sent == []
    assert (bucket.refused, [fill.level for fill in bucket.calls]) == (1, [1, 2, 3, 3])
    seconds = 0.5
    assert (await portal.post(READ))[0] == 200
    assert (await portal.post(READ))[0] == 503
    assert sandbox.portal.calls[-1].status == 503


def test_each_source_has_its_own_bucket() -> None:
    bucket = Bucket(1, 1, monotonic=lambda: 0.0)
    assert [bucket.admit(source) for source in ("a", "b", "a")] == [True, True, False]
    assert [(fill.source, fill.refused) for fill in bucket.calls] == [
        ("a", False),
        ("b", False),
        ("a", True),
    ]


def test_a_steady_rate_is_always_let_in() -> None:
    seconds = 0.0
    bucket = Bucket(1, 2, monotonic=lambda: seconds)
    for number in range(100):
        seconds = number * 0.5
        assert bucket.admit("a")


async def test_working_time_is_used_up_for_one_method_of_one_webhook(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    now = datetime(2026, 9, 1, 12, 0, 30, tzinfo=UTC)
    sandbox.portal.clock = lambda: now
    limit = sandbox.portal.operating = OperatingLimit(20, costs={READ: 10})
    minute = int(now.timestamp()) // 60
    for used in (10, 20):
        _, body, _ = await portal.post(READ)
        assert body["time"]["operating"] == used
        assert body["time"]["operating_reset_at"] == (minute + 10) * 60
        now += timedelta(minutes=1)
    status, body, _ = await portal.post(READ)
    assert status == 429
    if sandbox.portal.profile_name == "docs":
        assert body["error"] == "OPERATION_TIME_LIMIT"
    else:
        assert body["error"]["code"] == V3 + "RATELIMITEXCEPTION"
    assert (limit.refused, "operating_reset_at" in str(body)) == (1, False)
    assert (await portal.post("mail.mailbox.senders"))[0] == 200
    assert (await portal.post(READ, webhook="second"))[0] == 200
    now = datetime.fromtimestamp((minute + 10) * 60, UTC)
    _, body, _ = await portal.post(READ)
    assert body["time"]["operating"] == 20
    assert body["time"]["operating_reset_at"] == (minute + 11) * 60


async def test_working_time_is_looked_at_after_the_credentials_and_before_the_rights(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.portal.operating = OperatingLimit(0)
    assert (await portal.post(READ, webhook="revoked"))[0] == 401
    assert (await portal.post(READ, webhook="no_mail"))[0] == 429


async def test_the_vendor_blocks_rest(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.overloaded = True
    assert await portal.error("mail.message.reply", REPLY) == (503, "OVERLOAD_LIMIT")
    assert sandbox.portal.sent == []


async def test_plain_http_in_the_cloud(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.https_only = True
    assert await portal.error(READ, {}) == (400, "INVALID_REQUEST")


async def test_a_call_is_broken_off(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.cut_off_seconds = 0.05
    sandbox.portal.write_seconds = 0.2
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await portal.post("mail.message.reply", REPLY)
    await asyncio.sleep(0.2)
    assert (sandbox.portal.sent, sandbox.portal.runs) == ([], [])
    sandbox.portal.write_seconds = 0
    assert (await portal.post("mail.message.reply", REPLY))[0] == 200


async def test_a_webhook_is_edited_and_its_owner_dismissed(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    old = portal.url(READ)
    oleg = sandbox.portal.employees[1]
    sandbox.portal.regenerate("active", "z9y8x7w6v5u4t3s2", oleg)
    assert (await portal.raw("POST", old))[0] == 401
    boxes = (await portal.result(READ))["items"]
    assert [box["id"] for box in boxes] == [3, 5]
    sandbox.portal.webhooks["active"].state = "dismissed"
    assert await portal.error(READ, {}) == (401, "authorization_error")
