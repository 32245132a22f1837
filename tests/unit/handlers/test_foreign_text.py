import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.foreign_text import harmless, untappable

# How Telegram finds them (the comments in its library's MessageEntity.cpp).
COMMAND = re.compile(r"(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?![\w/<>])")
MENTION = re.compile(r"(?<!\w)@[a-zA-Z0-9_]{2,32}(?!\w)")
APP_LINK = re.compile(r"(?:tg|ton|tonsite)://\w", re.IGNORECASE)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/disconnect", "/|disconnect"),
        ("now /disconnect@bot please", "now /|disconnect@bot please"),
        ('(/start) "/help" —/cancel', '(/|start) "/|help" —/|cancel'),
        ("</div>", "</|div>"),
        ("ask @jane_doe, not @@bob", "ask @|jane_doe, not @@|bob"),
        ("tg://resolve?domain=x TG://user?id=1", "tg:/|/|resolve?domain=x TG:/|/|user?id=1"),
        ("tonsite://x ton://y", "tonsite:/|/|x ton:/|/|y"),
        ("https://./disconnect", "https://./|disconnect"),
        ("https://x.example:/disconnect", "https://x.example:/|disconnect"),
        ("https://x.example/)/disconnect", "https://x.example/)/|disconnect"),
        ("/disconnect@x.example", "/|disconnect@x.example"),
    ],
)
def test_nothing_in_a_letter_can_be_tapped_into_a_command(text: str, shown: str) -> None:
    assert untappable(text) == shown.replace("|", "\u2060")


@pytest.mark.parametrize(
    "text",
    [
        "jane@client.example",
        "Jane <jane.o'neil+x@sub.client.example>, bob-@x.example",
        "жанна@почта.рф",
        "(jane@client.example)",
        "https://x.example/-/blob/a?b=/c&d=@e#/f",
        "https://x.example:8443/@jane/post and http://y.example",
        "1/2 and/or km/h, 24/7, a / b, //comment",
        "a @ b, 5 @ 3€",
    ],
)
def test_addresses_links_and_ordinary_slashes_stay_as_they_are(text: str) -> None:
    assert untappable(text) == text


@given(
    st.text(
        st.one_of(
            st.sampled_from("/@:.<>-+ atgexmpl_0\n«)"), st.characters(exclude_categories=["Cs"])
        )
    )
)
def test_no_text_leaves_anything_to_tap(text: str) -> None:
    shown = untappable(harmless(text))
    assert not COMMAND.search(re.sub(r"https?://\S+", "", shown))
    assert not APP_LINK.search(shown)
    assert not MENTION.search(re.sub(r"[^\s@]+@[^\s@]+", "", shown))
    assert shown.replace("\u2060", "") == harmless(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\r\nb\rc\nd\u2028e\u2029f", "a\nb\nc\nd\ne\nf"),
        ("a\x00b\x07c\x7f\x9b", "abc"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("\u2066a\u2069\u200e\u061c", "a"),
        ("/\u200bdisconnect \ufeff\u00ad\u2060", "/disconnect "),
        ("Sale \u034f\u200c\u2800\u3164!", "Sale !"),
        ("a\tb", "a b"),
        ("\ud83d!", "!"),
        ("👨‍👩‍👧 ❤\ufe0f‍🔥 🧑🏽‍💻", "👨‍👩‍👧 ❤\ufe0f‍🔥 🧑🏽‍💻"),
        ("a\u200db \u200d😀\u200d", "ab 😀"),
        ("café שלום 字", "café שלום 字"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text: str, shown: str) -> None:
    assert harmless(text) == shown


@given(st.text())
def test_nothing_unseen_is_left(text: str) -> None:
    shown = harmless(text)
    left = {unicodedata.category(c) for c in shown if c not in "\n\u200d"}
    assert left.isdisjoint({"Cc", "Cf", "Cs", "Zl", "Zp"})
    assert harmless(shown) == shown


def test_a_long_letter_is_read_in_no_time() -> None:
    for piece in ("a.", "a@", "http://", "http://a.", "/", "@a", "tg:/", "<"):
        assert len(untappable(piece * 50_000)) >= len(piece) * 50_000
