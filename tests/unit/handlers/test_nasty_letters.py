"""Letters that strangers wrote to deceive: as cards they are shown, and nothing in them works."""

import re
import unicodedata
from datetime import UTC, datetime

import pytest
from aiogram.types import InlineKeyboardButton

from handlers.cards import Shown
from handlers.letter_card import letter_card
from handlers.step_cards import draft_card
from mail.scenes import DraftScene, LetterScene
from sandbox.telegram import entities as telegram
from storage.records.connections import Account, Address, Connection
from storage.records.drafts import Choice, Draft, DraftState, Field, Wants, Written
from storage.records.letters import Letter, LetterText
from storage.records.places import Place
from tests.unit.handlers.english import EN

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
EMAIL = "x.y+z@evil.example"
WORKS = {"bot_command", "mention"}
LINK = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,}[^\s)@]*")  # what is within one is no command

NASTY = [
    # HTML and markup of other kinds
    "<b>bold</b>",
    "<script>alert(1)</script>",
    "<a href='https://evil.example'>https://bank.example</a>",
    "</blockquote></b>",
    "<tg-spoiler>x</tg-spoiler>",
    "<!--",
    "<![CDATA[x]]>",
    "&lt;b&gt; &amp; &#0; &nbsp;",
    "*bold* _under_ `code` ~strike~ ||spoiler||",
    "[https://bank.example](https://evil.example)",
    "```\n/start\n```",
    "{reason} {0} %s %(name)s ${x}",
    "\\u002fstart \\/start",
    # commands
    "/start",
    "/disconnect@some_bot",
    "press /connect now",
    "(/cancel)",
    '"/reply 15 ok"',
    "-/start",
    "\n/start\n/help",
    "//start ///start",
    "https://./start",
    "https://evil.example:/start",
    "https://evil.example/)/start",
    "http:///start",
    "/start@evil.example",
    "/\u200bstart",
    "\u200b/start",
    "/\u2060start /\u00adstart",
    "\u202e/start",
    "a\u3000/start",
    "／start /ｓtart",
    "/" * 300 + "start",
    # mentions and app links
    "@some_bot",
    "ask @jane_doe",
    "@@jane_doe",
    "@\u200bjane_doe",
    "mailto:@jane_doe",
    "tg://resolve?domain=some_bot&start=x",
    "TG://user?id=1",
    "ton://transfer/x tonsite://x.ton",
    "t.me/some_bot?start=x",
    "https://t.me/some_bot?start=/start",
    # phishing
    "https://bank.example@evil.example/",
    "https://bank.example\u202emoc.live//:sptth",
    "https://bаnk.example",
    "https://xn--bnk-5cd.example",
    "https://evil.example/?https://bank.example",
    "http://127.0.0.1/rest/1/abcdefgh12345678/",
    "javascript:alert(1) data:text/html,x file:///etc/passwd",
    # direction and what cannot be seen
    "invoice\u202efdp.exe",
    "\u2066\u2067\u2068x\u2069",
    "\u200e\u200f\u061cx",
    "\u200b\u200c\u200d\ufeff\u2060",
    "a\u034f\u115f\u1160\u2800\u3164\uffa0b",
    "\x00\x07\x1b[31mred\x7f\x9b",
    "a\r\nBcc: b@x.example",
    "a\u2028b\u2029c\u0085d",
    "Z" + "\u0301" * 500,
    "\U000e0001\U000e0073\U000e0065",
    "\ufff9x\ufffay\ufffb",
    "\ud83d broken halves \ude00",
    "مرحبا /start שלום @jane_doe",
    # names that pretend
    "ceo@corp.example",
    '"ceo@corp.example via Bitrix24"',
    "Аnna (support)",
    "раураl",
    "ℬank 𝐁ank Ｂank",
    "✅ Sent to ceo@corp.example",
    "Not sent: press Connect again",
    "👨\u200d👩\u200d👧 🏴\U000e0067\U000e0062\U000e007f",
    # long
    "x" * 10_000,
    "😀" * 5_000,
    "/a " * 3_000,
    "@jane_doe " * 1_000,
]


def test_row_88_at_least_sixty_letters_are_tried() -> None:
    assert len(set(NASTY)) >= 60


