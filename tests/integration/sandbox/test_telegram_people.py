"""People do what people do: write, reply, press, edit, delete, send other things."""

import asyncio
import json
from datetime import timedelta

import pytest

from sandbox import Sandbox
from sandbox.clock import MovableClock
from sandbox.telegram import contents
from sandbox.telegram.people import Person

from .conftest import BotClient

BUTTONS = json.dumps(
    {
        "inline_keyboard": [
            [{"text": "Send", "callback_data": "s"}],
            [{"text": "No", "url": "https://a.example"}],
        ]
    }
)


async def test_typed_text_gets_its_entities(bob: Person) -> None:
    said = bob.say("/reply@linden_letters_bot 15 😀 see https://a.example/x. or jo@b.example @jane")
    text = said.text.encode("utf-16-le")
    found = [
        (each["type"], text[2 * each["offset"] :][: 2 * each["length"]].decode("utf-16-le"))
        for each in said.entities
    ]
    assert found == [
        ("bot_command", "/reply@linden_letters_bot"),
        ("url", "https://a.example/x"),
        ("email", "jo@b.example"),
        ("mention", "@jane"),
    ]
    assert bob.say("1/2 and a/b").entities == []
    bold = {"type": "bold", "offset": 0, "length": 2}
    assert bob.say("hi there", entities=[bold]).entities == [bold]


async def test_a_reply_carries_the_card(bot: BotClient, bob: Person) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card")
    bob.say("Thanks", reply_to=bob.chat.last)
    update = (await bot.ok("getUpdates"))[-1]["message"]
    assert update["reply_to_message"]["text"] == "card"
    assert update["reply_to_message"]["from"]["is_bot"] is True


async def test_a_press_and_its_answer(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    press = bob.press(bob.chat.last, "Send")
    query = (await bot.ok("getUpdates"))[-1]["callback_query"]
    assert (query["id"], query["data"], query["from"]["id"]) == (press.id, "s", 5)
    assert query["message"]["text"] == "card"
    answer = {"callback_query_id": query["id"], "text": "Done", "show_alert": "true"}
    waited, _ = await asyncio.gather(press.answered(), bot.ok("answerCallbackQuery", **answer))
    assert (waited, press.toast, press.alert) == ("Done", "Done", True)
    assert "query is too old" in await bot.refused("answerCallbackQuery", **answer)
    assert "query is too old" in await bot.refused("answerCallbackQuery", callback_query_id="1")


async def test_a_late_answer(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    clock = plain.telegram.clock = MovableClock()
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    press = bob.press(bob.chat.last, "Send")
    clock.move(timedelta(seconds=16))
    assert "query is too old" in await bot.refused(
        "answerCallbackQuery", callback_query_id=press.id
    )
    assert press.answer is None
    with pytest.raises(TimeoutError):
        await press.answered(within=0.01)


async def test_buttons_that_are_not_there(bot: BotClient, bob: Person) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    with pytest.raises(LookupError, match="Send"):
        bob.press(bob.chat.last, "Sen")
    with pytest.raises(LookupError):
        bob.press(bob.chat.last, "No")
    with pytest.raises(LookupError):
        bob.press(99, "Send")


async def test_forged_and_stale_presses(bot: BotClient, bob: Person) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    card = bob.chat.last
    bob.press_data(card, "forged")
    bob.press_data(card, "old", inaccessible=True)
    bob.delete(card)
    bob.press_data(card.id, "gone")
    forged, old, gone = [each["callback_query"] for each in (await bot.ok("getUpdates"))[-3:]]
    assert (forged["data"], forged["message"]["text"]) == ("forged", "card")
    assert old["message"] == gone["message"]
    assert old["message"]["date"] == 0
    assert "text" not in old["message"]


async def test_an_edit_is_an_update_of_its_own(bot: BotClient, bob: Person) -> None:
    said = bob.say("one")
    bob.edit(said, "two /help")
    update = (await bot.ok("getUpdates"))[-1]["edited_message"]
    assert (update["message_id"], update["text"]) == (said.id, "two /help")
    assert update["entities"][0]["type"] == "bot_command"
    assert update["edit_date"]
    await bot.ok("sendMessage", chat_id=5, text="card")
    with pytest.raises(LookupError, match="not of Bob"):
        bob.edit(bob.chat.last, "x")


async def test_what_is_not_text(bot: BotClient, bob: Person) -> None:
    bob.send(contents.photo("a caption"))
    bob.send_album([contents.photo(), contents.photo()])
    bob.send(contents.voice())
    bob.send(contents.forwarded("see https://a.example/"))
    updates = [each["message"] for each in await bot.ok("getUpdates", offset=-5)]
    assert updates[0]["caption"] == "a caption"
    assert updates[1]["media_group_id"] == updates[2]["media_group_id"]
    assert "text" not in updates[3]
    assert updates[4]["forward_origin"]["type"] == "hidden_user"
    assert updates[4]["entities"][0]["type"] == "url"


async def test_in_a_group_only_commands_and_replies_reach_the_bot(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    group = plain.telegram.group(-1003999999999999, "Support", [bob])
    await bot.ok("sendMessage", chat_id=group.id, text="card")
    for text in ("talk", "/help", "/help@linden_letters_bot", "/help@another_bot"):
        bob.say(text, chat=group)
    bob.say("answer", chat=group, reply_to=group.last)
    updates = await bot.ok("getUpdates")
    assert "my_chat_member" in updates[1]
    assert [each["message"]["text"] for each in updates[2:]] == [
        "/help",
        "/help@linden_letters_bot",
        "answer",
    ]
    group.bot_is_admin = True
    bob.say("talk", chat=group)
    assert (await bot.ok("getUpdates"))[-1]["message"]["text"] == "talk"


async def test_waiting_for_a_message(bot: BotClient, bob: Person) -> None:
    waited, sent = await asyncio.gather(
        bob.chat.wait_for("Sent to"), bot.ok("sendMessage", chat_id=5, text="Sent to Jane")
    )
    assert waited.id == sent["message_id"]
    with pytest.raises(AssertionError, match="Sent to Jane"):
        await bob.chat.wait_for("Sent to", within=0.01, after=waited.id)
    edit = bot.ok("editMessageText", chat_id=5, message_id=waited.id, text="Not sent: no")
    await asyncio.gather(bob.chat.wait_for(lambda card: card.edited), edit)
    assert waited.text == "Not sent: no"
    await bob.chat.wait_until(lambda chat: len(chat.from_bot) == 1)
    with pytest.raises(AssertionError, match="did not come true"):
        await bob.chat.wait_until(lambda chat: chat.messages == [], within=0.01)
