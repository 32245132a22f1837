"""What becomes of updates: lost with time, numbered anew, delivered again, refused to a poller."""

import asyncio
import json
from collections import Counter
from datetime import timedelta
from random import Random

import pytest

from sandbox import Sandbox
from sandbox.clock import MovableClock
from sandbox.telegram.people import Person

from .conftest import BotClient

WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)

BUTTONS = json.dumps({"inline_keyboard": [[{"text": "Send", "callback_data": "s"}]]})


@pytest.fixture
def clock(plain: Sandbox) -> MovableClock:
    moving = plain.telegram.clock = MovableClock()
    return moving


async def texts(bot: BotClient, **how: int) -> list[str]:
    return [each["message"]["text"] for each in await bot.ok("getUpdates", **how)]


async def test_a_press_lives_150_seconds_and_a_message_24_hours(
    plain: Sandbox, bot: BotClient, clock: MovableClock, bob: Person
) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    bob.press(bob.chat.last, "Send")
    clock.move(timedelta(seconds=149))
    assert len(await bot.ok("getUpdates")) == 2
    clock.move(timedelta(seconds=2))
    assert await texts(bot) == ["/start"]
    assert [list(each) for each in plain.telegram.updates.lost] == [["update_id", "callback_query"]]
    clock.move(timedelta(hours=23, minutes=57))
    bob.say("younger")
    assert await texts(bot) == ["/start", "younger"]
    clock.move(timedelta(minutes=3))
    assert await texts(bot) == ["younger"]
    assert len(plain.telegram.updates.lost) == 2


async def test_a_press_that_waited_longer_than_its_window_cannot_be_answered(
    plain: Sandbox, bot: BotClient, clock: MovableClock, bob: Person
) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    press = bob.press(bob.chat.last, "Send")
    clock.move(timedelta(seconds=100))
    query = (await bot.ok("getUpdates"))[-1]["callback_query"]
    assert query["id"] == press.id
    assert "query is too old" in await bot.refused(
        "answerCallbackQuery", callback_query_id=press.id
    )


async def test_an_update_that_is_old_already(plain: Sandbox, bot: BotClient) -> None:
    plain.telegram.updates.push_raw({"poll": {}}, age=timedelta(hours=25))
    assert await bot.ok("getUpdates") == []


async def test_after_a_quiet_week_ids_go_on_anywhere(
    bot: BotClient, clock: MovableClock, bob: Person
) -> None:
    (first,) = await bot.ok("getUpdates")
    assert await bot.ok("getUpdates", offset=first["update_id"] + 1) == []
    clock.move(timedelta(days=7))
    bob.say("back")
    (second,) = await bot.ok("getUpdates")
    assert abs(second["update_id"] - first["update_id"]) > 1000


@pytest.mark.parametrize("to", [1000, 2_000_000_000])
async def test_ids_that_jump_are_delivered_whatever_the_offset(
    to: int, plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    offset = (await bot.ok("getUpdates"))[-1]["update_id"] + 1
    assert await bot.ok("getUpdates", offset=offset) == []
    plain.telegram.updates.jump(to)
    bob.say("one")
    bob.say("two")
    updates = await bot.ok("getUpdates", offset=offset)
    assert [each["update_id"] for each in updates] == [to, to + 1]
    assert await texts(bot, offset=to + 1) == ["two"]
    assert await bot.ok("getUpdates", offset=to + 2) == []
    assert plain.telegram.updates.confirmed == 3


async def test_the_same_update_comes_five_times_in_order(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    plain.telegram.updates.repeats.start(5)
    bob.say("two")
    offset, answers = 0, []
    while updates := await bot.ok("getUpdates", offset=offset):
        answers.append([each["message"]["text"] for each in updates])
        offset = max(offset, *(each["update_id"] + 1 for each in updates))
    assert answers == [["/start", "two"]] * 5


@pytest.mark.parametrize("seed", range(5))
async def test_copies_come_shuffled_and_none_is_missing(
    seed: int, plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    plain.telegram.updates.repeats.start(4, Random(seed))
    for number in range(30):
        bob.say(str(number))
    offset, came = 0, []
    while updates := await bot.ok("getUpdates", offset=offset, limit=10):
        came += [each["message"]["text"] for each in updates]
        offset = max(offset, *(each["update_id"] + 1 for each in updates))
    assert came != sorted(came, key=came.index)
    assert Counter(came) == dict.fromkeys(["/start", *map(str, range(30))], 4)
    await plain.telegram.updates.all_confirmed()


async def test_a_backlog_comes_in_hundreds(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    for number in range(1000):
        bob.say(str(number))
    offset, sizes = 0, []
    while updates := await bot.ok("getUpdates", offset=offset):
        sizes.append(len(updates))
        offset = updates[-1]["update_id"] + 1
    assert sizes == [100] * 10 + [1]
    assert plain.telegram.updates.confirmed == 1001


async def test_many_updates_are_queued_and_confirmed_quickly(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    async def fetch() -> None:
        offset = 0
        while updates := await bot.ok("getUpdates", offset=offset):
            offset = updates[-1]["update_id"] + 1

    for _ in range(10_000):
        plain.telegram.updates.push_raw({"poll": {}})
    async with asyncio.timeout(10):
        await asyncio.gather(plain.telegram.updates.all_confirmed(10), fetch())


async def test_conflicts_one_after_another_are_answered_late(
    plain: Sandbox, bot: BotClient
) -> None:
    plain.telegram.updates.conflict_delay = 0.2
    plain.telegram.updates.set_webhook("https://a.example/hook")
    loop = asyncio.get_running_loop()
    times = [loop.time()]
    for _ in range(2):
        body = await bot.call("getUpdates")
        assert body["error_code"] == 409
        assert body["description"] == WEBHOOK_IS_SET
        times.append(loop.time())
    assert times[1] - times[0] < 0.2 <= times[2] - times[1]


async def test_a_webhook_ends_the_poll_and_its_removal_lets_one_in(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    offset = (await bot.ok("getUpdates"))[-1]["update_id"] + 1

    async def hook() -> None:
        await plain.changes.until(lambda: len(plain.telegram.calls) == 2, 5)
        await bot.ok("setWebhook", url="https://a.example/hook")

    body, _ = await asyncio.gather(bot.call("getUpdates", offset=offset, timeout=30), hook())
    assert body["error_code"] == 409
    assert body["description"] == "Conflict: terminated by setWebhook request"
    assert (await bot.ok("getWebhookInfo"))["url"] == "https://a.example/hook"
    assert "HTTPS URL" in await bot.refused("setWebhook", url="http://a.example")
    await bot.ok("deleteWebhook")
    assert (await bot.ok("getWebhookInfo"))["url"] == ""
    assert await bot.ok("getUpdates") == []


async def test_a_token_that_is_revoked_ends_the_poll(plain: Sandbox, bot: BotClient) -> None:
    async def revoke() -> None:
        await plain.changes.until(lambda: len(plain.telegram.calls) == 1, 5)
        plain.telegram.revoke_token()

    body, _ = await asyncio.gather(bot.call("getUpdates", timeout=30), revoke())
    assert (body["error_code"], body["description"]) == (401, "Unauthorized")
    assert (await bot.call("getMe"))["error_code"] == 401
    bot.base = bot.base.replace(bot.base.split("/bot")[1], plain.telegram.token + "/")
    assert (await bot.ok("getMe"))["is_bot"] is True
