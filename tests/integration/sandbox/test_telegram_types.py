"""Every answer and update parses as the types of an established Telegram library (aiogram)."""

import json
from typing import Any

from aiogram.types import (
    BotCommand,
    Chat,
    ChatFullInfo,
    ChatMemberAdministrator,
    ChatMemberMember,
    InaccessibleMessage,
    Message,
    Update,
    User,
    WebhookInfo,
)
from pydantic import TypeAdapter

from sandbox import Sandbox
from sandbox.telegram import contents
from sandbox.telegram.people import Person

from .conftest import BotClient

BUTTONS = json.dumps({"inline_keyboard": [[{"text": "Send", "callback_data": "s"}]]})


def read(kind: type[Any], value: object) -> Any:
    """Strict about keys: one that the library does not know would be lost in silence."""
    found = TypeAdapter(kind).validate_python(value)
    extra = getattr(found, "model_extra", None)
    assert not extra, extra
    return found


async def test_answers(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    assert read(User, await bot.ok("getMe")).is_bot
    marks = json.dumps([{"type": "expandable_blockquote", "offset": 0, "length": 4}])
    reply = '{"message_id": 1}'
    sent = await bot.ok(
        "sendMessage",
        chat_id=5,
        text="card",
        entities=marks,
        reply_markup=BUTTONS,
        reply_parameters=reply,
    )
    message: Message = read(Message, sent)
    assert message.reply_markup is not None
    assert message.reply_to_message is not None
    assert message.entities is not None
    edited = await bot.ok("editMessageText", chat_id=5, message_id=message.message_id, text="two")
    assert read(Message, edited).edit_date
    assert read(ChatFullInfo, await bot.ok("getChat", chat_id=5)).username == "bob"
    member = await bot.ok("getChatMember", chat_id=5, user_id=5)
    assert read(ChatMemberMember, member).user.first_name == "Bob"
    group = plain.telegram.group(-1001, "Support", [bob])
    group.bot_is_admin = True
    admin = await bot.ok("getChatMember", chat_id=-1001, user_id=plain.telegram.bot["id"])
    assert read(ChatMemberAdministrator, admin).can_delete_messages
    assert read(ChatFullInfo, await bot.ok("getChat", chat_id=-1001)).title == "Support"
    assert "user not found" in await bot.refused("getChatMember", chat_id=5, user_id=404)
    assert read(WebhookInfo, await bot.ok("getWebhookInfo")).url == ""
    await bot.ok("setMyCommands", commands='[{"command": "start", "description": "Begin"}]')
    assert [read(BotCommand, each).command for each in await bot.ok("getMyCommands")] == ["start"]
    assert await bot.ok("sendChatAction", chat_id=5, action="typing") is True


async def test_updates(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    await bot.ok("sendMessage", chat_id=5, text="card", reply_markup=BUTTONS)
    card = bob.chat.last
    bob.say("Thanks @jane /help", reply_to=card)
    bob.edit(bob.chat.messages[-1], "Thanks")
    bob.press(card, "Send")
    bob.press_data(card, "old", inaccessible=True)
    bob.block()
    bob.unblock()
    for content in (
        contents.photo("caption with https://a.example"),
        contents.document(),
        contents.sticker(),
        contents.voice(),
        contents.location(),
        contents.contact(),
        contents.dice(),
        contents.forwarded("text"),
    ):
        bob.send(content)
    bob.send_album([contents.photo(), contents.photo()])
    bob.say("/help", chat=plain.telegram.group(-1001, "Support", [bob]))
    raw = await bot.ok("getUpdates")
    updates: list[Update] = [read(Update, each) for each in raw]
    kinds = [update.event_type for update in updates]
    assert kinds[:7] == [
        "message",
        "message",
        "edited_message",
        "callback_query",
        "callback_query",
        "my_chat_member",
        "my_chat_member",
    ]
    assert len(updates) == 19
    old = updates[4].callback_query
    assert old is not None
    assert isinstance(old.message, InaccessibleMessage)
    content_types = [update.message.content_type for update in updates[7:] if update.message]
    names = "photo document sticker voice location contact dice text photo photo text"
    assert content_types == names.split()
    assert isinstance(updates[-1].message and updates[-1].message.chat, Chat)


async def test_what_is_not_of_the_person_alone(plain: Sandbox, bot: BotClient, bob: Person) -> None:
    group = plain.telegram.group(-1001, "Support", [bob])
    plain.telegram.reads_all_groups = True
    bob.send(contents.poll())
    bob.send(contents.video_note())
    bob.send(contents.via_bot("a picture"))
    bob.send(contents.quoting("see there"))
    bob.send(contents.anonymous_admin(group.wire, "/help"), chat=group)
    bob.send(contents.channel_post("news"), chat=group)
    updates: list[Update] = [read(Update, each) for each in (await bot.ok("getUpdates"))[2:]]
    messages = [update.message for update in updates if update.message]
    assert [each.content_type for each in messages] == ["poll", "video_note"] + ["text"] * 4
    via, quoting, anonymous, post = messages[2:]
    assert via.via_bot
    assert quoting.external_reply
    assert anonymous.sender_chat
    assert anonymous.from_user
    assert (anonymous.sender_chat.id, anonymous.from_user.id) == (-1001, 1087968824)
    assert post.is_automatic_forward
    assert post.sender_chat
    assert post.sender_chat.type == "channel"
