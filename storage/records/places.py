"""Where something is shown: a Telegram chat, and a topic of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """`chat` is Telegram's id; `thread` is the topic's, 0 where the chat has none."""

    chat: int
    thread: int = 0

    @property
    def private(self) -> bool:
        """Telegram numbers people above zero, groups and channels below."""
        return self.chat > 0
