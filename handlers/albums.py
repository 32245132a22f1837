"""Albums: several messages that people see as one, so that one hint answers them all.

Kept in memory: an album's messages come within seconds, and its button is pressed soon after.
"""

from aiogram.types import Message

MOST_ALBUMS = 100  # that are remembered


class Album:
    """The hint that answers it, and its messages that have captions."""

    def __init__(self) -> None:
        self.hint: Message | None = None
        self._captions: dict[int, Message] = {}

    @property
    def captions(self) -> list[Message]:
        """In the order in which people see them."""
        return [self._captions[message] for message in sorted(self._captions)]

    def add(self, message: Message) -> None:
        """A message of it came, perhaps once more."""
        if message.caption:
            self._captions[message.message_id] = message


class Albums:
    """By chat and Telegram's own name of the album."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, str], Album] = {}

    def joined(self, message: Message) -> Album | None:
        """The album that this message belongs to, now with it; None: it stands alone."""
        if message.media_group_id is None:
            return None
        album = self._seen.setdefault((message.chat.id, message.media_group_id), Album())
        album.add(message)
        while len(self._seen) > MOST_ALBUMS:
            del self._seen[next(iter(self._seen))]
        return album

    def texts(self, offered: Message) -> list[Message]:
        """The message that a hint answers, or all of its album, as far as they have words."""
        album = self._seen.get((offered.chat.id, offered.media_group_id or ""))
        if album is not None:
            return album.captions
        return [offered] if offered.text or offered.caption else []

    def is_forgotten(self, offered: Message) -> bool:
        """Of an album, whose other captions nobody knows any more?"""
        known = (offered.chat.id, offered.media_group_id) in self._seen
        return offered.media_group_id is not None and not known
