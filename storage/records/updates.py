"""One update of Telegram's as it was stored, and the key that orders it among the others.

Nothing here validates an update: a shape that nobody expected must still get a key, so that it can
fail alone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from storage.records.people import Person

# Telegram's stand-ins for "no person": GroupAnonymousBot, Channel Bot, and Telegram itself.
NOT_PERSONS: Final = frozenset({1087968824, 136817688, 777000})

# Telegram's ids have at most 52 significant bits, so keys below this are nobody's.
NOBODY: Final = -(1 << 53)

# Messages about the chat rather than from a person; the order that matters is the chat's.
SERVICE: Final = (
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "group_chat_created",
    "supergroup_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "pinned_message",
    "forum_topic_created",
    "forum_topic_closed",
    "forum_topic_reopened",
)

Raw = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredUpdate:
    """An update that waits or was given up; `raw` is Telegram's JSON and holds private text.

    `person`: whose it is, by the row at the moment when it was taken; None: look for them.
    """

    bot_id: int
    update_id: int
    key: int
    received_at: datetime
    attempts: int
    raw: Raw = field(repr=False)
    person: Person | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a batch: the highest id of all, None if none was readable; what was new."""

    highest: int | None
    new: tuple[Raw, ...] = field(repr=False)


def update_id_of(raw: object) -> int | None:
    """The update's id, or None if what came is no update at all."""
    return _number(raw.get("update_id")) if isinstance(raw, dict) else None


def key_of(raw: Raw) -> int:
    """Updates with the same key are handled one after another, in the order in which they came.

    It is the person wherever a real one sent it, in groups too; else the chat; an update that
    shows neither has a key of its own, so that it holds up nobody.
    """
    kind, body = _body(raw)
    if kind != "my_chat_member" and (person := _person(body)) is not None:
        return person
    if (chat := _chat(body)) is not None:
        return chat
    return NOBODY - abs(update_id_of(raw) or 0)


def group_move_of(raw: Raw) -> tuple[int, int] | None:
    """The old and the new number of a group that this update says has become a supergroup."""
    body = _part(raw, "message")
    here = _number(_part(body, "chat").get("id"))
    to, origin = (_number(body.get(f"migrate_{way}_chat_id")) for way in ("to", "from"))
    if here is None or (to is None and origin is None):
        return None
    return (here, to) if to is not None else (origin or here, here)


def _body(raw: Raw) -> tuple[str, Raw]:
    for kind, body in raw.items():
        if isinstance(body, dict):
            return kind, body
    return "", {}


def _person(body: Raw) -> int | None:
    sender = _part(body, "from")
    person = _number(sender.get("id"))
    unreal = person in NOT_PERSONS or ("sender_chat" in body and sender.get("is_bot") is True)
    return None if unreal or any(field in body for field in SERVICE) else person


def _chat(body: Raw) -> int | None:
    chat = _part(body, "chat") or _part(_part(body, "message"), "chat")
    return _number(chat.get("id"))


def _part(body: Raw, name: str) -> Raw:
    part = body.get(name)
    return part if isinstance(part, dict) else {}


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < -NOBODY:
        return value
    return None
