"""The review: everything that goes out, what to look at twice, and every field changed."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import (
    JANE,
    RECIPIENTS,
    REVIEW,
    SENDER,
    SUBJECT_ASKED,
    SUPPORT,
    TEXT,
    TEXT_ASKED,
    press,
    review,
    shows,
)

ANNA = "anna@linden-print.example"
CC = "Who gets a copy (Cc)?"
BCC = "Who gets a hidden copy (Bcc)?"
MENU = ["Sender", "Recipients", "Subject", "Text", "Cc/Bcc", "Back", "Cancel"]


async def offers(person: Person, card: Message, label: str) -> None:
    """Waits until the card has this button."""
    await person.chat.wait_until(lambda chat: label in card.buttons)


async def edit_menu(person: Person, card: Message) -> None:
    """Opens the menu of fields in the review's card."""
    await person.press(card, "Edit").answered()
    await offers(person, card, "Cc/Bcc")


async def open_field(person: Person, card: Message, *labels: str, asked: str) -> None:
    """Edit, then these buttons one after the other, up to this question."""
    await edit_menu(person, card)
    for label in labels:
        await offers(person, card, label)
        await person.press(card, label).answered()
    await person.chat.wait_until(lambda chat: asked in card.text)


async def typed(person: Person, text: str) -> Message:
    """Types the new value; the review that follows."""
    said = person.say(text)
    return await person.chat.wait_for(REVIEW, after=said.id)


async def test_the_review_shows_everything_that_goes_out(connected: Person) -> None:
    card = await review(connected)
    assert card.text.splitlines() == [
        REVIEW,
        f"From: {SUPPORT}",
        f"To: {JANE} ↗",
        "Subject: Re: Delivery date for order 118",
        "↗ outside linden-print.example",
        "",
        TEXT,
        "",
        "Bitrix24 adds the quote.",
    ]
    assert card.buttons == ["Send", "Edit", "Back", "Cancel"]


async def test_nobody_outside_is_marked_if_all_are_inside(connected: Person) -> None:
    card = await review(connected)
    await open_field(connected, card, "Recipients", asked=RECIPIENTS)
    card = await typed(connected, "oleg@linden-print.example")
    assert "↗" not in card.text


