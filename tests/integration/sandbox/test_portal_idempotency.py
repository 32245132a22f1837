"""Idempotency-Key as the REST 3.0 overview has it, and portals where mail ignores it."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from aiohttp import ClientError, ClientTimeout

from sandbox import Sandbox
from sandbox.clock import MovableClock

from .conftest import PortalClient
from .portal_table import REPLY, SEND, V3

METHOD = "mail.message.reply"


async def test_active_by_the_pages_and_ignored_as_observed(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    answers = [
        await portal.post(METHOD, REPLY, headers={"Idempotency-Key": "key-1"}) for _ in range(2)
    ]
    assert [status for status, _, _ in answers] == [200, 200]
    assert answers[0][1]["result"] == answers[1][1]["result"]
    headers = [
        (headers.get("Idempotency-Key"), headers.get("Idempotent-Replayed"))
        for _, _, headers in answers
    ]
    if sandbox.portal.profile_name == "docs":
        assert headers == [("key-1", None), ("key-1", "true")]
        assert len(sandbox.portal.sent) == 1
    else:
        assert headers == [(None, None), (None, None)]
        assert len(sandbox.portal.sent) == 2


async def test_the_rules_of_an_active_key(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.idempotency = "active"
    key = {"Idempotency-Key": "key-1"}
    assert (await portal.post(METHOD, REPLY | {"to": [" "]}, headers=key))[0] == 400
    assert (await portal.post(METHOD, REPLY, headers=key))[0] == 200
    status, body, _ = await portal.post(METHOD, REPLY | {"subject": "Other"}, headers=key)
    assert (status, body["error"]["code"]) == (422, V3 + "IDEMPOTENCYKEYREUSEDEXCEPTION")
    assert (await portal.post(METHOD, REPLY, headers={"Idempotency-Key": "key-2"}))[0] == 200
    status, _, _ = await portal.post(
        METHOD, REPLY | {"from": "support@linden-print.example"}, "second", headers=key
    )
    assert status == 200
    assert len(sandbox.portal.sent) == 3


@pytest.mark.parametrize("key", ["", "with space", "x" * 256])
async def test_bad_keys(key: str, sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.idempotency = "active"
    status, body, _ = await portal.post(METHOD, REPLY, headers={"Idempotency-Key": key})
    assert (status, body["error"]["code"]) == (400, V3 + "INVALIDIDEMPOTENCYKEYEXCEPTION")
    assert sandbox.portal.sent == []


async def test_a_key_is_forgotten_after_a_day(sandbox: Sandbox, portal: PortalClient) -> None:
    clock = sandbox.portal.clock = MovableClock()
    sandbox.portal.idempotency = "active"
    key = {"Idempotency-Key": "key-1"}
    await portal.post(METHOD, REPLY, headers=key)
    clock.move(timedelta(hours=23, minutes=59))
    await portal.post(METHOD, REPLY, headers=key)
    assert len(sandbox.portal.sent) == 1
    clock.move(timedelta(minutes=1))
    await portal.post(METHOD, REPLY, headers=key)
    assert len(sandbox.portal.sent) == 2


async def test_reads_take_no_part(sandbox: Sandbox, portal: PortalClient) -> None:
    _, _, headers = await portal.post("mail.mailbox.list", headers={"Idempotency-Key": "key-1"})
    assert "Idempotency-Key" not in headers


async def test_a_switch_for_each_method(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.idempotency_of = {METHOD: "ignored", "mail.message.send": "active"}
    key = {"Idempotency-Key": "with space"}
    status, _, headers = await portal.post(METHOD, REPLY, headers=key)
    assert (status, "Idempotency-Key" in headers) == (200, False)
    assert (await portal.post("mail.message.send", SEND, headers=key))[0] == 400


async def test_two_calls_at_the_same_time_both_run(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.idempotency = "active"
    sandbox.portal.write_seconds = 0.05
    key = {"Idempotency-Key": "key-1"}
    answers = await asyncio.gather(*(portal.post(METHOD, REPLY, headers=key) for _ in range(2)))
    assert [status for status, _, _ in answers] == [200, 200]
    assert all("Idempotent-Replayed" not in headers for _, _, headers in answers)
    assert [run.overlapped for run in sandbox.portal.runs] == [True, True]
    assert len(sandbox.portal.sent) == 2
    _, _, headers = await portal.post(METHOD, REPLY, headers=key)
    assert headers["Idempotent-Replayed"] == "true"
    assert len(sandbox.portal.runs) == 2


async def test_what_ran_is_written_down(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.idempotency = "active"
    sandbox.portal.write_seconds = 0.02
    for key in ("key-1", "key-1", "key-2"):
        await portal.post(METHOD, REPLY, headers={"Idempotency-Key": key})
    await portal.post(METHOD, REPLY | {"to": [" "]}, headers={"Idempotency-Key": "key-3"})
    await portal.post(METHOD, REPLY)
    runs = sandbox.portal.runs
    assert [(run.key, run.overlapped) for run in runs] == [
        ("key-1", False),
        ("key-2", False),
        (None, False),
    ]
    assert [run.sent for run in runs] == sandbox.portal.sent
    for run in runs:
        assert run.sent
        assert run.raw == run.sent.raw
        assert run.end
        assert run.end - run.begin >= timedelta(seconds=0.02)


async def test_a_run_that_goes_on_has_no_end(sandbox: Sandbox, portal: PortalClient) -> None:
    sandbox.portal.write_seconds = 0.1

    async def look() -> None:
        run = await sandbox.portal.changes.until(
            lambda: sandbox.portal.runs[0] if sandbox.portal.runs else None, 5
        )
        assert (run.end, run.sent) == (None, None)

    await asyncio.gather(portal.post(METHOD, REPLY), look())
    assert sandbox.portal.runs[0].end


async def test_a_call_that_waits_to_run_overlaps_too(
    sandbox: Sandbox, portal: PortalClient
) -> None:
    sandbox.portal.idempotency = "active"
    sandbox.faults.slow(0.1, times=1)
    key = {"Idempotency-Key": "key-1"}
    answers = await asyncio.gather(*(portal.post(METHOD, REPLY, headers=key) for _ in range(2)))
    assert {headers.get("Idempotent-Replayed") for _, _, headers in answers} == {None, "true"}
    assert [run.overlapped for run in sandbox.portal.runs] == [True]
    assert sandbox.portal.flights == []


@pytest.mark.parametrize("first", ["dropped", "answer_lost", "late", "cut off", "refused"])
async def test_a_call_after_one_that_has_ended_does_not_overlap(
    first: str, sandbox: Sandbox, portal: PortalClient
) -> None:
    key = {"Idempotency-Key": "key-1"}
    faults, body = sandbox.faults, REPLY
    if first == "late":
        faults.late(0.2, times=1)
    elif first == "cut off":
        sandbox.portal.cut_off_seconds = 0.05
        faults.hang(times=1)
    elif first == "refused":
        body = REPLY | {"to": [" "]}
    else:
        {"dropped": faults.dropped, "answer_lost": faults.answer_lost}[first](times=1)
    with suppress(TimeoutError, ClientError):
        await portal.post(METHOD, body, headers=key, timeout=ClientTimeout(total=0.1))
    await portal.post(METHOD, REPLY, headers=key)
    assert len(sandbox.portal.sent) == len(sandbox.portal.runs)
    assert not [run for run in sandbox.portal.runs if run.overlapped]
