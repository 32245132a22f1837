"""The methods that make, change and delete messages."""

from datetime import timedelta
from typing import Any

from sandbox.telegram.chats import Chat
from sandbox.telegram.entities import clean
from sandbox.telegram.form import Form
from sandbox.telegram.keyboards import inline_keyboard
from sandbox.telegram.messages import Message
from sandbox.telegram.refusals import bad_request, forbidden, migrated
from sandbox.telegram.telegram import Telegram

DELETABLE = timedelta(hours=48)
ACTIONS = (
    {"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"}
    | {"upload_document", "choose_sticker", "find_location", "record_video_note"}
    | {"upload_video_note"}
)


def find_chat(telegram: Telegram, form: Form) -> Chat:
    """The chat that the bot may write to. Raises BotApiError."""
    if "chat_id" not in form.values:
        raise bad_request("chat_id is empty")
    chat = telegram.chats.get(form.number("chat_id"))
    if chat is None or not chat.open:
        raise bad_request("chat not found")
    if chat.migrated_to is not None:
        raise migrated(chat.migrated_to)
    if chat.kind != "private" and chat.bot_status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if chat.kind != "private" and chat.bot_status == "left":
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    person = telegram.people.get(chat.id)
    if person is not None and person.is_deactivated:
        raise forbidden("user is deactivated")
    if person is not None and person.blocks_bot:
        raise forbidden("bot was blocked by the user")
    return chat


async def send_message(telegram: Telegram, form: Form) -> Any:
    """Page "sendMessage"."""
    chat = find_chat(telegram, form)
    content = _content(form, "message is too long")
    place = _topic(chat, form) | _reply_target(chat, form)
    return chat.add({"from": telegram.bot, "date": telegram.now()} | place | content).wire


async def edit_message_text(telegram: Telegram, form: Form) -> Any:
    """Page "editMessageText". Without `reply_markup` the buttons go."""
    message = _own_message(telegram, form)
    content = _content(form, "MESSAGE_TOO_LONG")
    return _changed(telegram, message, content, ("text", "entities", "reply_markup"))


async def edit_message_reply_markup(telegram: Telegram, form: Form) -> Any:
    """Page "editMessageReplyMarkup"."""
    message = _own_message(telegram, form)
    keyboard = inline_keyboard(form.parsed("reply_markup"))
    content = {"reply_markup": keyboard} if keyboard else {}
    return _changed(telegram, message, content, ("reply_markup",))


async def delete_message(telegram: Telegram, form: Form) -> Any:
    """Page "deleteMessage": within 48 hours; in groups others' messages only as an admin."""
    chat = find_chat(telegram, form)
    message = chat.message(form.number("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    old = telegram.now() - message.wire["date"] > DELETABLE.total_seconds()
    foreign = not message.by_bot and chat.kind != "private" and not chat.bot_is_admin
    if old or foreign:
        raise bad_request("message can't be deleted")
    chat.remove(message.id)
    return True


async def send_chat_action(telegram: Telegram, form: Form) -> Any:
    """Page "sendChatAction"."""
    _topic(find_chat(telegram, form), form)
    if form.text("action") not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True


def _content(form: Form, too_long: str) -> dict[str, Any]:
    """`text`, `entities` and `reply_markup` as the message will hold them."""
    if form.text("parse_mode"):
        raise bad_request("can't parse entities: this server takes text and entities only")
    entities = form.parsed("entities") or []
    if not isinstance(entities, list) or not all(isinstance(each, dict) for each in entities):
        raise bad_request("expected an Array of MessageEntity")
    text, kept = clean(form.text("text"), entities, too_long)
    content: dict[str, Any] = {"text": text}
    if kept:
        content["entities"] = kept
    keyboard = inline_keyboard(form.parsed("reply_markup"))
    return content | ({"reply_markup": keyboard} if keyboard else {})


def _topic(chat: Chat, form: Form) -> dict[str, Any]:
    """Where in a forum the message goes; empty: into no topic. A reply goes to its target's."""
    target = chat.message(_reply_parameters(form).get("message_id", 0))
    within = target.topic_id if target else None
    if "message_thread_id" not in form.values and within is None:
        return {}
    topic = chat.topics.get(form.number("message_thread_id", within or 0))
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not chat.bot_is_admin:
        raise bad_request("TOPIC_CLOSED")
    return topic.place()


def _reply_target(chat: Chat, form: Form) -> dict[str, Any]:
    asked = _reply_parameters(form)
    if not asked:
        return {}
    target = chat.message(asked.get("message_id", 0))
    if target is not None:
        return {"reply_to_message": target.as_reply_target()}
    if asked.get("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def _reply_parameters(form: Form) -> dict[str, Any]:
    asked = form.parsed("reply_parameters") or {}
    if not isinstance(asked, dict):
        raise bad_request("object expected as reply parameters")
    if not asked and "reply_to_message_id" in form.values:
        asked = {"message_id": form.number("reply_to_message_id")} | {
            "allow_sending_without_reply": form.flag("allow_sending_without_reply")
        }
    return asked


def _own_message(telegram: Telegram, form: Form) -> Message:
    message = find_chat(telegram, form).message(form.number("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    age = timedelta(seconds=telegram.now() - message.wire["date"])
    if not message.by_bot or (telegram.editable is not None and age > telegram.editable):
        raise bad_request("message can't be edited")
    return message


def _changed(
    telegram: Telegram, message: Message, content: dict[str, Any], keys: tuple[str, ...]
) -> dict[str, Any]:
    before = {key: message.wire[key] for key in keys if key in message.wire}
    if before == content:
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly "
            "the same as a current content and reply markup of the message"
        )
    kept = {key: value for key, value in message.wire.items() if key not in keys}
    message.wire = kept | content | {"edit_date": telegram.now()}
    telegram.changes.note()
    return message.wire


METHODS = {
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "sendchataction": send_chat_action,
}
