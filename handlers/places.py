"""Telegram's chats and messages as our records."""

from aiogram.types import CallbackQuery, Message

from handlers.formatting import between, body_html, length
from storage.records.drafts import Typed
from storage.records.places import Place


def place_of(message: Message) -> Place:
    """The chat, and the topic if the message stands in one."""
    thread = message.message_thread_id if message.is_topic_message else None
    return Place(message.chat.id, thread or 0)


def place_of_press(press: CallbackQuery) -> Place:
    """Where the pressed message stands; a message too old for Telegram shows its chat only."""
    if isinstance(press.message, Message):
        return place_of(press.message)
    assert press.message is not None, "buttons are on messages of the bot"
    return Place(press.message.chat.id)


def typed_in(message: Message, *, after: int = 0) -> Typed:
    """What was typed, from that character on; formats of the rest come along."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities or []
    if not after:
        return Typed(message.message_id, text, body_html(text, entities))
    moved = between(entities, length(text[:after]), length(text))
    return Typed(message.message_id, text[after:], body_html(text[after:], moved))
