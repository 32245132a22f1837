"""A portal that answers without end, slowly, or packed a thousandfold: it costs no memory, the
person hears of it, and nobody else waits."""

import asyncio
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

import pytest
from aiohttp import web

from sandbox import Sandbox
from sandbox.faults import Act, Fault, Run
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, REVIEW, TEXT, WHICH, press, review, settled
from tests.flows.conftest import OLEG
from tests.support.bot_process import BotProcess

MIB = 1024 * 1024
MOST_MIB = 24  # how much the bot may grow at its highest; one unpacked bomb would be BOMB_MIB
BOMB_MIB = 128
GET = "mail.message.get"


@pytest.fixture
def bot_settings() -> dict[str, str]:
    return {"ACCESS": "open"}


@pytest.fixture
async def oleg(sandbox: Sandbox, connected: Person) -> Person:
    """Has connected the same portal."""
    oleg = sandbox.telegram.person(OLEG, "Oleg", "en", "oleg")
    oleg.say("/start")
    oleg.say(f"/connect {sandbox.webhook}")
    await oleg.chat.wait_for("Connected")
    return oleg


async def endless(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
    """JSON that never ends, as fast as it is read."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    with suppress(ConnectionError):
        await answer.write(b'{"result": "')
        while not fault.over.is_set():
            await answer.write(b"x" * MIB)
    return answer


async def bomb(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
    """Small on the wire, huge when it is unpacked."""
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    return web.Response(body=_packed(), headers=headers)


@cache
def _packed() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    block = b" " * MIB
    return b"".join(packer.compress(block) for _ in range(BOMB_MIB)) + packer.flush()


async def drip(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
    """A byte at a time, until the fault is switched off and the connection drops."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    await answer.prepare(request)
    while not fault.over.is_set():
        await answer.write(b" ")
        await asyncio.sleep(0.01)
    assert request.transport is not None
    request.transport.abort()
    return answer


def highest(bot: BotProcess) -> int:
    """MiB that the bot has had in memory at most, of all that it ever did."""
    status = Path(f"/proc/{bot.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


@pytest.mark.parametrize("act", [endless, bomb])
async def test_row_80_a_huge_answer_is_told_and_costs_no_memory(
    connected: Person, sandbox: Sandbox, bot: BotProcess, act: Act
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    before = highest(bot)
    for _ in range(3):
        sandbox.faults.add("huge", act, GET, 1)
        said = anna.say(f"/reply 15 {TEXT}")
        told = await chat.wait_for(WHICH, after=said.id, within=10)
        assert "too large to be read" in told.text
        assert TEXT in told.text
    sandbox.faults.add("huge", act, REPLY, 1)
    await anna.press(card, "Send").answered()
    await chat.wait_for("It is not known whether", after=told.id, within=10)
    assert highest(bot) - before < MOST_MIB


async def test_row_80_nobody_waits_for_an_answer_that_drips(
    connected: Person, oleg: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    before = highest(bot)
    sandbox.faults.add("drips", drip, GET, 1)
    said = anna.say(f"/reply 15 {TEXT}")
    await chat.wait_for("Looking for letter 15", after=said.id)
    await press(oleg, await review(oleg, letter=16), "Send", "Sent to")
    await settled(anna)
    sandbox.faults.off()
    told = await chat.wait_for(WHICH, after=said.id)
    assert "could not be understood" in told.text
    assert TEXT in told.text
    await anna.press(told, "Try again").answered()
    await press(anna, await chat.wait_for(REVIEW, after=said.id), "Send", f"Sent to {JANE}")
    assert highest(bot) - before < MOST_MIB
