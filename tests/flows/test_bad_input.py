"""What nobody should type, and people do: a clear sentence, the question stays, nothing is lost."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import (
    JANE,
    RECIPIENTS,
    REVIEW,
    SUBJECT_ASKED,
    TEXT,
    TEXT_ASKED,
    WHICH,
    at_step,
    press,
    review,
    settled,
)

NUMBERS = {
    "abc": "“abc” is no letter",
    "-1": "“-1” is no letter",
    "1.5": "“1.5” is no letter",
    "0": "No letter has the number",
    "99999999999999999999": "Letter numbers cannot be that large",
    "9" * 3000: "Letter numbers cannot be that large",
}


@pytest.mark.parametrize("text", ["", TEXT], ids=["guided", "with text"])
async def test_no_letters_number_behind_the_command(
    connected: Person, sandbox: Sandbox, text: str
) -> None:
    anna, chat = connected, connected.chat
    for number, said in NUMBERS.items():
        typed = anna.say(f"/reply {number} {text}".strip())
        refusal = await chat.wait_for(said, after=typed.id)
        assert "15" in refusal.text, "an example"
        assert len(refusal.text) < 400
        card = await chat.wait_for(WHICH, after=typed.id)
        assert text in card.text
    anna.say("15")
    await chat.wait_for(REVIEW if text else "Which address should it go from?")


MANY = ", ".join(f"guest{number}@client.example" for number in range(200))
PEOPLE = {
    "none": (", ;", "There is no address"),
    "a comma for a dot": ("jane@client,example", "“jane@client” is no e-mail address"),
    "two signs": ("jane@@client.example", "is no e-mail address"),
    "a blank within": ("jane @client.example", "is no e-mail address"),
    "200": (MANY, "have 200 addresses; at most 100"),
    "a line end in a name": ('"Jane\nBcc: eve@evil.example" <jane@client.example>', "line"),
    "a NUL": ("jane\x00@client.example", "has an invisible character"),
    "a separator of lines": ("jane\u2028@client.example", "has an invisible character"),
}


@pytest.mark.parametrize(("typed", "said"), PEOPLE.values(), ids=PEOPLE)
async def test_row_89_recipients_that_are_none(
    connected: Person, sandbox: Sandbox, typed: str, said: str
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await anna.press(card, "Edit").answered()
    await chat.wait_until(lambda _: "Recipients" in card.buttons)
    await press(anna, card, "Recipients", RECIPIENTS)
    bad = anna.say(typed)
    refusal = await chat.wait_for(said, after=bad.id)
    assert "jane@example.com" in refusal.text or "100" in refusal.text
    assert RECIPIENTS in card.text
    good = anna.say(JANE)
    card = await chat.wait_for(REVIEW, after=good.id)
    await press(anna, card, "Send", f"Sent to {JANE}")
    (letter,) = sandbox.portal.sent
    assert (letter.to, letter.cc, letter.bcc, letter.body) == ([JANE], [], [], TEXT)


async def test_an_international_address_goes_out_as_the_portal_takes_it(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await anna.press(card, "Edit").answered()
    await chat.wait_until(lambda _: "Recipients" in card.buttons)
    await press(anna, card, "Recipients", RECIPIENTS)
    typed = anna.say("Zoë <zoe@bücher.example>")
    card = await chat.wait_for(REVIEW, after=typed.id)
    both = "zoe@bücher.example (zoe@xn--bcher-kva.example)"
    assert f"To: {both} ↗" in card.text
    await press(anna, card, "Send", f"Sent to {both}")
    assert sandbox.portal.sent[0].to == ["zoe@xn--bcher-kva.example"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "\u2028", "\u0085", "\x00"])
async def test_row_89_a_line_end_in_a_subject(
    connected: Person, sandbox: Sandbox, line_end: str
) -> None:
    anna, chat = connected, connected.chat
    card = await at_step(anna, SUBJECT_ASKED)
    bad = anna.say(f"Order{line_end}Bcc: eve@evil.example")
    refusal = await chat.wait_for("Re: Your order", after=bad.id)
    assert "single line" in refusal.text or "invisible character" in refusal.text
    assert SUBJECT_ASKED in card.text
    good = anna.say("Order 118")
    await chat.wait_for(TEXT_ASKED, after=good.id)
    anna.say(TEXT)
    card = await chat.wait_for(REVIEW, after=good.id)
    await press(anna, card, "Send", "Sent to")
    assert sandbox.portal.sent[0].subject == "Order 118"


@pytest.mark.parametrize("blank", ["\u2060", "\u200b\n\u200b", "\u00a0\u2800\u3000"])
async def test_a_text_of_nothing(connected: Person, blank: str) -> None:
    """Telegram drops plain blanks itself; what looks like them arrives."""
    anna, chat = connected, connected.chat
    card = await at_step(anna, TEXT_ASKED)
    bad = anna.say(blank)
    refusal = await chat.wait_for("There is nothing to read in that", after=bad.id)
    assert TEXT_ASKED in card.text
    assert chat.last is refusal


async def test_rows_02_and_03_a_message_that_cannot_be_handled_is_told_of_once(
    connected: Person, sandbox: Sandbox
) -> None:
    """To whom the bot knows; a stranger is told nothing."""
    anna, stranger = connected, sandbox.telegram.person(1999, "Eve", "en", "eve")
    before = len(anna.chat.from_bot)
    for sender in (stranger, anna):
        sandbox.telegram.updates.push_raw({"message": {"from": sender.wire, "text": 5}})
    told = await anna.chat.wait_for("I could not handle one of your messages.")
    await settled(anna)
    assert anna.chat.from_bot[before:] == [told]
    assert stranger.chat.from_bot == []
