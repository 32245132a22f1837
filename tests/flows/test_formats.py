"""Bold, links, code, quotes: what is typed, what the review shows, and what goes out are one."""

from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.telegram.contents import forwarded
from sandbox.telegram.entities import units
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import REVIEW, TEXT_ASKED, at_step, review

Entity = dict[str, Any]


def entity(kind: str, offset: int, length: int, **more: str) -> Entity:
    return {"type": kind, "offset": offset, "length": length, **more}


def of_text(card: Message, text: str) -> list[Entity]:
    """The entities of that part of the card, as if it stood alone."""
    before = units(card.text[: card.text.index(text)])
    inside = range(before, before + units(text))
    return [e | {"offset": e["offset"] - before} for e in card.entities if e["offset"] in inside]


FORMATS: dict[str, tuple[str, list[Entity], str]] = {
    "nested, behind an emoji": (
        "😀 It is urgent",
        [entity("bold", 3, 12), entity("italic", 9, 6)],
        "😀 <b>It is <i>urgent</i></b>",
    ),
    "from right to left, at a mark and at a joined emoji": (
        "שלום e\u0301 👩🏽‍🚀 مرحبا",
        [entity("bold", 0, 7), entity("underline", 8, 7), entity("italic", 16, 5)],
        "<b>שלום e\u0301</b> <u>👩🏽‍🚀</u> <i>مرحبا</i>",
    ),
    "link, code, strike, underline": (
        "See AB-118, not now but then",
        [
            entity("text_link", 0, 3, url="https://x.example/?a=1&b=2"),
            entity("code", 4, 6),
            entity("strikethrough", 16, 3),
            entity("underline", 24, 4),
        ],
        (
            '<a href="https://x.example/?a=1&amp;b=2">See</a> <code>AB-118</code>, '
            "not <s>now</s> but <u>then</u>"
        ),
    ),
    "blocks": (
        "It is Friday\na = 1\nb = 2",
        [entity("blockquote", 0, 12), entity("pre", 13, 11)],
        "<blockquote>It is Friday</blockquote><br><pre>a = 1<br>b = 2</pre>",
    ),
}


@pytest.mark.parametrize(("text", "entities", "body"), FORMATS.values(), ids=FORMATS)
async def test_formats_go_out_and_read_the_same_in_the_review(
    connected: Person, sandbox: Sandbox, text: str, entities: list[Entity], body: str
) -> None:
    await at_step(connected, TEXT_ASKED)
    connected.say(text, entities=entities)
    card = await connected.chat.wait_for(REVIEW)
    assert text in card.text
    assert of_text(card, text) == entities
    await connected.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == body


async def test_what_looks_like_html_is_text(connected: Person, sandbox: Sandbox) -> None:
    text = '<b>5 < 6</b> & "x" <script>alert(1)</script>'
    card = await review(connected, text)
    assert text in card.text
    await connected.press(card, "Send").answered()
    body = (await sandbox.portal.wait_for_sent()).body
    assert "<" not in body.replace("<br>", "")
    assert "&lt;script&gt;" in body


async def test_the_formats_behind_the_command_are_where_they_were(
    connected: Person, sandbox: Sandbox
) -> None:
    connected.say("/reply 15 It is urgent", entities=[entity("bold", 16, 6)])
    card = await connected.chat.wait_for(REVIEW)
    assert of_text(card, "It is urgent") == [entity("bold", 6, 6)]
    await connected.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "It is <b>urgent</b>"


async def test_a_bold_command_makes_the_text_behind_it_bold(
    connected: Person, sandbox: Sandbox
) -> None:
    connected.say("/reply 15 urgent", entities=[entity("bold", 0, 16)])
    card = await connected.chat.wait_for(REVIEW)
    await connected.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "<b>urgent</b>"


async def test_links_to_elsewhere_go_out_as_text(connected: Person, sandbox: Sandbox) -> None:
    await at_step(connected, TEXT_ASKED)
    connected.say("press me", entities=[entity("text_link", 0, 8, url="tg://resolve?domain=x")])
    card = await connected.chat.wait_for(REVIEW)
    await connected.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "press me"


async def test_forwarded_text_is_like_typed_text(connected: Person, sandbox: Sandbox) -> None:
    await at_step(connected, TEXT_ASKED)
    connected.send(forwarded("The parcel left on Monday."))
    card = await connected.chat.wait_for(REVIEW)
    await connected.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "The parcel left on Monday."


async def test_the_letter_on_the_card_carries_no_formats_of_its_own(
    connected: Person, sandbox: Sandbox
) -> None:
    sandbox.portal.receive(
        "support@linden-print.example",
        "Eve <eve@x.example>",
        "*x* <b>y",
        "/start @bot",
        letter_id=30,
    )
    connected.say("/reply 30")
    card = await connected.chat.wait_for("✉️ Letter 30")
    assert "*x* <b>y" in card.text
    assert {e["type"] for e in card.entities} == {"bold", "expandable_blockquote"}
