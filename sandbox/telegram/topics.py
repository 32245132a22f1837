"""Topics of a forum: people make, close, open and delete them. (Page "ForumTopic".)"""

from sandbox.telegram.chats import Chat, Topic
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from sandbox.telegram.telegram import Telegram

BLUE = 7322096


def create(telegram: Telegram, chat: Chat, name: str, by: Person) -> Topic:
    """A new topic; its id is that of the message that says so. The group becomes a forum."""
    chat.wire["is_forum"] = True
    told = chat.add({"from": by.wire, "date": telegram.now(), "is_topic_message": True})
    told.wire["message_thread_id"] = told.id
    told.wire["forum_topic_created"] = {"name": name, "icon_color": BLUE}
    topic = chat.topics[told.id] = Topic(chat, told.id, name)
    telegram.updates.push("message", told.wire.copy())
    return topic


def close(telegram: Telegram, topic: Topic, by: Person) -> None:
    """Only admins can write there then; a bot that is none gets TOPIC_CLOSED."""
    topic.closed = True
    _tell(telegram, topic, by, "forum_topic_closed")


def reopen(telegram: Telegram, topic: Topic, by: Person) -> None:
    topic.closed = False
    _tell(telegram, topic, by, "forum_topic_reopened")


def delete(topic: Topic) -> None:
    """Deletes it with its messages. The bot is not told."""
    del topic.chat.topics[topic.id]
    for message in [each for each in topic.chat.messages if each.topic_id == topic.id]:
        topic.chat.remove(message.id)


def _tell(telegram: Telegram, topic: Topic, by: Person, event: str) -> Message:
    wire = {"from": by.wire, "date": telegram.now(), event: {}}
    told = topic.chat.add(wire | topic.place())
    telegram.updates.push("message", told.wire.copy())
    return told
