"""Row 65: the whole bot is stopped for longer than any answer takes, as by a laptop that sleeps or
a debugger, and goes on: each letter leaves once, and what was said meanwhile is handled."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, REVIEW, TEXT, count_sends, hold, press, restart, review
from tests.flows.test_locked_database import says
from tests.support.bot_process import BotProcess

LEASE = {"answer": 0.5, "own_run": 0.5, "lease_spare": 0.3}  # seconds: 1.3 in all


@pytest.fixture
def bot_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"UNDO_SECONDS": getattr(request, "param", "0")}


@asynccontextmanager
async def asleep(bot: BotProcess, seconds: float) -> AsyncIterator[None]:
    """The block runs while the bot is stopped, for so long at least."""
    os.kill(bot.pid, signal.SIGSTOP)
    try:
        yield
        await asyncio.sleep(seconds)
    finally:
        os.kill(bot.pid, signal.SIGCONT)


async def test_row_65_an_answer_that_came_while_the_bot_was_stopped_counts(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    bot.waits |= LEASE
    await restart(bot)
    anna, chat = connected, connected.chat
    card = await review(anna)
    let_go = hold(sandbox, REPLY)
    await press(anna, card, "Send", "Sending")
    async with asleep(bot, 2.2):
        let_go.set()
        said = anna.say(f"/reply 16 {TEXT}")
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    await chat.wait_for(REVIEW, after=said.id)
    assert count_sends(sandbox) == 1
    assert await says(bot, "everything stood still for")


@pytest.mark.parametrize("bot_settings", ["1"], indirect=True)
async def test_row_65_a_held_letter_leaves_once_when_the_bot_goes_on(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    bot.waits |= LEASE
    await restart(bot)
    anna, chat = connected, connected.chat
    card = await review(anna)
    await press(anna, card, "Send", "Goes out in 1 s")
    async with asleep(bot, 1.5):
        pass
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1
