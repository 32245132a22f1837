"""Chats that close to the bot, move, or have topics; and what it is told then."""

import json
from datetime import timedelta
from typing import Any

import pytest
from aiogram.types import Update

from sandbox import Sandbox
from sandbox.clock import MovableClock
from sandbox.telegram import groups, topics
from sandbox.telegram.chats import Chat
from sandbox.telegram.people import Person

from .conftest import BotClient
from .test_telegram_types import read

BUTTONS = json.dumps({"inline_keyboard": [[{"text": "Send", "callback_data": "s"}]]})
GROUP = -1003999999999999


@pytest.fixture
def group(plain: Sandbox, bob: Person) -> Chat:
    return plain.telegram.group(GROUP, "Support", [bob])


async def outcome(bot: BotClient, method: str, **fields: str | int) -> tuple[int, str]:
    body = await bot.call(method, **fields)
    return body.get("error_code", 200), body.get("description", "")


async def updates(bot: BotClient) -> list[dict[str, Any]]:
    """All that wait; each can be read by an established library."""
    raw: list[dict[str, Any]] = await bot.ok("getUpdates")
    for each in raw:
        read(Update, each)
    return raw


async def test_a_person_who_is_gone(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    bob.deactivate()
    for method, more in (("sendMessage", {"text": "x"}), ("editMessageText", {"message_id": 2})):
        got = await outcome(bot, method, chat_id=5, **more)
        assert got == (403, "Forbidden: user is deactivated")
    assert len(await updates(bot)) == 1, "nobody tells the bot"


async def test_blocking_and_unblocking_are_told(bot: BotClient, bob: Person) -> None:
    bob.block()
    bob.unblock()
    changes = [each["my_chat_member"] for each in (await updates(bot))[1:]]
    statuses = [
        (each["old_chat_member"]["status"], each["new_chat_member"]["status"]) for each in changes
    ]
    assert statuses == [("member", "kicked"), ("kicked", "member")]
    assert changes[0]["chat"]["type"] == "private"


async def test_a_bot_that_is_put_out_of_a_group_and_let_in_again(
    plain: Sandbox, bot: BotClient, group: Chat, bob: Person
) -> None:
    send: dict[str, str | int] = {"chat_id": GROUP, "text": "x"}
    groups.ban_bot(plain.telegram, group, bob)
    assert await outcome(bot, "sendMessage", **send) == (
        403,
        "Forbidden: bot was kicked from the supergroup chat",
    )
    bob.say("/help", chat=group)
    groups.remove_bot(plain.telegram, group, bob)
    assert await outcome(bot, "sendMessage", **send) == (
        403,
        "Forbidden: bot is not a member of the supergroup chat",
    )
    groups.add_bot(plain.telegram, group, bob)
    await bot.ok("sendMessage", **send)
    groups.make_admin(plain.telegram, group, bob)
    assert group.bot_is_admin
    groups.make_admin(plain.telegram, group, bob, admin=False)
    assert not group.bot_is_admin
    found = await updates(bot)
    told = [each["my_chat_member"]["new_chat_member"]["status"] for each in found[1:]]
    assert told == ["member", "kicked", "left", "member", "administrator", "member"]


async def test_a_group_becomes_a_supergroup(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    old = plain.telegram.group(-4001, "Support", [bob], kind="group")
    await bot.ok("sendMessage", chat_id=-4001, text="card")
    new = groups.migrate(plain.telegram, old, bob, GROUP)
    body = await bot.call("sendMessage", chat_id=-4001, text="x")
    assert body == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": GROUP},
    }
    edit = await bot.call("editMessageText", chat_id=-4001, message_id=1, text="y")
    assert edit["parameters"] == {"migrate_to_chat_id": GROUP}
    await bot.ok("sendMessage", chat_id=GROUP, text="x")
    assert [each.text for each in new.from_bot] == ["x"]
    to, frm = [each["message"] for each in (await updates(bot))[-2:]]
    assert (to["chat"]["id"], to["migrate_to_chat_id"]) == (-4001, GROUP)
    assert (frm["chat"]["id"], frm["migrate_from_chat_id"]) == (GROUP, -4001)
    assert frm["chat"]["type"] == "supergroup"
    with pytest.raises(ValueError, match="supergroup"):
        groups.migrate(plain.telegram, new, bob)
    other = plain.telegram.group(-4002, "Sales", [bob], kind="group")
    assert groups.migrate(plain.telegram, other, bob).id < -(10**12)


async def test_a_message_in_a_topic(
    plain: Sandbox, bot: BotClient, group: Chat, bob: Person
) -> None:
    topic = topics.create(plain.telegram, group, "Letters", bob)
    sent = await bot.ok("sendMessage", chat_id=GROUP, text="card", message_thread_id=topic.id)
    assert (sent["message_thread_id"], sent["is_topic_message"]) == (topic.id, True)
    assert sent["reply_to_message"]["forum_topic_created"]["name"] == "Letters"
    bob.say("/help", topic=topic)
    bob.say("thanks", chat=group, reply_to=group.last)
    to = json.dumps({"message_id": group.last.id})
    answer = await bot.ok("sendMessage", chat_id=GROUP, text="x", reply_parameters=to)
    assert answer["message_thread_id"] == topic.id
    assert answer["reply_to_message"]["message_id"] == sent["message_id"]
    command, reply = [each["message"] for each in (await updates(bot))[-2:]]
    assert command["message_thread_id"] == reply["message_thread_id"] == topic.id
    assert command["reply_to_message"]["message_id"] == topic.id
    assert reply["reply_to_message"]["text"] == "card"


async def test_topics_that_are_closed_or_gone(
    plain: Sandbox, bot: BotClient, group: Chat, bob: Person
) -> None:
    topic = topics.create(plain.telegram, group, "Letters", bob)
    send: dict[str, str | int] = {"chat_id": GROUP, "text": "x", "message_thread_id": topic.id}
    topics.close(plain.telegram, topic, bob)
    assert await outcome(bot, "sendMessage", **send) == (400, "Bad Request: TOPIC_CLOSED")
    group.bot_is_admin = True
    await bot.ok("sendMessage", **send)
    group.bot_is_admin = False
    topics.reopen(plain.telegram, topic, bob)
    await bot.ok("sendMessage", **send)
    topics.delete(topic)
    assert group.messages == []
    for method, more in (("sendMessage", {}), ("sendChatAction", {"action": "typing"})):
        got = await outcome(bot, method, **send, **more)
        assert got == (400, "Bad Request: message thread not found")
    del send["message_thread_id"]
    await bot.ok("sendMessage", **send)
    events = [next(reversed(each["message"])) for each in (await updates(bot))[2:]]
    assert len(events) == 3, "made, closed, opened; the bot is not told of the end"


async def test_a_private_chat_has_no_topics(bot: BotClient, bob: Person) -> None:
    send: dict[str, str | int] = {"chat_id": 5, "text": "x", "message_thread_id": 1}
    assert "message thread not found" in await bot.refused("sendMessage", **send)


async def test_a_message_that_is_too_old_to_edit(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    clock = plain.telegram.clock = MovableClock()
    plain.telegram.editable = timedelta(hours=48)
    await bot.ok("sendMessage", chat_id=5, text="card")
    edit: dict[str, str | int] = {"chat_id": 5, "message_id": bob.chat.last.id}
    await bot.ok("editMessageText", text="two", **edit)
    clock.move(timedelta(hours=49))
    for method in ("editMessageText", "editMessageReplyMarkup"):
        described = await bot.refused(method, text="three", **edit)
        assert described == "Bad Request: message can't be edited"
    assert bob.chat.last.text == "two"


async def test_a_press_on_a_message_that_the_bot_may_not_see_any_more(
    bot: BotClient, bob: Person
) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    bob.press(bob.chat.last, "Send", inaccessible=True)
    query = (await updates(bot))[-1]["callback_query"]
    assert (query["data"], query["message"]["date"]) == ("s", 0)
    assert query["message"].keys() == {"chat", "date", "message_id"}
