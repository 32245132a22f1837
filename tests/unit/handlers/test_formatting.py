import random
import re
from html.parser import HTMLParser

import pytest
from aiogram.types import MessageEntity
from aiogram.utils.formatting import Text
from hypothesis import given
from hypothesis import strategies as st

from handlers.formatting import body_html, body_text, cut, length, pieces
from mail.body import plain

KINDS = (
    "bold", "italic", "underline", "strikethrough", "code", "pre", "text_link", "blockquote",
    "expandable_blockquote", "spoiler", "url", "mention", "bot_command", "custom_emoji",
)  # fmt: skip
URLS = (
    'https://x.example/?a=1&b="2"',
    "mailto:jane@x.example",
    "javascript:alert(1)",
    "tg://resolve?domain=x",
    None,
)
TYPED = st.text(
    st.one_of(
        st.sampled_from("<>&\"'\n a😀é"), st.characters(codec="utf-8", exclude_characters="\r")
    )
)
ENTITIES = st.lists(
    st.builds(
        MessageEntity,
        type=st.sampled_from(KINDS),
        offset=st.integers(-3, 30),
        length=st.integers(-3, 30),
        url=st.sampled_from(URLS),
    ),
    max_size=6,
)


def entity(kind: str, offset: int, size: int, url: str | None = None) -> MessageEntity:
    return MessageEntity(type=kind, offset=offset, length=size, url=url)


