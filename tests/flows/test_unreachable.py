"""Whoever blocks the bot is told what became of their letter once they can be reached again."""

from collections.abc import Callable

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, press, review
from tests.support.bot_process import BotProcess


@pytest.fixture
def bot_settings() -> dict[str, str]:
    return {"UNDO_SECONDS": "1"}


def unblock(person: Person) -> None:
    person.unblock()


def unblock_and_write(person: Person) -> None:
    person.unblock()
    person.say("/start")


BACK = pytest.mark.parametrize("back", [unblock, unblock_and_write])


@BACK
async def test_row_34_an_outcome_waits_for_whoever_blocked_the_bot(
    connected: Person, sandbox: Sandbox, back: Callable[[Person], None]
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await press(anna, card, "Send", "Goes out in 1 s")
    anna.block()
    await sandbox.portal.wait_for_sent()
    back(anna)
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert card.buttons == []


async def test_row_34_what_is_not_known_is_told_later(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    sandbox.portal.sent_copies = "never"
    card = await review(anna)
    sandbox.faults.answer_lost(method=REPLY)
    await press(anna, card, "Send", "Goes out in 1 s")
    anna.block()
    await sandbox.portal.wait_for_sent()
    await bot.kill()
    await bot.start()
    anna.unblock()
    told = await chat.wait_for("It is not known whether", after=card.id)
    assert "Send again" in told.buttons


async def test_others_are_served_while_somebody_blocks_the_bot(
    connected: Person, sandbox: Sandbox
) -> None:
    connected.block()
    oleg = sandbox.telegram.person(1002, "Oleg", "en", "oleg")
    oleg.say("/start")
    await oleg.chat.wait_for("This bot is for invited people")
    connected.unblock()
    await connected.chat.wait_for("@oleg")
