"""Text and its entities: what Telegram refuses, trims and finds by itself.

Offsets and lengths are in UTF-16 units. (Pages "Formatting options" and "MessageEntity".)
"""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.telegram.refusals import bad_request

Entity = dict[str, Any]

MOST_UNITS = 4096
MOST_ENTITIES = 100
QUOTES = {"blockquote", "expandable_blockquote"}
VERBATIM = {"code", "pre"}
KNOWN = (
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold"}
    | {"italic", "underline", "strikethrough", "spoiler", "text_link", "text_mention"}
    | {"custom_emoji", "date_time"}
    | QUOTES
    | VERBATIM
)

_FOUND = (
    ("bot_command", re.compile(r"(?<![\w/])/[A-Za-z0-9_]{1,32}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("url", re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]]")),
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("mention", re.compile(r"(?<![\w@.])@[A-Za-z][A-Za-z0-9_]{3,31}")),
)


def units(text: str) -> int:
    """Length in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def detect(text: str) -> list[Entity]:
    """The commands, addresses and mentions that Telegram marks in what a person typed."""
    taken: list[tuple[int, int]] = []
    entities: list[Entity] = []
    for kind, pattern in _FOUND:
        for found in pattern.finditer(text):
            if any(found.start() < end and start < found.end() for start, end in taken):
                continue
            taken.append(found.span())
            offset = units(text[: found.start()])
            entities.append({"offset": offset, "length": units(found.group()), "type": kind})
    return sorted(entities, key=lambda entity: entity["offset"])


def clean(text: str, entities: list[Entity], too_long: str) -> tuple[str, list[Entity]]:
    """The text and entities as Telegram keeps them: checked, trimmed, at most 100 entities.

    Raises BotApiError; `too_long` is how the method words that.
    """
    if not text.strip():
        raise bad_request("message text is empty")
    if units(text) > MOST_UNITS:
        raise bad_request(too_long)
    _check(text, entities)
    cut = units(text) - units(text.lstrip())
    trimmed = text.strip()
    kept = [_moved(entity, cut, units(trimmed)) for entity in entities[:MOST_ENTITIES]]
    return trimmed, [entity for entity in kept if entity["length"] > 0]


def _moved(entity: Entity, cut: int, length: int) -> Entity:
    start = max(entity["offset"] - cut, 0)
    end = min(entity["offset"] + entity["length"] - cut, length)
    return entity | {"offset": start, "length": end - start}


def _check(text: str, entities: list[Entity]) -> None:
    length, middles = units(text), set(_middles(text))
    for entity in entities:
        kind, start, size = (entity.get(key) for key in ("type", "offset", "length"))
        if kind not in KNOWN:
            raise bad_request(f"can't parse entities: unsupported entity type {kind!r}")
        if not isinstance(start, int) or not isinstance(size, int) or start < 0 or size <= 0:
            raise bad_request("can't parse entities: wrong offset or length")
        if start + size > length:
            raise bad_request(
                f"can't parse entities: entity beginning at UTF-16 offset {start} "
                f"ends after the end of the text at UTF-16 offset {start + size}"
            )
        if start in middles or start + size in middles:
            raise bad_request("can't parse entities: entity is in the middle of a UTF-16 symbol")
        if kind == "text_link" and not entity.get("url"):
            raise bad_request("can't parse entities: text_link without url")
    _check_nesting(entities)


def _middles(text: str) -> Iterator[int]:
    """Offsets between the two halves of a surrogate pair."""
    offset = 0
    for character in text:
        offset += 1
        if ord(character) > 0xFFFF:
            yield offset
            offset += 1


def _check_nesting(entities: list[Entity]) -> None:
    for index, one in enumerate(entities):
        for other in entities[index + 1 :]:
            if not _overlap(one, other):
                continue
            kinds = {one["type"], other["type"]}
            if kinds <= QUOTES:
                raise bad_request("can't parse entities: blockquotes can't be nested")
            if kinds & VERBATIM and not kinds & QUOTES:
                raise bad_request("can't parse entities: code and pre can't hold other entities")


def _overlap(one: Entity, other: Entity) -> bool:
    first, second = sorted((one, other), key=lambda entity: int(entity["offset"]))
    return bool(first["offset"] + first["length"] > second["offset"])
