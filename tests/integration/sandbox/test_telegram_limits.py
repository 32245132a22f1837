"""How fast the bot may send: one chat, one group, everywhere; and floods that a test orders."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.telegram.limits import Limits
from sandbox.telegram.people import Person

from .conftest import BotClient

GROUP = -1003999999999999


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def watch(plain: Sandbox) -> Watch:
    clock = plain.telegram.clock = Watch()
    return clock


async def send(bot: BotClient, chat_id: int = 5) -> int:
    """0 if it was let through, else its `retry_after`."""
    body: dict[str, Any] = await bot.call("sendMessage", chat_id=chat_id, text="x")
    if body["ok"]:
        return 0
    wait = int(body["parameters"]["retry_after"])
    assert body["description"] == f"Too Many Requests: retry after {wait}"
    assert body["error_code"] == 429
    return wait


async def test_nothing_is_too_fast_as_long_as_no_limits_are_set(
    plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    assert [await send(bot) for _ in range(40)] == [0] * 40
    assert len(plain.telegram.pace.accepted) == 40


async def test_a_private_chat_takes_a_burst_of_three_then_one_a_second(
    plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    plain.telegram.limits = Limits()
    assert [await send(bot) for _ in range(5)] == [0, 0, 0, 1, 1]
    watch.move(0.9)
    assert await send(bot) == 1
    watch.move(0.1)
    assert [await send(bot) for _ in range(2)] == [0, 1]
    watch.move(60)
    assert [await send(bot) for _ in range(4)] == [0, 0, 0, 1]
    assert len(bob.chat.from_bot) == 7


async def test_a_group_takes_twenty_a_minute(
    plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    plain.telegram.group(GROUP, "Support", [bob])
    plain.telegram.limits = Limits()
    for _ in range(20):
        assert await send(bot, GROUP) == 0
        watch.move(2)
    assert await send(bot, GROUP) == 20
    watch.move(19)
    assert await send(bot, GROUP) == 1
    watch.move(1)
    assert [await send(bot, GROUP) for _ in range(2)] == [0, 2]
    assert await send(bot) == 0, "other chats go on"


async def test_thirty_a_second_over_all(plain: Sandbox, bot: BotClient, watch: Watch) -> None:
    for number in range(1, 32):
        plain.telegram.person(number).say("/start")
    plain.telegram.limits = Limits()
    assert [await send(bot, number) for number in range(1, 32)] == [0] * 30 + [1]
    watch.move(1)
    assert await send(bot, 31) == 0


async def test_edits_count_and_answers_to_presses_do_not(
    plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    plain.telegram.limits = Limits(chat_burst=1)
    assert await send(bot) == 0
    assert "retry after" in await bot.refused("editMessageText", chat_id=5, message_id=2, text="y")
    await bot.ok("sendChatAction", chat_id=5, action="typing")
    await bot.ok("deleteMessage", chat_id=5, message_id=2)
    assert [each.method for each in plain.telegram.pace.refused] == ["editmessagetext"]


async def test_limits_are_scaled_by_their_arguments(
    plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    plain.telegram.limits = Limits(chat_per_second=1, chat_burst=1, second=0.01)
    assert await send(bot) == 0
    assert await send(bot) == 1, "retry_after is never less than a second"
    watch.move(0.01)
    assert await send(bot) == 0


@pytest.mark.parametrize("seconds", [3, 60, 3600])
async def test_a_flood_ends_when_its_time_is_over(
    seconds: int, plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    plain.telegram.person(6).say("/start")
    plain.telegram.flood(seconds, chat_id=5)
    assert await send(bot) == seconds
    assert await send(bot, 6) == 0
    watch.move(seconds - 1)
    assert await send(bot) == 1
    watch.move(1)
    assert await send(bot) == 0
    sends = [(each.chat_id, each.refused, each.early) for each in plain.telegram.pace.sends]
    assert sends == [(5, seconds, False), (6, None, False), (5, 1, True), (5, None, False)]


async def test_a_flood_of_a_few_sends_everywhere(
    plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    plain.telegram.person(6).say("/start")
    plain.telegram.flood(3600, times=2)
    assert [await send(bot), await send(bot, 6), await send(bot)] == [3600, 3600, 0]
    plain.telegram.flood(60)
    plain.telegram.pace.calm()
    assert await send(bot) == 0


async def test_twenty_at_once_are_counted_one_by_one(
    plain: Sandbox, bot: BotClient, bob: Person, watch: Watch
) -> None:
    plain.telegram.limits = Limits()
    waits = await asyncio.gather(*(send(bot) for _ in range(20)))
    assert sorted(waits) == [0] * 3 + [1] * 17
    assert len(bob.chat.from_bot) == 3
