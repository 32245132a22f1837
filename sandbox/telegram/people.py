"""People in Telegram, driven by plain calls: say, send, reply, edit, press, delete, block."""

from typing import TYPE_CHECKING, Any, Self

from sandbox.telegram.chats import Chat, Topic
from sandbox.telegram.entities import Entity, detect
from sandbox.telegram.members import let_bot_be
from sandbox.telegram.messages import Message
from sandbox.telegram.presses import Press

if TYPE_CHECKING:
    from sandbox.telegram.telegram import Telegram


class Person:
    """Somebody with a Telegram account. Without `chat` everything happens in the private chat."""

    def __init__(self, telegram: "Telegram", wire: dict[str, Any], chat: Chat) -> None:
        self._telegram = telegram
        self.wire = wire
        """The Bot API's User object."""
        self.chat = chat
        self.blocks_bot = False
        self.is_deactivated = False
        """The account was deleted; nobody tells the bot."""

    @property
    def id(self) -> int:
        return int(self.wire["id"])

    def say(
        self,
        text: str,
        *,
        entities: list[Entity] | None = None,
        reply_to: Message | int | None = None,
        chat: Chat | None = None,
        topic: Topic | None = None,
    ) -> Message:
        """Writes a text. Commands, addresses and mentions get their entities by themselves."""
        found = sorted(detect(text) + (entities or []), key=lambda entity: entity["offset"])
        content = {"text": text, "entities": found}
        return self.send(content, reply_to=reply_to, chat=chat, topic=topic)

    def send(
        self,
        content: dict[str, Any],
        *,
        reply_to: Message | int | None = None,
        chat: Chat | None = None,
        topic: Topic | None = None,
    ) -> Message:
        """Sends anything: see `contents`. `content` is that part of the Message object.

        A reply goes into the topic of what it replies to.
        """
        place = topic.chat if topic else chat or self.chat
        content = _with_entities(content) | (topic.place() if topic else {})
        place.open = True
        if reply_to is not None:
            target = place.message(reply_to if isinstance(reply_to, int) else reply_to.id)
            if target is not None:
                within = place.topics.get(target.topic_id or 0)
                content |= within.place() if within else {}
                content |= {"reply_to_message": target.as_reply_target()}
        message = place.add({"from": self.wire, "date": self._telegram.now()} | content)
        if self._telegram.bot_sees(message, place):
            self._telegram.updates.push("message", message.wire.copy())
        return message

    def send_album(self, contents: list[dict[str, Any]], chat: Chat | None = None) -> list[Message]:
        """Several contents as one album: as many updates, one `media_group_id`."""
        group = {"media_group_id": str(13_000_000_000_000_000 + self._telegram.number())}
        return [self.send(content | group, chat=chat) for content in contents]

    def edit(self, message: Message | int, text: str, chat: Chat | None = None) -> Message:
        """Edits one's own text, or caption. LookupError if it is not there or not one's own."""
        place = chat or self.chat
        target = _find(place, message)
        if target.wire.get("from", {}).get("id") != self.id:
            raise LookupError(f"message {target.id} is not of {self.wire['first_name']}")
        name = "text" if "text" in target.wire else "caption"
        changed = {name: text, "edit_date": self._telegram.now()}
        changed |= {"entities" if name == "text" else "caption_entities": []}
        target.wire = _with_entities(target.wire | changed)
        if self._telegram.bot_sees(target, place):
            self._telegram.updates.push("edited_message", target.wire.copy())
        self._telegram.changes.note()
        return target

    def press(
        self,
        message: Message | int,
        label: str,
        chat: Chat | None = None,
        *,
        inaccessible: bool = False,
    ) -> Press:
        """Presses the button with exactly this text. Raises LookupError if it is not there."""
        target = _find(chat or self.chat, message)
        data = str(target.button(label)["callback_data"])
        return self.press_data(target, data, chat, label, inaccessible=inaccessible)

    def press_data(
        self,
        message: Message | int,
        data: str,
        chat: Chat | None = None,
        label: str = "",
        *,
        inaccessible: bool = False,
    ) -> Press:
        """A press with any data: stale, forged. `message` need not be there any more.

        `inaccessible`: the bot gets the message without its content, as for very old ones.
        """
        place = chat or self.chat
        target = message if isinstance(message, Message) else place.message(message)
        shown: dict[str, Any] = {"chat": place.wire, "date": 0}
        if target is None or inaccessible:
            shown["message_id"] = message if isinstance(message, int) else message.id
        else:
            shown = target.wire.copy()
        return self._telegram.take_press(self, shown, data, label)

    def delete(self, message: Message | int, chat: Chat | None = None) -> None:
        """Deletes a message for both sides. The bot is not told."""
        (chat or self.chat).remove(message if isinstance(message, int) else message.id)

    def block(self) -> Self:
        """Blocks the bot, which is told by `my_chat_member`."""
        return self._let(blocked=True)

    def unblock(self) -> Self:
        return self._let(blocked=False)

    def deactivate(self) -> Self:
        """Deletes the account."""
        self.is_deactivated = True
        return self

    def _let(self, *, blocked: bool) -> Self:
        self.blocks_bot = blocked
        let_bot_be(self._telegram, self.chat, self, "kicked" if blocked else "member")
        return self


def _with_entities(content: dict[str, Any]) -> dict[str, Any]:
    """Adds what Telegram marks by itself; an empty list of entities is left out."""
    for text, name in (("text", "entities"), ("caption", "caption_entities")):
        found = content.get(name) or (detect(content[text]) if text in content else [])
        content = {key: value for key, value in content.items() if key != name}
        content |= {name: found} if found else {}
    return content


def _find(chat: Chat, message: Message | int) -> Message:
    message_id = message if isinstance(message, int) else message.id
    found = chat.message(message_id)
    if found is None:
        raise LookupError(f"message {message_id} is not in the chat any more")
    return found
