"""The guided answer: letter, sender, recipients, subject, text, review; pressed, typed, refused."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import (
    JANE,
    PROMPTS,
    RECIPIENTS,
    REVIEW,
    SENDER,
    SUBJECT,
    SUBJECT_ASKED,
    SUPPORT,
    TEXT,
    TEXT_ASKED,
    WHICH,
    at_step,
    press,
    shown,
)
from tests.flows.conftest import Profile

ANNA = "anna@linden-print.example"


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_every_step_pressed(connected: Person, sandbox: Sandbox, profile: Profile) -> None:
    anna, chat = connected, connected.chat
    anna.say("/reply")
    card = await chat.wait_for(WHICH)
    chosen = next(label for label in card.buttons if label.startswith("15 · "))
    await anna.press(card, chosen).answered()
    card = await chat.wait_for(SENDER)
    assert card.buttons == [SUPPORT, ANNA, "Back", "Cancel"]
    await anna.press(card, SUPPORT).answered()
    card = await chat.wait_for(RECIPIENTS)
    assert card.buttons == ["Jane Client", "All (3)", "Back", "Cancel"]
    await anna.press(card, "Jane Client").answered()
    card = await chat.wait_for(SUBJECT_ASKED)
    assert card.buttons == [SUBJECT, "Back", "Cancel"]
    await anna.press(card, SUBJECT).answered()
    card = await chat.wait_for(TEXT_ASKED)
    assert card.buttons == ["Back", "Cancel"]
    anna.say(TEXT)
    review = await chat.wait_for(REVIEW)
    assert review.buttons == ["Send", "Edit", "Back", "Cancel"]
    await chat.wait_until(lambda chat: card.buttons == [])
    await anna.press(review, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (letter.sender, letter.to, letter.subject) == (SUPPORT, [JANE], SUBJECT)
    assert (letter.cc, letter.bcc, letter.body, letter.answers) == ([], [], TEXT, 15)
    await chat.wait_for("Sent to jane")
    heads = [first.partition(" ")[0] for first in shown(anna)]
    assert heads == ["Connected", "✉️", "Letter", "Sent"], "letter, folded prompt, and the outcome"


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_every_step_typed(connected: Person, sandbox: Sandbox, profile: Profile) -> None:
    anna, chat = connected, connected.chat
    anna.say("/reply")
    await chat.wait_for(WHICH)
    anna.say("15")
    await chat.wait_for(SENDER)
    anna.say(ANNA.upper())
    await chat.wait_for(RECIPIENTS)
    anna.say(f"Jane Client <{JANE}>, bob@client.example\nsam@client.example {JANE}")
    await chat.wait_for(SUBJECT_ASKED)
    anna.say("About order 118")
    await chat.wait_for(TEXT_ASKED)
    anna.say(TEXT)
    review = await chat.wait_for(REVIEW)
    await chat.wait_until(lambda chat: [m for m in chat.from_bot if m.buttons] == [review])
    await anna.press(review, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert letter.sender == ANNA
    assert letter.to == [JANE, "bob@client.example", "sam@client.example"]
    assert letter.subject == "About order 118"
    await chat.wait_for("Sent to jane")
    assert len(sandbox.portal.sent) == 1


async def test_the_unread_letters_are_buttons(connected: Person, sandbox: Sandbox) -> None:
    for number in range(20, 24):
        sandbox.portal.receive(SUPPORT, f"P{number} <p{number}@x.example>", f"S{number}", "Hi")
    connected.say("/reply")
    card = await connected.chat.wait_for(WHICH)
    *letters, back, cancel = card.buttons
    assert (back, cancel) == ("Back", "Cancel")
    assert len(letters) == 5
    assert letters[0] == "23 · P23 · S23"
    assert not any(label.startswith(("18 ", "19 ")) for label in letters), "they were read"


async def test_without_unread_letters_the_number_is_asked_for(
    connected: Person, sandbox: Sandbox
) -> None:
    for letter in sandbox.portal.letters:
        letter.is_seen = True
    connected.say("/reply")
    card = await connected.chat.wait_for(WHICH)
    assert card.buttons == ["Back", "Cancel"]


@pytest.mark.parametrize("link", ["{url}/mail/message/17", "{url}/mail/message/17/?IFRAME=Y"])
async def test_the_link_of_a_letter(connected: Person, sandbox: Sandbox, link: str) -> None:
    connected.say("/reply")
    await connected.chat.wait_for(WHICH)
    connected.say(link.format(url=sandbox.portal_url))
    await connected.chat.wait_for("Letter 17")
    card = await connected.chat.wait_for(SENDER)
    assert card.buttons[0] == ANNA, "the letter's own mailbox comes first"


async def test_a_link_behind_the_command(connected: Person, sandbox: Sandbox) -> None:
    connected.say(f"/reply {sandbox.portal_url}/mail/message/17/")
    await connected.chat.wait_for(SENDER)


async def test_the_letter_is_shown_before_it_is_answered(connected: Person) -> None:
    connected.say("/reply 16")
    await connected.chat.wait_for(SENDER)
    letter = await connected.chat.wait_for("✉️ Letter 16")
    assert "Счёт за бумагу" in letter.text
    assert "From: Павел Орлов <orlov@polygraf.example>" in letter.text
    assert "Has attachments" in letter.text
    assert "To:" not in letter.text, "it went to the mailbox alone"
    assert letter.buttons == []
    quote = [e for e in letter.entities if e["type"] == "expandable_blockquote"]
    assert len(quote) == 1


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_an_unknown_letter_is_said_at_once(connected: Person, profile: Profile) -> None:
    anna, chat = connected, connected.chat
    anna.say("/reply 999")
    card = await chat.wait_for("was not found")
    assert WHICH in card.text
    anna.say("15")
    await chat.wait_for(SENDER)


async def test_an_unknown_letter_that_was_typed_is_said_below_it(connected: Person) -> None:
    anna, chat = connected, connected.chat
    anna.say("/reply")
    asked = await chat.wait_for(WHICH)
    letters = asked.buttons
    said = anna.say("999")
    card = await chat.wait_for("was not found", after=said.id)
    assert card.text.startswith("Letter 999\n")
    assert card.buttons == letters, "the unread ones can still be chosen"
    await chat.wait_until(lambda chat: asked.buttons == [])


BAD = {
    "not a letter": (WHICH, "tomorrow", "“tomorrow” is no letter", "15"),
    "number too great": (WHICH, "9" * 20, "Letter numbers cannot be that large", "15"),
    "zero": (WHICH, "0", "No letter has the number", "15"),
    "another portal": (
        WHICH,
        "https://other.bitrix24.com/mail/message/15/",
        "another portal",
        "15",
    ),
    "not my address": (SENDER, "eve@linden-print.example", "You cannot write from", "buttons"),
    "no address": (RECIPIENTS, "Jane", "“Jane” is no e-mail address", "jane@example.com"),
    "half an address": (RECIPIENTS, f"{JANE}, bob@", "“bob@” is no e-mail", "jane@example.com"),
    "no Latin": (RECIPIENTS, "жанна@client.example", "only Latin letters", "jane@example.com"),
    "two lines": (SUBJECT_ASKED, "Order\n118", "A subject is a single line", "Re: Your order"),
    "251 characters": (SUBJECT_ASKED, "x" * 251, "has 251 characters; at most 250", "shorten"),
}


@pytest.mark.parametrize(("prompt", "typed", "said", "example"), BAD.values(), ids=BAD)
async def test_a_bad_value_is_refused_with_an_example_and_the_step_stays(
    connected: Person, prompt: str, typed: str, said: str, example: str
) -> None:
    anna, chat = connected, connected.chat
    if prompt == WHICH:
        anna.say("/reply")
        card = await chat.wait_for(WHICH)
    else:
        card = await at_step(anna, prompt)
    before, buttons = len(chat.messages), list(card.buttons)
    anna.say(typed)
    refusal = await chat.wait_for(said, after=card.id)
    assert example in refusal.text
    assert (prompt in card.text, card.buttons) == (True, buttons)
    assert len(chat.messages) == before + 2
    good = {WHICH: "15", SENDER: ANNA, RECIPIENTS: JANE, SUBJECT_ASKED: "Order 118"}[prompt]
    following = (WHICH, *PROMPTS)
    anna.say(good)
    await chat.wait_for(following[following.index(prompt) + 1], after=refusal.id)


async def test_back_leads_through_every_step_and_keeps_what_was_chosen(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await at_step(anna, TEXT_ASKED)
    anna.say(TEXT)
    card = await chat.wait_for(REVIEW)
    for prompt in reversed(PROMPTS):
        await press(anna, card, "Back", prompt)
    await press(anna, card, "Keep as it is", REVIEW)
    await anna.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == TEXT


async def test_back_before_the_review_goes_step_by_step(connected: Person) -> None:
    anna = connected
    card = await at_step(anna, TEXT_ASKED)
    for prompt, value in (
        (SUBJECT_ASKED, SUBJECT),
        (RECIPIENTS, JANE),
        (SENDER, SUPPORT),
    ):
        await press(anna, card, "Back", prompt)
        assert value in card.text, "what was chosen is shown"
        assert "Keep as it is" in card.buttons
    await press(anna, card, "Back", WHICH)
    await press(anna, card, "Back", "Set aside")
    assert card.buttons == ["Bring back"]


async def test_keep_as_it_is_goes_on_with_what_was_chosen(connected: Person) -> None:
    anna = connected
    card = await at_step(anna, SUBJECT_ASKED)
    await press(anna, card, "Back", RECIPIENTS)
    await press(anna, card, "Keep as it is", SUBJECT_ASKED)


@pytest.mark.parametrize("prompt", [WHICH, *PROMPTS, REVIEW])
async def test_cancel_and_bring_back_at_each_step(connected: Person, prompt: str) -> None:
    anna, chat = connected, connected.chat
    if prompt == WHICH:
        anna.say("/reply")
        card = await chat.wait_for(WHICH)
    elif prompt == REVIEW:
        await at_step(anna, TEXT_ASKED)
        anna.say(TEXT)
        card = await chat.wait_for(REVIEW)
    else:
        card = await at_step(anna, prompt)
    text, buttons, count = card.text, list(card.buttons), len(chat.messages)
    await press(anna, card, "Cancel", "Set aside")
    assert card.buttons == ["Bring back"]
    await anna.press(card, "Bring back").answered()
    await chat.wait_until(lambda chat: card.text == text)
    assert card.buttons == buttons
    assert len(chat.messages) == count, "a press edits the card"


async def test_no_step_is_skipped_with_one_choice(
    sandbox: Sandbox, anna: Person, bot: object
) -> None:
    anna.say(f"/connect {sandbox.portal.address('second')}")
    await anna.chat.wait_for("Connected")
    sandbox.portal.mailbox(SUPPORT).members.clear()
    anna.say(f"/connect {sandbox.portal.address('second')}")
    await anna.chat.wait_until(lambda chat: sum("Connected" in m.text for m in chat.from_bot) == 2)
    card = await _asked(anna, "/reply 19", SENDER)
    assert card.buttons == ["oleg@linden-print.example", "Back", "Cancel"]
    await anna.press(card, "oleg@linden-print.example").answered()
    card = await anna.chat.wait_for(RECIPIENTS)
    assert card.buttons == ["lena@bakery.example", "Back", "Cancel"]


async def test_without_a_portal_there_is_a_hint(anna: Person, bot: object) -> None:
    anna.say("/reply 15")
    hint = await anna.chat.wait_for("No Bitrix24 portal is connected")
    assert "/connect" in hint.text
    assert len(anna.chat.from_bot) == 1


async def test_all_means_everybody_but_oneself(connected: Person, sandbox: Sandbox) -> None:
    card = await at_step(connected, RECIPIENTS)
    await connected.press(card, "All (3)").answered()
    card = await connected.chat.wait_for(SUBJECT_ASKED)
    await connected.press(card, SUBJECT).answered()
    await connected.chat.wait_for(TEXT_ASKED)
    connected.say(TEXT)
    review = await connected.chat.wait_for(REVIEW)
    await connected.press(review, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert letter.to == [JANE, "bob@client.example", "sam@client.example"]


async def _asked(person: Person, text: str, prompt: str) -> Message:
    said = person.say(text)
    return await person.chat.wait_for(prompt, after=said.id)
