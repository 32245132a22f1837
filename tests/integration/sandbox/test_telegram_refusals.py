"""Refusals and broken answers that a test orders of the simulated Telegram."""

import json

import pytest
from aiohttp import ClientSession, ClientTimeout

from sandbox import Sandbox
from sandbox.telegram.people import Person

from .conftest import BotClient

SEND: dict[str, str | int] = {"chat_id": 5, "text": "x"}
BOLD = json.dumps([{"type": "bold", "offset": 0, "length": 1}])


async def test_a_method_that_this_server_does_not_have(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    plain.telegram.lacks("editMessageReplyMarkup", "sendChatAction")
    await bot.ok("sendMessage", **SEND)
    body = await bot.call("editMessageReplyMarkup", chat_id=5, message_id=2)
    assert body == {"ok": False, "error_code": 404, "description": "Not Found"}
    await bot.ok("editMessageText", chat_id=5, message_id=2, text="y")
    assert await bot.refused("sendChatAction", chat_id=5, action="typing") == "Not Found"
    plain.telegram.script.end()
    await bot.ok("sendChatAction", chat_id=5, action="typing")


async def test_a_refusal_for_one_chat_and_a_few_times(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    plain.telegram.person(6).say("/start")
    ordered = plain.telegram.script.refuse(
        400, "chat not found", method="sendMessage", chat_id=5, times=2
    )
    await bot.ok("sendMessage", chat_id=6, text="x")
    await bot.ok("sendChatAction", chat_id=5, action="typing")
    for _ in range(2):
        assert await bot.refused("sendMessage", **SEND) == "Bad Request: chat not found"
    await bot.ok("sendMessage", **SEND)
    assert ordered.used == 2
    assert [call.ok for call in bob.chat.log] == [True, False, False, True]


@pytest.mark.parametrize(
    ("code", "description", "whole"),
    [
        (400, "message can't be deleted", "Bad Request: message can't be deleted"),
        (403, "user is deactivated", "Forbidden: user is deactivated"),
        (413, "Request Entity Too Large", "Request Entity Too Large"),
        (500, "restart", "Internal Server Error: restart"),
    ],
)
async def test_refusals_have_the_words_of_the_bot_api(
    code: int, description: str, whole: str, plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    plain.telegram.script.refuse(code, description, times=1)
    assert await bot.ok("getUpdates"), "updates still come"
    body = await bot.call("deleteMessage", chat_id=5, message_id=1)
    assert (body["error_code"], body["description"]) == (code, whole)
    await bot.ok("deleteMessage", chat_id=5, message_id=1)


async def test_entities_that_cannot_be_parsed_while_plain_text_can(
    plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    plain.telegram.refuse_entities()
    await bot.ok("sendMessage", **SEND)
    assert "can't parse entities" in await bot.refused("sendMessage", **SEND, entities=BOLD)
    await bot.ok("sendMessage", **SEND, entities=BOLD)


async def test_a_send_whose_answer_never_comes(
    plain: Sandbox, bot: BotClient, bob: Person, http: ClientSession
) -> None:
    fault = plain.telegram.faults.answer_withheld(method="sendMessage", times=1)
    with pytest.raises(TimeoutError):
        await http.post(bot.base + "sendMessage", data=SEND, timeout=ClientTimeout(0.2))
    assert [each.text for each in bob.chat.from_bot] == ["x"]
    await bot.ok("sendMessage", **SEND)
    assert fault.used == 1
    plain.telegram.faults.off()


async def test_an_answer_with_half_of_its_json(
    plain: Sandbox, bot: BotClient, bob: Person, http: ClientSession
) -> None:
    plain.telegram.faults.broken_json(times=1)
    async with http.post(bot.base + "sendMessage", data=SEND) as answer:
        half = await answer.text()
    assert answer.status == 200
    assert half.startswith('{"ok": true')
    with pytest.raises(ValueError, match=r"delimiter|Unterminated|Expecting"):
        json.loads(half)
    assert len(bob.chat.from_bot) == 1


async def test_a_poll_that_hangs_until_it_is_let_go(
    plain: Sandbox, bot: BotClient, bob: Person, http: ClientSession
) -> None:
    plain.telegram.faults.hang(method="getUpdates")
    with pytest.raises(TimeoutError):
        await http.post(bot.base + "getUpdates", timeout=ClientTimeout(0.1))
    await bot.ok("sendMessage", **SEND)
    plain.telegram.faults.off()
    assert len(await bot.ok("getUpdates")) == 1


async def test_a_page_of_a_proxy(plain: Sandbox, bot: BotClient, http: ClientSession) -> None:
    plain.telegram.faults.html(502, times=1)
    async with http.post(bot.base + "getMe") as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
    await bot.ok("getMe")
