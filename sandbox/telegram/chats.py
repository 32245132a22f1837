"""Chats: what is visible in them, what the bot did to them, and waiting for either."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.changes import Changes
from sandbox.telegram.messages import Message

Wanted = str | Callable[[Message], bool]


@dataclass
class ApiCall:
    """One call of the bot: its parameters, and the answer's body once there is one."""

    method: str
    parameters: dict[str, Any]
    at: datetime
    answer: dict[str, Any] | None = None

    @property
    def ok(self) -> bool:
        return bool(self.answer and self.answer["ok"])


@dataclass(eq=False)
class Topic:
    """A topic of a forum; see `topics` for what people do with it."""

    chat: "Chat" = field(repr=False)
    id: int
    name: str
    closed: bool = False

    def place(self) -> dict[str, Any]:
        """What a message in it says of it; all but its first also count as replies to that one."""
        known = {"message_thread_id": self.id, "is_topic_message": True}
        first = self.chat.message(self.id)
        return known | ({"reply_to_message": first.as_reply_target()} if first else {})


class Chat:
    """A private chat or a group. `messages` is what people see now, oldest first."""

    def __init__(self, wire: dict[str, Any], changes: Changes) -> None:
        self.wire = wire
        """The Bot API's Chat object."""
        self.messages: list[Message] = []
        self.log: list[ApiCall] = []
        self.members: set[int] = set()
        self.open = self.kind != "private"
        """False until the person wrote first: the bot cannot write to such a chat."""
        self.bot_is_admin = False
        self.bot_status = "member"
        """Or "left", or "kicked"."""
        self.migrated_to: int | None = None
        """The supergroup that this group has become."""
        self.topics: dict[int, Topic] = {}
        self._last_id = 0
        self._changes = changes

    @property
    def id(self) -> int:
        return int(self.wire["id"])

    @property
    def kind(self) -> str:
        return str(self.wire["type"])

    @property
    def from_bot(self) -> list[Message]:
        """The bot's messages that are still there."""
        return [message for message in self.messages if message.by_bot]

    @property
    def last(self) -> Message:
        """The bot's newest message. Raises LookupError if it has said nothing."""
        if not self.from_bot:
            raise LookupError("the bot has said nothing in this chat")
        return self.from_bot[-1]

    def message(self, message_id: int) -> Message | None:
        newest_first = reversed(self.messages)
        return next((each for each in newest_first if each.id == message_id), None)

    def add(self, wire: dict[str, Any]) -> Message:
        """Appends a message under the chat's next id."""
        self._last_id += 1
        message = Message({"message_id": self._last_id} | wire | {"chat": self.wire})
        self.messages.append(message)
        self._changes.note()
        return message

    def remove(self, message_id: int) -> None:
        self.messages = [each for each in self.messages if each.id != message_id]
        self._changes.note()

    async def wait_for(self, wanted: Wanted, within: float = 15.0, after: int = 0) -> Message:
        """The bot's newest message that fits: now, or as soon as there is one.

        `wanted` is a piece of its text or a predicate; only ids above `after` count. Raises
        AssertionError that shows the chat.
        """
        fits = wanted if callable(wanted) else _holds(wanted)

        def found() -> Message | None:
            newest_first = reversed(self.from_bot)
            return next((each for each in newest_first if each.id > after and fits(each)), None)

        try:
            return await self._changes.until(found, within)
        except TimeoutError:
            shown = "\n".join(map(repr, self.messages[-12:]))
            raise AssertionError(f"no message fits {wanted!r} in {within} s:\n{shown}") from None

    async def wait_until(self, condition: Callable[["Chat"], Any], within: float = 15.0) -> None:
        """Waits until the condition holds for this chat. Raises AssertionError as `wait_for`."""
        try:
            await self._changes.until(lambda: condition(self) or None, within)
        except TimeoutError:
            shown = "\n".join(map(repr, self.messages[-12:]))
            raise AssertionError(f"it did not come true in {within} s:\n{shown}") from None


def _holds(piece: str) -> Callable[[Message], bool]:
    return lambda message: piece in message.text
