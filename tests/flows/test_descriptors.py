"""Row 67: the bot may open no further file or socket; it waits, and nothing is lost."""

import asyncio

import pytest

from sandbox import Sandbox
from sandbox.telegram.chats import Chat
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REVIEW, TEXT, count_sends, press, review
from tests.flows.test_locked_database import says
from tests.support.bot_process import BotProcess
from tests.support.descriptors import at_most, no_descriptors


@pytest.fixture
def bot_settings() -> dict[str, str]:
    return {"ACCESS": "open", "UNDO_SECONDS": "0"}


def was_sent(chat: Chat) -> bool:
    return any(one.text.startswith(f"Sent to {JANE}") for one in chat.from_bot)


async def test_row_67_without_any_descriptor_left_letters_and_answers_wait(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    with no_descriptors(bot.pid):
        anna.press(card, "Send")
        second = anna.say(f"/reply 16 {TEXT}")
        assert await says(bot, "unreachable")
        assert count_sends(sandbox) == 0
    await chat.wait_until(was_sent, within=20)
    other = await chat.wait_for(REVIEW, after=second.id, within=20)
    await press(anna, other, "Send", "Sent to")
    assert count_sends(sandbox) == 2


async def test_row_67_with_64_descriptors_a_crowd_is_answered_and_no_letter_is_lost(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    """The row's own number; Telegram answers so slowly that connections pile up.

    They are kept for 15 s after their last use, and the letter waits for one of them. After some
    time that is told in a message of its own, and so is what becomes of the letter.
    """
    anna, chat = connected, connected.chat
    card = await review(anna)
    crowd = [sandbox.telegram.person(3000 + at, f"Guest {at}", "en") for at in range(60)]
    with at_most(64, bot.pid):
        sandbox.telegram.faults.slow(0.5, method="sendMessage", times=60)
        for guest in crowd:
            guest.say("/accounts")
        anna.press(card, "Send")
        assert await says(bot, "Too many open files")
        await asyncio.gather(*(guest.chat.wait_for("/connect", within=30) for guest in crowd))
        await chat.wait_until(was_sent, within=60)
    assert [len(guest.chat.from_bot) for guest in crowd] == [1] * len(crowd)
    assert count_sends(sandbox) == 1


async def test_row_67_a_crowd_that_needs_more_descriptors_than_there_are_is_answered(
    sandbox: Sandbox, bot: BotProcess
) -> None:
    crowd = [sandbox.telegram.person(2000 + at, f"Guest {at}", "en") for at in range(30)]
    assert await says(bot, "running as")
    with no_descriptors(bot.pid, spare=2):
        for guest in crowd:
            guest.say("/accounts")
        assert await says(bot, "Too many open files")
    await asyncio.gather(*(guest.chat.wait_for("/connect", within=30) for guest in crowd))
    assert [len(guest.chat.from_bot) for guest in crowd] == [1] * len(crowd)
