"""The simulated Telegram refuses what Telegram refuses."""

import json
from typing import Any

import pytest
from aiohttp import ClientSession

from sandbox import Sandbox
from sandbox.telegram.people import Person

from .conftest import BotClient


def keyboard(*rows: list[dict[str, Any]]) -> str:
    return json.dumps({"inline_keyboard": list(rows)})


def entity(kind: str, offset: int, length: int, **more: str) -> dict[str, object]:
    return {"type": kind, "offset": offset, "length": length, **more}


GO = {"text": "Go", "callback_data": "a"}
EMOJI = "😀"


@pytest.mark.parametrize(
    ("fields", "description"),
    [
        ({"chat_id": "5", "text": "<b>x</b>", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": "5", "text": ""}, "message text is empty"),
        ({"chat_id": "5", "text": " \n "}, "message text is empty"),
        ({"chat_id": "5", "text": "x" * 4097}, "message is too long"),
        ({"chat_id": "5", "text": EMOJI * 2049}, "message is too long"),
        ({"chat_id": "6", "text": "x"}, "chat not found"),
        ({"chat_id": "777", "text": "x"}, "chat not found"),
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": "abc", "text": "x"}, "must be an integer"),
        ({"chat_id": "5", "text": "x", "entities": "["}, "can't parse entities JSON"),
        (
            {"chat_id": "5", "text": "x", "reply_parameters": '{"message_id": 99}'},
            "message to be replied not found",
        ),
        ({"chat_id": "5", "text": "x", "reply_markup": "{}x"}, "can't parse reply_markup JSON"),
        (
            {"chat_id": "5", "text": "x", "reply_markup": '{"buttons": []}'},
            "can't parse reply keyboard markup",
        ),
    ],
)
async def test_refused_messages(
    fields: dict[str, str], description: str, plain: Sandbox, bot: BotClient, bob: Person
) -> None:
    plain.telegram.person(6, "Silent")
    assert description in await bot.refused("sendMessage", **fields)
    assert bob.chat.from_bot == []


@pytest.mark.parametrize(
    "entities",
    [
        [entity("nonsense", 0, 1)],
        [entity("bold", 0, 0)],
        [entity("bold", -1, 2)],
        [entity("bold", 0, 99)],
        [entity("bold", 1, 2)],
        [entity("bold", 0, 1)],
        [entity("text_link", 0, 2)],
        [entity("blockquote", 0, 6), entity("expandable_blockquote", 2, 2)],
        [entity("code", 0, 6), entity("bold", 2, 2)],
        ["bold"],
    ],
)
async def test_refused_entities(entities: list[object], bot: BotClient, bob: Person) -> None:
    described = await bot.refused(
        "sendMessage", chat_id=5, text=f"{EMOJI}abcdef", entities=json.dumps(entities)
    )
    assert described.startswith("Bad Request: ")


async def test_accepted_entities(bot: BotClient, bob: Person) -> None:
    entities = [
        entity("expandable_blockquote", 0, 6),
        entity("bold", 0, 2),
        entity("code", 2, 2),
        entity("text_link", 6, 2, url="https://a.example/"),
    ]
    await bot.ok("sendMessage", chat_id=5, text=f"{EMOJI}abcdef", entities=json.dumps(entities))
    assert bob.chat.last.entities == entities


async def test_a_text_is_trimmed_and_its_entities_move(bot: BotClient, bob: Person) -> None:
    marks = json.dumps([entity("bold", 0, 4), entity("italic", 4, 5)])
    sent = await bot.ok("sendMessage", chat_id=5, text="\n ab \ncd\n", entities=marks)
    assert sent["text"] == "ab \ncd"
    assert sent["entities"] == [entity("bold", 0, 2), entity("italic", 2, 4)]


async def test_4096_units_of_emoji_pass(bot: BotClient, bob: Person) -> None:
    assert await bot.ok("sendMessage", chat_id=5, text=EMOJI * 2048)


@pytest.mark.parametrize(
    "rows",
    [
        [[GO] * 101],
        [[{"text": "", "callback_data": "a"}]],
        [[{"text": "Go", "callback_data": ""}]],
        [[{"text": "Go", "callback_data": "я" * 33}]],
        [[{"text": "Go"}]],
        [[{"text": "Go", "callback_data": "a", "url": "https://a.example"}]],
        [[{"text": "Go", "url": "javascript:alert(1)"}]],
        [GO],
    ],
)
async def test_refused_keyboards(rows: list[Any], bot: BotClient, bob: Person) -> None:
    assert await bot.refused("sendMessage", chat_id=5, text="x", reply_markup=keyboard(*rows))


async def test_edits(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    await bot.ok("sendMessage", chat_id=5, text="one", reply_markup=keyboard([GO]))
    card = bob.chat.last
    same: dict[str, str | int] = {
        "chat_id": 5,
        "message_id": card.id,
        "text": "one",
        "reply_markup": keyboard([GO]),
    }
    assert "message is not modified" in await bot.refused("editMessageText", **same)
    assert not card.edited
    changed = await bot.ok("editMessageText", chat_id=5, message_id=card.id, text="two")
    assert (card.text, card.buttons, card.edited) == ("two", [], True)
    assert changed["edit_date"] >= changed["date"]
    edit: dict[str, str | int] = {"chat_id": 5, "text": "x"}
    assert "message to edit not found" in await bot.refused(
        "editMessageText", message_id=99, **edit
    )
    assert "message can't be edited" in await bot.refused("editMessageText", message_id=1, **edit)
    assert "MESSAGE_TOO_LONG" in await bot.refused(
        "editMessageText", **edit | {"message_id": card.id, "text": "x" * 4097}
    )
    markup = {"chat_id": 5, "message_id": card.id}
    await bot.ok("editMessageReplyMarkup", reply_markup=keyboard([GO]), **markup)
    assert (card.text, card.buttons) == ("two", ["Go"])
    await bot.ok("editMessageReplyMarkup", **markup)
    assert card.buttons == []
    assert "not modified" in await bot.refused("editMessageReplyMarkup", **markup)


async def test_deleting(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    assert await bot.ok("deleteMessage", chat_id=5, message_id=1) is True
    assert bob.chat.messages == []
    assert "message to delete not found" in await bot.refused(
        "deleteMessage", chat_id=5, message_id=1
    )
    group = plain.telegram.group(-1001, "Support", [bob])
    secret = bob.say("/connect secret", chat=group)
    fields = {"chat_id": -1001, "message_id": secret.id}
    assert "message can't be deleted" in await bot.refused("deleteMessage", **fields)
    group.bot_is_admin = True
    assert await bot.ok("deleteMessage", **fields) is True
    old = bob.say("old")
    old.wire["date"] -= 48 * 3600 + 1
    assert "can't be deleted" in await bot.refused("deleteMessage", chat_id=5, message_id=old.id)


async def test_replies(bot: BotClient, bob: Person) -> None:
    sent = await bot.ok("sendMessage", chat_id=5, text="x", reply_parameters='{"message_id": 1}')
    assert sent["reply_to_message"]["text"] == "/start"
    gone = '{"message_id": 99, "allow_sending_without_reply": true}'
    sent = await bot.ok("sendMessage", chat_id=5, text="x", reply_parameters=gone)
    assert "reply_to_message" not in sent


async def test_a_person_who_blocks_the_bot(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    bob.block()
    body = await bot.call("sendMessage", chat_id=5, text="x")
    assert (body["error_code"], body["description"]) == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    bob.unblock()
    await bot.ok("sendMessage", chat_id=5, text="x")
    kinds = [next(reversed(each)) for each in await bot.ok("getUpdates")]
    assert kinds == ["message", "my_chat_member", "my_chat_member"]


async def test_an_unknown_method_and_wrong_tokens(
    plain: Sandbox, bot: BotClient, http: ClientSession
) -> None:
    assert await bot.call("sendRichMessage") == {
        "ok": False,
        "error_code": 404,
        "description": "Not Found",
    }
    for token, expected in (("123456789:" + "A" * 35, 401), ("nonsense", 404)):
        async with http.post(f"{plain.telegram_url}/bot{token}/getMe") as answer:
            assert (answer.status, (await answer.json())["ok"]) == (expected, False)


@pytest.mark.parametrize("how", ["form", "multipart", "json", "query"])
async def test_parameters_come_in_any_form(
    how: str, bot: BotClient, bob: Person, http: ClientSession
) -> None:
    markup = {"inline_keyboard": [[GO]]}
    form = {"chat_id": "5", "text": "Привет", "reply_markup": json.dumps(markup)}
    url = bot.base + "sendMessage"
    if how == "json":
        request = http.post(url, json={"chat_id": 5, "text": "Привет", "reply_markup": markup})
    elif how == "query":
        request = http.get(url, params=form)
    else:
        from aiohttp import FormData

        data = FormData(default_to_multipart=how == "multipart")
        data.add_fields(*form.items())
        request = http.post(url, data=data)
    async with request as answer:
        assert answer.status == 200
    assert (bob.chat.last.text, bob.chat.last.buttons) == ("Привет", ["Go"])
    logged = bob.chat.log[-1]
    assert (logged.method, logged.ok, logged.parameters["reply_markup"]) == (
        "sendmessage",
        True,
        markup,
    )


async def test_commands(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    start = json.dumps([{"command": "start", "description": "Begin"}])
    russian = json.dumps([{"command": "start", "description": "Начать"}])
    private = '{"type": "all_private_chats"}'
    await bot.ok("setMyCommands", commands=start)
    assert plain.telegram.commands_for(bob) == json.loads(start)
    await bot.ok("setMyCommands", commands=russian, scope=private, language_code="ru")
    assert plain.telegram.commands_for(bob) == json.loads(start)
    assert plain.telegram.commands_for(plain.telegram.person(7, "Оля", "ru")) == json.loads(russian)
    got = await bot.ok("getMyCommands", scope='{"type":"all_private_chats"}', language_code="ru")
    assert got == json.loads(russian)
    await bot.ok("deleteMyCommands")
    assert plain.telegram.commands_for(bob) == []
    for bad in ('[{"command": "Start", "description": "x"}]', '[{"command": "a"}]', "5"):
        assert await bot.refused("setMyCommands", commands=bad)
    assert await bot.refused("setMyCommands", commands=start, scope='{"type": "moon"}')