class WellFormed(HTMLParser):
    """Fails where a mail program would have to guess."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in {"b", "i", "u", "s", "a", "code", "pre", "blockquote", "br"}
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        assert all((url or "").startswith(("http", "mailto:")) for _, url in attrs)
        if tag != "br":
            assert tag not in self.open, "nothing is nested in itself"
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def assert_well_formed(body: str) -> None:
    reader = WellFormed()
    reader.feed(body)
    reader.close()
    assert not reader.open


@pytest.mark.parametrize(
    ("text", "entities", "body"),
    [
        ("", [], ""),
        ("Hi", [], "Hi"),
        ("a\nb\r\nc\rd", [], "a<br>b<br>c<br>d"),
        ("<script>&amp;</blockquote>", [], "&lt;script&gt;&amp;amp;&lt;/blockquote&gt;"),
        ('it\'s "so"', [], 'it\'s "so"'),
        ("bold", [entity("bold", 0, 4)], "<b>bold</b>"),
        ("a b c", [entity("italic", 2, 1)], "a <i>b</i> c"),
        ("both", [entity("bold", 0, 4), entity("italic", 0, 4)], "<b><i>both</i></b>"),
        ("abc", [entity("italic", 0, 2), entity("bold", 1, 2)], "<i>a</i><b><i>b</i>c</b>"),
        ("abc", [entity("underline", 0, 1), entity("strikethrough", 2, 1)], "<u>a</u>b<s>c</s>"),
        ("q\nr", [entity("blockquote", 0, 1)], "<blockquote>q</blockquote><br>r"),
        (
            "qr",
            [entity("blockquote", 0, 1), entity("expandable_blockquote", 1, 1)],
            "<blockquote>q</blockquote><blockquote>r</blockquote>",
        ),
        (
            "qr",
            [entity("blockquote", 0, 2), entity("blockquote", 1, 1)],
            "<blockquote>qr</blockquote>",
        ),
        (
            "abc",
            [entity("bold", 0, 3), entity("blockquote", 1, 1)],
            "<b>a</b><blockquote><b>b</b></blockquote><b>c</b>",
        ),
        ("x = 1\ny", [entity("pre", 0, 7)], "<pre>x = 1<br>y</pre>"),
        ("a", [entity("code", 0, 1)], "<code>a</code>"),
        (
            "here",
            [entity("text_link", 0, 4, "https://x.example/?a=1&b=\"'<")],
            '<a href="https://x.example/?a=1&amp;b=&quot;&#x27;&lt;">here</a>',
        ),
        (
            "mail",
            [entity("text_link", 0, 4, "mailto:j@x.example")],
            '<a href="mailto:j@x.example">mail</a>',
        ),
        ("😀b😀", [entity("bold", 2, 1)], "😀<b>b</b>😀"),
        ("a😀b", [entity("bold", 2, 1)], "a<b>😀</b>b"),
        ("a😀b", [entity("bold", 2, 2)], "a<b>😀b</b>"),
        (
            "abc",
            [entity("bold", -2, 3), entity("italic", 2, 99), entity("code", 50, 1)],
            "<b>a</b>b<i>c</i>",
        ),
        ("abc", [entity("bold", 1, 0), entity("bold", 1, -1)], "abc"),
        (
            "@jane /go x.example j@x.example",
            [
                entity("mention", 0, 5),
                entity("bot_command", 6, 3),
                entity("url", 10, 9),
                entity("email", 20, 11),
            ],
            "@jane /go x.example j@x.example",
        ),
        ("psst", [entity("spoiler", 0, 4)], "psst"),
        ("a\ud800b", [], "ab"),
    ],
)
def test_typed_text_becomes_html(text: str, entities: list[MessageEntity], body: str) -> None:
    assert body_html(text, entities) == body


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "tg://user?id=1",
        "data:text/html,x",
        "ftp://x.example",
        "//x.example",
        "https://",
        "https:///x",
        "http://x.example/\nBcc:",
        "java\nscript:x",
        " https://x.example",
        "",
        None,
    ],
)
def test_other_links_are_text_only(url: str | None) -> None:
    assert body_html("here", [entity("text_link", 0, 4, url)]) == "here"


@given(TYPED, ENTITIES)
def test_whatever_is_typed_the_html_is_well_formed_and_reads_the_same(
    text: str, entities: list[MessageEntity]
) -> None:
    body = body_html(text, entities)
    assert_well_formed(body)
    assert plain(body) == text


@given(TYPED, ENTITIES)
def test_the_review_is_exactly_what_goes_out(text: str, entities: list[MessageEntity]) -> None:
    body = body_html(text, entities)
    shown, shown_entities = body_text(body)
    assert shown == text
    assert body_html(shown, shown_entities) == body


@given(TYPED, ENTITIES)
def test_the_review_is_nested_as_telegram_asks(text: str, entities: list[MessageEntity]) -> None:
    shown, nested = body_text(body_html(text, entities))
    assert Text.from_entities(shown, nested).render()[0] == shown
    for outer in nested:
        assert 0 <= outer.offset < outer.offset + outer.length <= length(shown)
        for inner in nested:
            assert (
                not outer.offset
                < inner.offset
                < outer.offset + outer.length
                < (inner.offset + inner.length)
            )


def test_the_review_shows_formats_where_they_were() -> None:
    entities = [
        entity("blockquote", 0, 3),
        entity("bold", 4, 6),
        entity("italic", 7, 3),
        entity("text_link", 11, 1, "https://x.example/?a=1&b=2"),
    ]
    text = "q&\n\nb😀<i>\nl"
    assert body_text(body_html(text, entities)) == (text, entities)


@pytest.mark.parametrize(
    ("text", "units"), [("", 0), ("aé", 2), ("😀", 2), ("\ud83d", 1), ("👨‍👩‍👧", 8)]
)
def test_length_is_counted_as_telegram_counts(text: str, units: int) -> None:
    assert length(text) == units


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "abc"),
        ("a😀b", 2, "a"),
        ("a😀b", 3, "a😀"),
        ("abe\u0301d", 3, "ab"),
        ("a👍🏽b", 3, "a"),
        ("ab👨‍👩‍👧b", 9, "ab"),
        ("a❤\ufe0fb", 2, "a"),
        ("a🇩🇪b", 3, "a"),
        ("abc", 0, ""),
        ("a" + "\u0301" * 100, 60, "a" + "\u0301" * 59),
    ],
)
def test_a_cut_keeps_characters_whole(text: str, limit: int, kept: str) -> None:
    assert cut(text, [], limit) == (kept, [], kept != text)


def test_a_cut_trims_entities() -> None:
    entities = [entity("bold", 0, 5), entity("italic", 1, 2), entity("code", 3, 1)]
    assert cut("abcde", entities, 3) == (
        "abc",
        [entity("bold", 0, 3), entity("italic", 1, 2)],
        True,
    )
    assert cut("abcde", entities, 5) == ("abcde", entities, False)
    assert entities[0].length == 5, "what was given stays as it was"


PIECES = (
    "a",
    "word ",
    "😀",
    "👨‍👩‍👧‍👦",
    "e\u0301",
    "\u0301",
    "مرحبا",
    "שלום",
    "\n",
    "<b>",
    "&amp;",
    "🇩🇪",
    "❤\ufe0f",
    "字",
)


def test_row_31_five_thousand_texts_are_cut_to_valid_ones() -> None:
    chance = random.Random(31)
    for _ in range(5000):
        repeats = chance.choice((1, 40, 400))
        text = "".join(chance.choices(PIECES, k=12)) * repeats
        limit = chance.randrange(1, 4097)
        size = length(text)
        marks = [
            entity(chance.choice(KINDS[:9]), chance.randrange(size), 700, URLS[0]) for _ in range(3)
        ]
        kept, entities, was_cut = cut(text, marks, limit)
        assert text.startswith(kept)
        assert was_cut == (kept != text)
        assert limit - 60 < length(kept) <= limit or not was_cut
        assert not re.search(r"[\ud800-\udfff]", kept)
        assert_well_formed(body_html(kept[-200:], entities))


@given(TYPED, st.integers(1, 9))
def test_pieces_are_all_of_the_text(text: str, limit: int) -> None:
    found = [piece for piece, _entities in pieces(text, [], max(limit, 2))]
    assert "".join(found) == text
    assert all(length(piece) <= max(limit, 2) for piece in found)


def test_a_format_goes_on_from_piece_to_piece() -> None:
    found = pieces("😀bcdefg", [entity("bold", 2, 5), entity("italic", 6, 2)], 4)
    assert found == [
        ("😀bc", [entity("bold", 2, 2)]),
        ("defg", [entity("bold", 0, 3), entity("italic", 2, 2)]),
    ]


@pytest.mark.parametrize(("start", "end"), [(0, 2), (2, 4), (3, 5), (5, 8), (1, 7)])
def test_a_family_was_torn_apart_by_a_format_that_began_within_it(start: int, end: int) -> None:
    family = "👩\u200d👩\u200d👧"
    assert (
        body_html(f"a{family}b", [entity("bold", 1 + start, end - start)]) == f"a<b>{family}</b>b"
    )


def test_of_two_flags_one_may_be_bold() -> None:
    assert body_html("🇩🇪🇫🇷", [entity("bold", 0, 4)]) == "<b>🇩🇪</b>🇫🇷"
    assert body_html("🇩🇪🇫🇷", [entity("bold", 4, 2)]) == "🇩🇪<b>🇫🇷</b>"


def test_an_accent_goes_with_its_letter() -> None:
    assert body_html("cafe\u0301!", [entity("italic", 0, 4)]) == "<i>cafe\u0301</i>!"
