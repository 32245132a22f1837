"""The quick answer: the reply gesture, or `/reply 15 text`; all is prefilled up to the review."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import (
    JANE,
    RECIPIENTS,
    REVIEW,
    SENDER,
    SUPPORT,
    TEXT,
    TEXT_ASKED,
    press,
    review,
    settled,
)
from tests.flows.conftest import Profile

ANNA = "anna@linden-print.example"
OLEG = "oleg@linden-print.example"


async def letter_card(person: Person, number: int) -> Message:
    """The card of a letter, as an answer that was cancelled leaves it in the chat."""
    person.say(f"/reply {number}")
    card = await person.chat.wait_for(f"✉️ Letter {number}")
    await press(person, await person.chat.wait_for(SENDER), "Cancel", "Set aside")
    return card


def line(card: Message, title: str) -> str:
    """What the review says behind this title."""
    found = [one for one in card.text.splitlines() if one.startswith(f"{title}: ")]
    return found[0].removeprefix(f"{title}: ") if found else ""


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_number_and_text_lead_straight_to_the_review(
    connected: Person, sandbox: Sandbox, profile: Profile
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    assert (line(card, "From"), line(card, "To")) == (SUPPORT, f"{JANE} ↗")
    assert line(card, "Subject") == "Re: Delivery date for order 118"
    assert TEXT in card.text
    await anna.press(card, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (letter.sender, letter.to, letter.body) == (SUPPORT, [JANE], TEXT)
    await chat.wait_for("Sent to jane")
    assert [message.text.split()[0] for message in chat.messages] == [
        "Connected",
        "/reply",
        "✉️",
        "Sent",
    ]


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_the_reply_gesture_to_a_letter_answers_it(
    connected: Person, sandbox: Sandbox, profile: Profile
) -> None:
    anna, chat = connected, connected.chat
    letter = await letter_card(anna, 16)
    calls = len(sandbox.portal.calls)
    said = anna.say("Оплатим завтра.", reply_to=letter)
    card = await chat.wait_for(REVIEW, after=said.id)
    assert len(sandbox.portal.calls) == calls, "the letter was read already"
    assert line(card, "To") == "orlov@polygraf.example ↗"
    await anna.press(card, "Send").answered()
    sent = await sandbox.portal.wait_for_sent()
    assert (sent.answers, sent.subject) == (16, "Re: Счёт за бумагу")
    assert sent.body == "Оплатим завтра."


async def test_a_letter_can_be_answered_twice_by_its_card(
    connected: Person, sandbox: Sandbox
) -> None:
    letter = await letter_card(connected, 16)
    for number, text in enumerate(("One", "Two"), start=1):
        said = connected.say(text, reply_to=letter)
        card = await connected.chat.wait_for(REVIEW, after=said.id)
        await connected.press(card, "Send").answered()
        assert (await sandbox.portal.wait_for_sent(number)).body == text


async def test_a_long_paste_as_reply_is_one_text(connected: Person, sandbox: Sandbox) -> None:
    letter = await letter_card(connected, 16)
    said = connected.say("piece 0", reply_to=letter)
    for number in range(1, 4):
        connected.say(f"piece {number}")
    card = await connected.chat.wait_for(REVIEW, after=said.id)
    await connected.press(card, "Send").answered()
    sent = await sandbox.portal.wait_for_sent()
    assert sent.body == "<br><br>".join(f"piece {n}" for n in range(4))


async def test_the_sender_is_asked_when_the_mailbox_is_none_of_the_senders(
    connected: Person, sandbox: Sandbox
) -> None:
    """A mailbox that somebody shared after connecting."""
    anna, chat = connected, connected.chat
    sandbox.portal.mailbox(OLEG).members.add(1)
    anna.say(f"/reply 19 {TEXT}")
    card = await chat.wait_for(SENDER)
    assert card.buttons[:2] == [SUPPORT, ANNA]
    await press(anna, card, ANNA, REVIEW)
    assert TEXT in card.text, "the text is kept"
    await anna.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).sender == ANNA


async def test_recipients_are_asked_when_nobody_can_be_answered(
    connected: Person, sandbox: Sandbox
) -> None:
    sandbox.portal.receive(SUPPORT, "Mailer", "Report", "Hi", letter_id=30)
    connected.say(f"/reply 30 {TEXT}")
    card = await connected.chat.wait_for(RECIPIENTS)
    assert card.buttons == ["Back", "Cancel"]
    connected.say(JANE)
    assert TEXT in (await connected.chat.wait_for(REVIEW)).text


async def test_ones_own_letter_is_answered_to_whom_it_went(
    connected: Person, sandbox: Sandbox
) -> None:
    sandbox.portal.receive(
        SUPPORT, f"Anna <{ANNA}>", "Order 118", "Hi", to=f"{JANE}, {SUPPORT}", letter_id=30
    )
    connected.say(f"/reply 30 {TEXT}")
    card = await connected.chat.wait_for(REVIEW)
    assert line(card, "To") == f"{JANE} ↗"


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Re: Order", "Re: Order"),
        ("RE[2]: Order", "RE[2]: Order"),
        ("", "Re: (no subject)"),
        ("x" * 300, "Re: " + "x" * 246),
        ("Order\r\nBcc: eve@x.example", "Re: Order Bcc: eve@x.example"),
    ],
    ids=["Re", "RE[2]", "empty", "long", "line end"],
)
async def test_the_subject(connected: Person, sandbox: Sandbox, subject: str, answer: str) -> None:
    sandbox.portal.receive(SUPPORT, JANE, subject, "Hi", letter_id=30)
    connected.say(f"/reply 30 {TEXT}")
    card = await connected.chat.wait_for(REVIEW)
    await connected.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).subject == answer


async def test_a_strangers_subject_commands_nothing(connected: Person, sandbox: Sandbox) -> None:
    sandbox.portal.receive(SUPPORT, JANE, "/disconnect @evil_bot", "/cancel", letter_id=30)
    connected.say(f"/reply 30 {TEXT}")
    card = await connected.chat.wait_for(REVIEW)
    await connected.press(card, "Send").answered()
    await connected.chat.wait_for("Sent to")
    for message in connected.chat.from_bot:
        assert "/disconnect @" not in message.text
        assert "\n/cancel" not in message.text
    assert sandbox.portal.sent[0].subject == "Re: /disconnect @evil_bot", "it goes out as it was"


async def test_a_reply_to_any_other_message_is_ordinary_text(
    connected: Person, sandbox: Sandbox
) -> None:
    first = await review(connected, "Hello Jane,")
    connected.say("on Thursday.", reply_to=connected.chat.from_bot[0])
    card = await connected.chat.wait_for(REVIEW, after=first.id)
    assert "Hello Jane,\n\non Thursday." in card.text


async def test_back_from_a_quick_review_opens_the_text(connected: Person) -> None:
    card = await review(connected)
    await press(connected, card, "Back", TEXT_ASKED)
    assert TEXT in card.text
    await press(connected, card, "Keep as it is", REVIEW)


async def test_a_gesture_to_somebody_elses_card_finds_nothing(
    connected: Person, sandbox: Sandbox
) -> None:
    """Message numbers are per chat: Oleg's message 4 is not Anna's."""
    letter = await letter_card(connected, 16)
    oleg = sandbox.telegram.person(1002, "Oleg", "en")
    oleg.say("/start")
    approval = await connected.chat.wait_for(lambda message: "Let in" in message.buttons)
    await connected.press(approval, "Let in").answered()
    await oleg.chat.wait_until(lambda chat: len(chat.from_bot) == 2)
    while len(oleg.chat.messages) < letter.id:
        oleg.say("/help")
    await settled(oleg)
    target = oleg.chat.message(letter.id)
    assert target is not None
    oleg.say(TEXT, reply_to=target)
    await oleg.chat.wait_for("Nothing waits for text here.")