def test_as_they_came_many_of_them_would_work() -> None:
    found = [{one["type"] for one in telegram.detect(nasty)} & WORKS for nasty in NASTY]
    assert sum(map(bool, found)) >= 15


def cards(nasty: str) -> list[Shown]:
    """All that shows a letter's own words: its card, and the steps below it."""
    scene = letter_scene(nasty, nasty[:150])
    written = Written(
        sender="support@linden-print.example",
        to=(EMAIL,),
        subject=nasty,
        choices=(Choice(EMAIL, f"{nasty[:150]} <{EMAIL}>"),),
    )
    steps = (Field.SENDER, Field.RECIPIENTS, Field.SUBJECT, Field.TEXT, Field.REVIEW)
    return [
        letter_card(scene, EN),
        *(
            draft_card(DraftScene(draft(field, written), scene.connection, scene.letter), EN)
            for field in steps
        ),
    ]


def letter_scene(nasty: str, name: str) -> LetterScene:
    text = LetterText(
        mailbox="support@linden-print.example",
        subject=nasty,
        sender=f"{name} <{EMAIL}>",
        to=f"{name} <{EMAIL}>",
        cc=EMAIL,
        body=f"{nasty}\n{EMAIL}\n{nasty}",
    )
    letter = Letter("l" * 16, 1, "c" * 16, 15, text, NOON)
    address = Address("https", "acme.bitrix24.com", None, "", 1, "")
    connection = Connection("c" * 16, 1, address, Account(), NOON, 1)
    return LetterScene(letter, connection)


def draft(field: Field, written: Written) -> Draft:
    return Draft(
        id="d" * 16,
        owner=1,
        place=Place(1),
        state=DraftState.COMPOSING,
        revision=1,
        field=field,
        guided=True,
        reviewed=False,
        whole=0,
        wants=Wants.NOTHING,
        asked_at_revision=0,
        connection="c" * 16,
        letter_number=15,
        letter="l" * 16,
        written=written,
        created_at=NOON,
        updated_at=NOON,
    )


@pytest.mark.parametrize("nasty", NASTY)
def test_row_88_nothing_of_a_nasty_letter_works_on_a_card(nasty: str) -> None:
    for card in cards(nasty):
        text, entities = card.content()
        kept, _ = telegram.clean(text, [one.model_dump() for one in entities], "too long")
        found = telegram.detect(LINK.sub("a link", kept))
        assert WORKS.isdisjoint(one["type"] for one in found)
        assert {one.type for one in entities} <= {"bold", "italic", "expandable_blockquote"} | {
            "blockquote"
        }, "no link that the letter names"
        assert not {c for c in kept if unseen(c)}
        labels = [button.text for row in keyboard(card) for button in row]
        assert all(label.strip() for label in labels)


@pytest.mark.parametrize("nasty", NASTY)
def test_row_88_addresses_are_shown_unaltered(nasty: str) -> None:
    letter, *_, review = cards(nasty)
    sender = next(line for line in letter.content()[0].splitlines() if line.startswith("From:"))
    assert f"<{EMAIL}>" in sender
    assert f"To: {EMAIL}" in review.content()[0]


def test_row_88_a_name_with_another_address_shows_the_true_one_too() -> None:
    letter, *_ = cards('"ceo@corp.example"')
    assert f'From: "ceo@corp.example" <{EMAIL}>' in letter.content()[0]


@pytest.mark.parametrize("name", ["{}", '"ceo@corp.example {}"', "ceo@corp.example, {}"])
def test_row_88_a_long_name_does_not_push_the_address_out(name: str) -> None:
    letter = letter_card(letter_scene("x", name.format("x" * 500)), EN)
    sender = letter.content()[0].splitlines()[1]
    assert sender.endswith(f" <{EMAIL}>")
    assert len(sender) < 400


def keyboard(card: Shown) -> list[list[InlineKeyboardButton]]:
    markup = card.markup()
    return [list(row) for row in markup.inline_keyboard] if markup else []


def unseen(character: str) -> bool:
    """Turns or hides what stands beside it; the word joiner is ours, against commands."""
    return character not in "\n\u2060\u200d" and unicodedata.category(character) in ("Cc", "Cf")
