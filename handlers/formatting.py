"""Between Telegram's entities and the letter's HTML, and back, so that what a review shows is what
goes out; and everything about the length of texts.

Offsets and lengths are UTF-16 units (the MessageEntity page of the Bot API). The bot sets no
parse_mode, so nothing here can be taken for markup by Telegram.
"""

import html
import itertools
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from aiogram.types import MessageEntity

from handlers.characters import characters, combines

_TAGS = {
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
    "pre": "pre",
    "text_link": "a",
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "code": "code",
}
_ENTITY_TYPES = {tag: kind for kind, tag in _TAGS.items() if kind != "expandable_blockquote"}
_NESTING = ("blockquote", "pre", "a", "b", "i", "u", "s", "code")  # outermost first
_BLOCKS = ("blockquote", "pre")
_LINK = re.compile(r"(?:https?://[^\s/?#]|mailto:[^\s])[^\s\x00-\x1f\x7f]*", re.IGNORECASE)
_LONGEST_CHARACTER = 40  # code points looked at for a seam; nobody reads a longer "character"
_LINE_END = re.compile(r"\r\n?|\n")


@dataclass(frozen=True, slots=True)
class _Mark:
    """One format over one stretch. `block` tells neighbouring quotes apart; -1 is no block."""

    tag: str
    url: str
    block: int
    start: int
    end: int

    @property
    def rank(self) -> int:
        return _NESTING.index(self.tag)

    @property
    def key(self) -> tuple[int, str, int]:
        return self.rank, self.url, self.block


def length(text: str) -> int:
    """In UTF-16 units, as Telegram counts."""
    return len(_units(text)) // 2


def cut(
    text: str, entities: Sequence[MessageEntity], limit: int
) -> tuple[str, list[MessageEntity], bool]:
    """At most `limit` UTF-16 units of it, its entities trimmed, and whether anything was left out.

    A character stays whole: a surrogate pair always, what is combined with it within reason.
    """
    if length(text) <= limit:
        return text, list(entities), False
    units = _units(text)
    units = units[: 2 * (limit - _splits_pair(units, limit))]
    kept = _whole(units.decode("utf-16-le", "surrogatepass"), text)
    return kept, between(entities, 0, length(kept)), True


def pieces(
    text: str, entities: Sequence[MessageEntity], limit: int
) -> list[tuple[str, list[MessageEntity]]]:
    """All of it in turn, at most `limit` UTF-16 units each, with the entities of each piece."""
    found, start = [], 0
    while text:
        piece, _none, _was_cut = cut(text, [], limit)
        end = start + length(piece)
        found.append((piece, between(entities, start, end)))
        text, start = text[len(piece) :], end
    return found or [("", [])]


def body_html(text: str, entities: Sequence[MessageEntity]) -> str:
    """What a person typed, as the HTML of a letter: b, i, u, s, a, code, pre, blockquote and br.

    Whatever the entities are, the result is well-formed, and everything typed is there as text.
    A format on a part of a character is on all of it: a tag within a family's emoji tears it apart.
    """
    units = _units(text)
    marks = list(_marks(units, entities))
    cuts = sorted({0, len(units) // 2, *(m.start for m in marks), *(m.end for m in marks)})
    out: list[str] = []
    stack: list[_Mark] = []
    for start, end in itertools.pairwise(cuts):
        piece = _escaped(units[2 * start : 2 * end])
        if piece:  # a tag around nothing would be read back by nobody
            _nest(out, stack, _active(marks, start))
            out.append(piece)
    _nest(out, stack, [])
    return "".join(out)


def body_text(body: str) -> tuple[str, list[MessageEntity]]:
    """The way back, for what `body_html` made (or several of them joined by `<br>`)."""
    reader = _BodyReader()
    reader.feed(body)
    reader.close()
    return "".join(reader.text), sorted(reader.entities, key=lambda e: (e.offset, -e.length))


def _whole(kept: str, text: str) -> str:
    """Shortens `kept`, a beginning of `text`, to where no character is combined with the next."""
    for end in range(len(kept), max(len(kept) - _LONGEST_CHARACTER, 0), -1):
        if not combines(text[end - 1], text[end]):
            return kept[:end]
    return kept


def between(entities: Sequence[MessageEntity], start: int, end: int) -> list[MessageEntity]:
    """Those of the stretch from `start` to `end`, as if it stood alone."""
    found = []
    for entity in entities:
        first, last = max(entity.offset, start), min(entity.offset + entity.length, end)
        if first < last:
            moved = {"offset": first - start, "length": last - first}
            found.append(entity.model_copy(update=moved))
    return found


def _units(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _marks(units: bytes, entities: Sequence[MessageEntity]) -> Iterator[_Mark]:
    seams = _seams(units) if entities else [0]
    for index, entity in enumerate(entities):
        tag = _TAGS.get(entity.type)
        if tag is None or (tag == "a" and not _LINK.fullmatch(entity.url or "")):
            continue
        start, end = max(entity.offset, 0), min(entity.offset + entity.length, seams[-1])
        if start < end:
            start, end = seams[bisect_right(seams, start) - 1], seams[bisect_left(seams, end)]
            url = entity.url or "" if tag == "a" else ""
            yield _Mark(tag, url, index if tag in _BLOCKS else -1, start, end)


def _seams(units: bytes) -> list[int]:
    """Where each character begins, and where the last one ends."""
    text = units.decode("utf-16-le", "surrogatepass")
    return list(itertools.accumulate(map(length, characters(text)), initial=0))


def _splits_pair(units: bytes, offset: int) -> bool:
    """Does it fall within a surrogate pair?"""
    if not 0 < offset < len(units) // 2:
        return False
    before, after = units[2 * offset - 1], units[2 * offset + 1]
    return 0xD8 <= before <= 0xDB and 0xDC <= after <= 0xDF


def _active(marks: Sequence[_Mark], at: int) -> list[_Mark]:
    """What holds at an offset, outermost first; of several of one tag, the one that began first."""
    first: dict[str, _Mark] = {}
    for mark in marks:
        if mark.start <= at < mark.end:
            known = first.get(mark.tag)
            if known is None or mark.start < known.start:
                first[mark.tag] = mark
    return sorted(first.values(), key=lambda mark: mark.rank)


def _nest(out: list[str], stack: list[_Mark], wanted: Sequence[_Mark]) -> None:
    """Closes and opens tags until exactly `wanted` is open."""
    common = 0
    while common < min(len(stack), len(wanted)) and stack[common].key == wanted[common].key:
        common += 1
    out.extend(f"</{mark.tag}>" for mark in reversed(stack[common:]))
    out.extend(_opening(mark) for mark in wanted[common:])
    stack[common:] = wanted[common:]


def _opening(mark: _Mark) -> str:
    return f'<a href="{html.escape(mark.url)}">' if mark.tag == "a" else f"<{mark.tag}>"


def _escaped(units: bytes) -> str:
    """Half a surrogate pair cannot be sent to anybody and is dropped."""
    return _LINE_END.sub("<br>", html.escape(units.decode("utf-16-le", "ignore"), quote=False))


class _BodyReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.entities: list[MessageEntity] = []
        self._offset = 0
        self._open: list[tuple[str, int, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.handle_data("\n")
        elif tag in _ENTITY_TYPES:
            self._open.append((tag, self._offset, dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            return
        _, start, url = self._open.pop()
        if start < self._offset:
            self.entities.append(
                MessageEntity(
                    type=_ENTITY_TYPES[tag], offset=start, length=self._offset - start, url=url
                )
            )

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        self._offset += length(data)
