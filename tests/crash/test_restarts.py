"""Rows 7 and 8: the whole bot is restarted under load; no word is lost, and none doubled."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.crash.figures import keep
from tests.support.bot_process import BotProcess, ForkServer
from tests.support.scale import times

PEOPLE = times(2, full=5)
MOST_WAITING = 40  # updates: more is said once the bot has caught up
REVIEW = "Check before it goes out"
HELP = "I bring your Bitrix24 mail"
EXIT_SECONDS, GAP_SECONDS = 25, 30
PATIENCE = 60.0


@pytest.fixture
async def bot(
    fork_server: ForkServer, sandbox: Sandbox, tmp_path: Path
) -> AsyncIterator[BotProcess]:
    settings = {
        "BOT_TOKEN": sandbox.telegram.token,
        "TELEGRAM_API_URL": sandbox.telegram_url,
        "TRUSTED_PORTALS": sandbox.portal_host,
        "ADMINS": "1",
        "ACCESS": "open",
        "UNDO_SECONDS": "0",
    }
    process = BotProcess(fork_server, tmp_path, settings)
    await process.start()
    yield process
    await process.kill()


@dataclass
class Writer:
    """Somebody whose open review takes all that they type."""

    person: Person
    said: list[str] = field(default_factory=list)

    async def begin(self, webhook: str) -> None:
        self.person.say(f"/connect {webhook}")
        await self.person.chat.wait_for("Connected", within=PATIENCE)
        self.said.append("begin")
        self.person.say("/reply 15 begin")
        await self.person.chat.wait_for(REVIEW, within=PATIENCE)

    def write(self) -> None:
        self.said.append(f"{self.person.id}-{len(self.said)}")
        self.person.say(self.said[-1])

    async def heard(self) -> None:
        """All that was said before is handled: updates of one person keep their order."""
        asked = self.person.say("/help")
        await self.person.chat.wait_for(HELP, within=PATIENCE, after=asked.id)

    async def send(self, sandbox: Sandbox) -> str:
        """The body that left."""
        before = len(sandbox.portal.sent)
        for _ in range(20):
            card = next(one for one in reversed(self.person.chat.from_bot) if "Send" in one.buttons)
            toast = await self.person.press(card, "Send").answered(within=PATIENCE)
            with suppress(AssertionError):  # a newer review may have been on its way
                await self.person.chat.wait_for("Sent to", within=0.2 if toast else 3)
                break
        assert len(sandbox.portal.sent) == before + 1
        return sandbox.portal.sent[-1].body


async def talk(writers: list[Writer], sandbox: Sandbox, dice: random.Random) -> None:
    """For ever, as fast as the bot keeps up."""
    while True:
        if len(sandbox.telegram.updates) < MOST_WAITING:
            dice.choice(writers).write()
        await asyncio.sleep(0.02)


@asynccontextmanager
async def load(sandbox: Sandbox, name: str, dice: random.Random) -> AsyncIterator[Person]:
    """People type into their letters meanwhile; afterwards each letter holds all, once, in order.

    Gives somebody who does not write.
    """
    people = [sandbox.telegram.person(100 + number, "Anna", "en") for number in range(PEOPLE)]
    writers = [Writer(person) for person in people]
    for writer in writers:
        await writer.begin(sandbox.webhook)
    async with asyncio.TaskGroup() as group:
        talking = group.create_task(talk(writers, sandbox, dice))
        yield sandbox.telegram.person(1, "Oleg", "en")
        talking.cancel()
    for writer in writers:
        await writer.heard()
        assert await writer.send(sandbox) == "<br><br>".join(writer.said)
    keep(f"texts of {name}", {"said": sum(len(writer.said) for writer in writers)})


async def test_row_07_restarts_under_load_lose_and_double_nothing(
    bot: BotProcess, sandbox: Sandbox
) -> None:
    """INV-11."""
    dice = random.Random(7)
    exits: list[float] = []
    gaps: list[float] = []
    async with load(sandbox, "restarts", dice) as oleg:
        for _ in range(times(2, full=200)):
            await asyncio.sleep(dice.uniform(0.1, 1.0))
            began = time.monotonic()
            assert await bot.stop() == 0
            exits.append(time.monotonic() - began)
            said = oleg.say("/help")
            await bot.start()
            await oleg.chat.wait_for(HELP, within=PATIENCE, after=said.id)
            gaps.append(time.monotonic() - began)
        asked = len(exits)
    keep("restarts", {"restarts": asked, "longest exit": max(exits), "longest gap": max(gaps)})
    assert max(exits) <= EXIT_SECONDS
    assert max(gaps) <= GAP_SECONDS
    assert sum(HELP in one.text for one in oleg.chat.from_bot) == asked
    assert "Traceback" not in bot.log


async def test_row_08_an_impatient_end_loses_and_doubles_nothing(
    bot: BotProcess, sandbox: Sandbox
) -> None:
    """A second SIGTERM at once, or SIGKILL in the middle of the drain."""
    dice = random.Random(8)
    async with load(sandbox, "impatient ends", dice):
        for number in range(times(2, full=100)):
            await asyncio.sleep(dice.uniform(0.1, 0.6))
            os.kill(bot.pid, signal.SIGTERM)
            await asyncio.sleep(dice.uniform(0, 0.05))
            if number % 2:
                await bot.kill()
            else:
                assert await bot.stop() == 0
            await bot.start()
    assert "Traceback" not in bot.log
