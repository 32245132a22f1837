"""The disk is full while people write and letters leave: nothing is lost, nothing untrue is said,
and all goes on by itself once there is room."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import (
    JANE,
    REPLY,
    REVIEW,
    TEXT,
    count_sends,
    hold,
    press,
    review,
    settled,
    shown,
)
from tests.flows.test_locked_database import says
from tests.support.bot_process import BotProcess
from tests.support.full_disk import full_disk

PAGE = 4096
WAITS = "the storage is failing"


@pytest.fixture
def bot_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"UNDO_SECONDS": getattr(request, "param", "0")}


@pytest.mark.parametrize("room", [0, PAGE, 16 * PAGE, 34 * PAGE])
async def test_row_50_what_is_typed_while_the_disk_is_full_is_answered_once_there_is_room(
    connected: Person, sandbox: Sandbox, bot: BotProcess, room: int
) -> None:
    """However far its update came before the disk was full."""
    anna, chat = connected, connected.chat
    with full_disk(bot, room):
        anna.say(f"/reply 15 {TEXT}")
        second = anna.say("And one more thing.")
        assert await says(bot, WAITS)
    await chat.wait_for(lambda each: REVIEW in each.text and "one more" in each.text, within=15)
    await settled(anna)
    card = await chat.wait_for(REVIEW, after=second.id)
    await press(anna, card, "Send", f"Sent to {JANE}")
    (letter,) = sandbox.portal.sent
    assert TEXT in letter.body
    assert "And one more thing." in letter.body
    assert len(set(shown(anna))) == len(shown(anna)), (shown(anna), bot.log)


@pytest.mark.parametrize("bot_settings", ["2"], indirect=True)
@pytest.mark.parametrize("room", [0, 5 * PAGE])
async def test_row_51_and_52_a_letter_that_cannot_be_claimed_leaves_once_there_is_room(
    connected: Person, sandbox: Sandbox, bot: BotProcess, room: int
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await press(anna, card, "Send", "Goes out in 2 s")
    await settled(anna)
    before = shown(anna)
    with full_disk(bot, room):
        assert await says(bot, WAITS)
        assert count_sends(sandbox) == 0
        assert shown(anna) == before
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"), within=15)
    assert count_sends(sandbox) == 1
    assert len(shown(anna)) == len(before)


async def test_row_51_an_answer_that_cannot_be_stored_is_kept_until_there_is_room(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    let_go = hold(sandbox, REPLY)
    await press(anna, card, "Send", "Sending")
    await chat.wait_until(lambda _: count_sends(sandbox) == 1)
    await settled(anna)
    before = shown(anna)
    with full_disk(bot):
        let_go.set()
        assert await says(bot, "an answer waits")
        assert shown(anna) == before
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1
    assert len(shown(anna)) == len(before)


async def test_row_51_an_answer_that_was_never_stored_is_looked_for_after_a_kill(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    let_go = hold(sandbox, REPLY)
    await press(anna, card, "Send", "Sending")
    await chat.wait_until(lambda _: count_sends(sandbox) == 1)
    with full_disk(bot):
        let_go.set()
        assert await says(bot, "an answer waits")
        await bot.kill()
    await bot.start()
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert "it was found in its conversation" in card.text
    assert count_sends(sandbox) == 1