async def test_every_field_is_changed_and_goes_out(connected: Person, sandbox: Sandbox) -> None:
    anna = connected
    card = await review(anna)
    await open_field(anna, card, "Sender", asked=SENDER)
    assert f"Now:\n{SUPPORT}" in card.text
    await press(anna, card, ANNA, REVIEW)
    await open_field(anna, card, "Recipients", asked=RECIPIENTS)
    assert f"Now:\n{JANE}" in card.text
    card = await typed(anna, "bob@client.example; Sam Lee <sam@client.example>")
    await open_field(anna, card, "Subject", asked=SUBJECT_ASKED)
    card = await typed(anna, "About order 118")
    await open_field(anna, card, "Text", asked=TEXT_ASKED)
    assert f"Now:\n{TEXT}" in card.text
    card = await typed(anna, "It left today.")
    await open_field(anna, card, "Cc/Bcc", "Cc", asked=CC)
    assert "Now: nobody" in card.text
    card = await typed(anna, "carol@client.example")
    await open_field(anna, card, "Cc/Bcc", "Bcc", asked=BCC)
    card = await typed(anna, "oleg@linden-print.example")
    assert card.text.splitlines()[1:6] == [
        f"From: {ANNA}",
        "To: bob@client.example ↗, sam@client.example ↗",
        "Cc: carol@client.example ↗",
        "Bcc: oleg@linden-print.example",
        "Subject: About order 118",
    ]
    await anna.press(card, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (letter.sender, letter.subject) == (ANNA, "About order 118")
    assert letter.to == ["bob@client.example", "sam@client.example"]
    assert (letter.cc, letter.bcc) == (["carol@client.example"], ["oleg@linden-print.example"])
    assert letter.body == "It left today.", "it takes the place of the text"


@pytest.mark.parametrize(
    ("label", "asked", "how"),
    [
        ("Cc", CC, "pressed"),
        ("Bcc", BCC, "pressed"),
        ("Cc", CC, "None"),
        ("Bcc", BCC, "NONE"),
        ("Cc", CC, "Никому"),
        ("Bcc", BCC, "nobody."),
        ("Cc", CC, "—"),
    ],
)
async def test_none_empties_a_copy(
    connected: Person, sandbox: Sandbox, label: str, asked: str, how: str
) -> None:
    anna = connected
    card = await review(anna)
    await open_field(anna, card, "Cc/Bcc", label, asked=asked)
    card = await typed(anna, "carol@client.example")
    assert f"\n{label}: carol@client.example" in card.text
    await open_field(anna, card, "Cc/Bcc", label, asked=asked)
    if how == "pressed":
        await press(anna, card, "None", REVIEW)
    else:
        card = await typed(anna, how)
    assert "carol" not in card.text
    await anna.press(card, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (letter.cc, letter.bcc) == ([], [])


async def test_back_from_every_menu(connected: Person) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    text, count = card.text, len(chat.messages)
    await open_field(anna, card, "Cc/Bcc", "Cc", asked=CC)
    await anna.press(card, "Back").answered()
    await chat.wait_until(lambda chat: card.buttons == ["Cc", "Bcc", "Back", "Cancel"])
    await anna.press(card, "Back").answered()
    await chat.wait_until(lambda chat: card.buttons == MENU)
    await anna.press(card, "Back").answered()
    await chat.wait_until(lambda chat: "Send" in card.buttons)
    for label, asked in (
        ("Sender", SENDER),
        ("Recipients", RECIPIENTS),
        ("Subject", SUBJECT_ASKED),
        ("Text", TEXT_ASKED),
    ):
        await open_field(anna, card, label, asked=asked)
        await anna.press(card, "Back").answered()
        await chat.wait_until(lambda chat: "Send" in card.buttons)
    assert card.text == text
    assert len(chat.messages) == count, "presses edit the card"


@pytest.mark.parametrize(
    ("labels", "asked", "value", "said"),
    [
        (("Sender",), SENDER, "eve@x.example", "You cannot write from"),
        (("Subject",), SUBJECT_ASKED, "a\nb", "A subject is a single line"),
        (("Cc/Bcc", "Bcc"), BCC, ",", "press “None”"),
    ],
)
async def test_a_bad_value_while_editing_keeps_the_old_one(
    connected: Person, labels: tuple[str, ...], asked: str, value: str, said: str
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    text = card.text
    await open_field(anna, card, *labels, asked=asked)
    anna.say(value)
    await chat.wait_for(said, after=card.id)
    assert asked in card.text
    await anna.press(card, "Back").answered()
    if len(labels) == 2:
        await chat.wait_until(lambda chat: "Bcc" in card.buttons)
        await anna.press(card, "Back").answered()
        await chat.wait_until(lambda chat: card.buttons == MENU)
        await anna.press(card, "Back").answered()
    await chat.wait_until(lambda chat: "Send" in card.buttons)
    assert card.text == text


async def test_at_most_100_addresses_in_all(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await open_field(anna, card, "Recipients", asked=RECIPIENTS)
    card = await typed(anna, ", ".join(f"person{n}@client.example" for n in range(99)))
    assert "and " in card.text
    assert " more" in card.text
    assert "⚠️ It goes to 99 addresses." in card.text
    await open_field(anna, card, "Cc/Bcc", "Cc", asked=CC)
    anna.say("a@x.example b@x.example")
    refusal = await chat.wait_for("at most 100 are possible", after=card.id)
    assert "have 101 addresses" in refusal.text
    card = await typed(anna, "a@x.example")
    await anna.press(card, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (len(letter.to), letter.cc) == (99, ["a@x.example"])


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        ("The invoice is attached.", "The text mentions an attachment"),
        ("Счёт во вложении.", "The text mentions an attachment"),
        (
            "See https://crm.example/rest/7/abcdefgh12/ there.",
            "The text shows a webhook's address: whoever",
        ),
    ],
)
async def test_a_text_that_needs_a_second_look_is_warned_about(
    connected: Person, text: str, warning: str
) -> None:
    card = await review(connected, text)
    assert f"⚠️ {warning}" in card.text


async def test_nobody_may_read_a_no_reply_address(connected: Person) -> None:
    connected.say(f"/reply 18 {TEXT}")
    card = await connected.chat.wait_for(REVIEW)
    assert "⚠️ Perhaps nobody reads no-reply@parcels.example." in card.text
    assert "Subject: Re: (no subject)" in card.text


async def test_more_than_five_recipients_are_warned_about(connected: Person) -> None:
    card = await review(connected)
    await open_field(connected, card, "Recipients", asked=RECIPIENTS)
    six = [f"person{n}@client.example" for n in range(6)]
    card = await typed(connected, " ".join(six))
    assert "⚠️ It goes to 6 addresses." in card.text
    await open_field(connected, card, "Recipients", asked=RECIPIENTS)
    card = await typed(connected, " ".join(six[:5]))
    assert "⚠️" not in card.text


async def test_show_all_of_a_hundred_thousand_characters(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna, "word 00000")
    words = ["word 00000"]
    for burst in range(24):
        pasted = " ".join(f"word {burst * 370 + n:05}" for n in range(1, 371))
        words.append(pasted)
        anna.say(pasted)
    card = await chat.wait_for(lambda message: "Show all" in message.buttons, after=card.id)
    assert card.text.startswith(REVIEW)
    assert "…" in card.text
    await anna.press(card, "Show all").answered()
    read = ""
    for page in range(1, 100):
        await chat.wait_until(shows(card, f", part {page} of"))
        head, _, text = card.text.partition("\n\n")
        read += text if read.endswith(" ") or not read else f" {text}"
        if "▶" not in card.buttons:
            assert head == f"Text, part {page} of {page}"
            break
        await anna.press(card, "▶").answered()
    squeezed = "".join(read.split())
    assert squeezed == "".join("".join(words).split())
    await anna.press(card, "◀").answered()
    await chat.wait_until(lambda chat: f", part {page - 1} of" in card.text)
    await anna.press(card, "Back").answered()
    await chat.wait_until(lambda chat: "Send" in card.buttons)
    await anna.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "<br><br>".join(words)


async def test_text_typed_while_a_page_of_the_whole_is_open_joins(connected: Person) -> None:
    anna, chat = connected, connected.chat
    first = await review(anna, "Hello Jane,")
    anna.say("x" * 3000)
    card = await chat.wait_for(lambda message: "Show all" in message.buttons, after=first.id)
    await press(anna, card, "Show all", "part 1 of 1")
    said = anna.say("Bye")
    card = await chat.wait_for(lambda message: "Show all" in message.buttons, after=said.id)
    await press(anna, card, "Show all", "Bye")


async def test_another_letter_that_is_not_found_leaves_the_old_one(
    connected: Person, sandbox: Sandbox
) -> None:
    """The portal refuses the letter; its button opens the letter, and a wrong number is typed."""
    anna, chat = connected, connected.chat
    sandbox.portal.refuse_next_send("The daily limit is reached")
    await anna.press(await review(anna), "Send").answered()
    refusal = await chat.wait_for("Not sent:")
    await anna.press(refusal, "Letter").answered()
    await chat.wait_until(shows(refusal, "Which letter"))
    said = anna.say("999")
    card = await chat.wait_for("was not found", after=said.id)
    await press(anna, card, "Back", REVIEW)
    await anna.press(card, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (letter.answers, letter.to, letter.body) == (15, [JANE], TEXT)


async def test_another_letter_keeps_everything_else(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    sandbox.portal.refuse_next_send("The message cannot be answered")
    await anna.press(await review(anna), "Send").answered()
    refusal = await chat.wait_for("Not sent:")
    await anna.press(refusal, "Letter").answered()
    await chat.wait_until(shows(refusal, "Which letter"))
    anna.say("16")
    await chat.wait_for("✉️ Letter 16")
    card = await chat.wait_for(REVIEW, after=refusal.id)
    await anna.press(card, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (letter.answers, letter.to, letter.body) == (16, [JANE], TEXT)
