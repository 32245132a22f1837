"""Whatever Telegram or a forged client sends, the letter holds the allowed tags and reads the same.

The oracle counts formats character by character; `body_html` nests tags.
"""

import re
import unicodedata
from html.parser import HTMLParser

import pytest
from aiogram.types import MessageEntity
from hypothesis import given
from hypothesis import strategies as st

from handlers.formatting import body_html, body_text, length, pieces
from mail import body
from tests.unit.properties import any_rows

TAGS = {
    "bold": "b", "italic": "i", "underline": "u", "strikethrough": "s", "code": "code",
    "pre": "pre", "text_link": "a", "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}  # fmt: skip
ALLOWED = {*TAGS.values(), "br"}


def _class(*categories: str) -> str:
    found = (chr(code) for code in range(0x20000) if not 0x1F1E6 <= code <= 0x1F1FF)  # flags
    return "".join(re.escape(c) for c in found if unicodedata.category(c).startswith(categories))


_FOLLOWS = f"{_class('M')}\u200c\u200d🏻-🏿\U000e0020-\U000e007f\U000e0100-\U000e01ef"
_CHARACTER = re.compile(
    rf"\r\n|[\r\n]|(?:[🇦-🇿]{{2}}|[^\r\n])(?:[{_FOLLOWS}]|(?<=\u200d)[{_class('So', 'Sm')}])*"
)

TYPED = st.one_of(
    any_rows.texts(300),
    st.text(st.sampled_from("a\r\n\t\x00😀<&") | st.characters(codec="utf-8"), max_size=30),
    st.text(
        st.sampled_from("a👩🏽👧🇩🇪🇫🏴↔\u200d\u200c\u0301\ufe0f\u20e3\U000e0067\n"), max_size=12
    ),
    st.text(st.sampled_from("a😀\ud83d\ude00\udc00\n"), max_size=12),  # halves of pairs, too
)
Formatted = tuple[str, list[MessageEntity]]


@st.composite
def formatted(draw: st.DrawFn) -> Formatted:
    text = draw(TYPED)
    found = draw(any_rows.entities(text))
    return text, found


class Reader(HTMLParser):
    """Each character with the tags around it; fails where a mail program would have to guess."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.read: list[tuple[str, frozenset[str]]] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        assert all(re.match(r"https?://|mailto:", url or "") for _, url in attrs)
        if tag == "br":
            self.handle_data("\n")
        else:
            assert tag not in self._open
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.read += [(character, frozenset(self._open)) for character in data]


def expected(text: str, entities: list[MessageEntity]) -> list[tuple[str, frozenset[str]]]:
    """A format on a part of a character is on all of it; half a pair is nothing."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    found, at = [], 0
    for character in _CHARACTER.findall(whole):
        size = length(character)
        tags = frozenset(_tags_over(entities, at, at + size))
        at += size
        seen = re.sub(r"[\ud800-\udfff]", "", re.sub(r"\r\n?", "\n", character))
        found += [(point, tags) for point in seen]
    return found


def _tags_over(entities: list[MessageEntity], start: int, end: int) -> set[str]:
    return {TAGS[one.type] for one in entities if _covers(one, start, end)}


def _covers(one: MessageEntity, start: int, end: int) -> bool:
    if one.type not in TAGS or one.length <= 0:
        return False
    linked = one.type != "text_link" or re.match(r"https?://|mailto:", one.url or "")
    return bool(linked) and one.offset < end and one.offset + one.length > start


@given(formatted())
def test_every_character_arrives_with_its_formats(typed: Formatted) -> None:
    assert Reader(body_html(*typed)).read == expected(*typed)


@given(formatted())
def test_the_text_alone_reads_the_same(typed: Formatted) -> None:
    seen = "".join(character for character, _tags in expected(*typed))
    assert body.plain(body_html(*typed)) == seen


@given(st.lists(formatted(), min_size=1, max_size=3))
def test_the_review_of_several_messages_is_exactly_what_goes_out(typed: list[Formatted]) -> None:
    whole = body.joined([body_html(*one) for one in typed])
    assert body_html(*body_text(whole)) == whole


@given(formatted(), st.integers(2, 40))
def test_each_page_stands_for_itself(typed: Formatted, limit: int) -> None:
    text, entities = body_text(body_html(*typed))
    found = pieces(text, entities, limit)
    assert "".join(piece for piece, _entities in found) == text
    for piece, some in found:
        assert length(piece) <= limit
        piece.encode()  # no half of a pair
        assert all(0 <= e.offset < e.offset + e.length <= length(piece) for e in some)


@pytest.mark.parametrize("kind", sorted(TAGS))
@pytest.mark.parametrize("unit", ["a", "😀", "\n", "<", "\x00"])
def test_a_format_on_every_single_character(kind: str, unit: str) -> None:
    text = unit * 200
    marks = [
        MessageEntity(type=kind, offset=at, length=length(unit), url="https://x.example")
        for at in range(0, length(text), length(unit))
    ]
    assert Reader(body_html(text, marks)).read == [(unit, frozenset({TAGS[kind]}))] * 200


def test_a_format_on_what_cannot_be_sent_leaves_no_tag() -> None:
    assert body_html("a\ud800", [MessageEntity(type="bold", offset=1, length=1)]) == "a"


def test_a_format_of_nothing_within_a_pair_is_on_nothing() -> None:
    assert body_html("😀", [MessageEntity(type="bold", offset=1, length=0)]) == "😀"


def test_a_format_that_begins_within_a_line_end_does_not_double_it() -> None:
    mark = MessageEntity(type="bold", offset=2, length=2)
    assert body_html("a\r\nb", [mark]) == "a<b><br>b</b>"
