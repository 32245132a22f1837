"""The queue of updates: order, offsets, the long poll, a second poller."""

import asyncio

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person

from .conftest import BotClient


async def test_an_update_stays_until_a_higher_offset_confirms_it(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    bob.say("two")
    first = await bot.ok("getUpdates")
    assert [each["message"]["text"] for each in first] == ["/start", "two"]
    assert first[1]["update_id"] == first[0]["update_id"] + 1
    assert await bot.ok("getUpdates") == first
    assert await bot.ok("getUpdates", offset=first[1]["update_id"]) == first[1:]
    assert await bot.ok("getUpdates", offset=first[1]["update_id"] + 1) == []
    await plain.telegram.updates.all_confirmed()
    assert plain.telegram.updates.confirmed == 2


async def test_limit_and_negative_offset(bot: BotClient, bob: Person) -> None:
    for number in range(4):
        bob.say(f"text {number}")
    assert len(await bot.ok("getUpdates", limit=2)) == 2
    newest = await bot.ok("getUpdates", offset=-1)
    assert [each["message"]["text"] for each in newest] == ["text 3"]


async def test_a_poll_wakes_as_soon_as_somebody_writes(bot: BotClient, bob: Person) -> None:
    start = (await bot.ok("getUpdates"))[-1]["update_id"] + 1

    async def write() -> None:
        await asyncio.sleep(0.02)
        bob.say("now")

    async with asyncio.timeout(5):
        updates, _ = await asyncio.gather(bot.ok("getUpdates", offset=start, timeout=30), write())
    assert [each["message"]["text"] for each in updates] == ["now"]


async def test_a_poll_that_ends_empty(bot: BotClient) -> None:
    assert await bot.ok("getUpdates", timeout=0) == []
    assert await bot.ok("getUpdates", timeout=1) == []


async def test_a_second_poller_ends_the_first_with_409(plain: Sandbox, bot: BotClient) -> None:
    async def second() -> None:
        await plain.changes.until(lambda: len(plain.telegram.calls) == 1, 5)
        assert await bot.ok("getUpdates", timeout=0) == []

    first, _ = await asyncio.gather(bot.call("getUpdates", timeout=30), second())
    assert first["error_code"] == 409
    assert first["description"].startswith("Conflict: terminated by other getUpdates request")


async def test_kinds_that_were_not_asked_for_do_not_come(bot: BotClient, bob: Person) -> None:
    await bot.ok("getUpdates", allowed_updates='["message"]')
    bob.edit(1, "/help")
    bob.block()
    bob.say("text")
    texts = [each["message"]["text"] for each in await bot.ok("getUpdates")]
    assert texts == ["/start", "text"]


async def test_webhook_calls(bot: BotClient, bob: Person) -> None:
    info = await bot.ok("getWebhookInfo")
    assert (info["url"], info["pending_update_count"]) == ("", 1)
    assert await bot.ok("deleteWebhook") is True
    assert len(await bot.ok("getUpdates")) == 1
    await bot.ok("deleteWebhook", drop_pending_updates="true")
    assert await bot.ok("getUpdates") == []


async def test_an_update_that_cannot_be_read(plain: Sandbox, bot: BotClient) -> None:
    plain.telegram.updates.push_raw({"message": {"nonsense": True}})
    (update,) = await bot.ok("getUpdates")
    assert update["message"] == {"nonsense": True}


async def test_waiting_for_all_to_be_confirmed_gives_up(plain: Sandbox, bob: Person) -> None:
    with pytest.raises(TimeoutError):
        await plain.telegram.updates.all_confirmed(within=0.01)
