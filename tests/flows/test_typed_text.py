"""What happens to text: which card it answers, what joins the letter, what is kept meanwhile."""

import asyncio
from collections.abc import Callable

import pytest

from sandbox import Sandbox
from sandbox.faults import Faults
from sandbox.telegram.people import Person
from tests.flows.acting import (
    JANE,
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
    hold,
    press,
    review,
    settled,
)

LOOKING = "Looking for letter 15…"


async def left(anna: Person, sandbox: Sandbox) -> str:
    """Sends what the newest review shows; the text that left."""
    card = await anna.chat.wait_for(REVIEW)
    await anna.press(card, "Send").answered()
    return (await sandbox.portal.wait_for_sent()).body


async def test_text_joins_the_letter_while_its_review_is_open(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    first = await review(anna, "Hello Jane,")
    anna.say("it leaves on Thursday.")
    second = await chat.wait_for(REVIEW, after=first.id)
    assert "Hello Jane,\n\nit leaves on Thursday." in second.text
    await chat.wait_until(lambda chat: first.buttons == [])
    assert await left(anna, sandbox) == "Hello Jane,<br><br>it leaves on Thursday."


@pytest.mark.parametrize("piece", ["{n}", "{n} " + "x" * 3900], ids=["short", "a long paste"])
async def test_a_burst_of_25_messages_is_one_text_with_one_review(
    connected: Person, sandbox: Sandbox, piece: str
) -> None:
    anna, chat = connected, connected.chat
    asked = await at_step(anna, TEXT_ASKED)
    pieces = [piece.format(n=f"piece {n}") for n in range(25)]
    for text in pieces:
        anna.say(text)
    card = await chat.wait_for(REVIEW, after=asked.id)
    assert await left(anna, sandbox) == "<br><br>".join(pieces)
    await chat.wait_for("Sent to")
    assert [m.id for m in chat.from_bot if m.id > asked.id] == [card.id], "one review"


async def test_row_14_ten_messages_forwarded_at_once_are_one_text(
    connected: Person, sandbox: Sandbox
) -> None:
    anna = connected
    await at_step(anna, TEXT_ASKED)
    origin = {"type": "hidden_user", "sender_user_name": "Jane", "date": 1}
    pieces = [f"Forwarded {number}." for number in range(10)]
    for piece in pieces:
        anna.send({"text": piece, "forward_origin": origin})
    await anna.chat.wait_for(pieces[-1])
    assert await left(anna, sandbox) == "<br><br>".join(pieces)


async def test_a_burst_behind_the_command_is_one_text(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    command = anna.say("/reply 15 piece 0")
    for number in range(1, 5):
        anna.say(f"piece {number}")
    await chat.wait_for(REVIEW)
    assert await left(anna, sandbox) == "<br><br>".join(f"piece {n}" for n in range(5))
    await chat.wait_for("Sent to")
    assert len([m for m in chat.from_bot if m.id > command.id]) == 2, "the letter and its answer"


async def test_row_16_an_edited_message_changes_its_part(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    await review(anna, "Hello Jane,")
    said = anna.say("it leaves on Thursday.")
    before = await chat.wait_for("Thursday", after=said.id)
    anna.edit(said, "it leaves on Friday.")
    await chat.wait_for("Hello Jane,\n\nit leaves on Friday.", after=before.id)
    await chat.wait_until(lambda chat: before.buttons == [])
    assert await left(anna, sandbox) == "Hello Jane,<br><br>it leaves on Friday."


async def test_the_command_with_the_text_can_be_edited_too(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    said = anna.say("/reply 15 On Thursday.")
    card = await chat.wait_for(REVIEW)
    anna.edit(said, "/reply 15 On Friday.")
    await chat.wait_for("On Friday.", after=card.id)
    assert await left(anna, sandbox) == "On Friday."


async def test_an_edited_recipient_changes_the_field(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    asked = await at_step(anna, RECIPIENTS)
    said = anna.say("jane@clint.example")
    card = await chat.wait_for(SUBJECT_ASKED, after=asked.id)
    anna.edit(said, JANE)
    card = await chat.wait_for(SUBJECT_ASKED, after=card.id)
    await press(anna, card, SUBJECT, TEXT_ASKED)
    anna.say(TEXT)
    await left(anna, sandbox)
    assert sandbox.portal.sent[0].to == [JANE]


async def test_an_address_that_was_mended_by_editing_it_was_not_taken(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    asked = await at_step(anna, RECIPIENTS)
    said = anna.say("jane@")
    refused = await chat.wait_for("“jane@” is no e-mail address.")
    anna.edit(said, "jane@client")
    refused = await chat.wait_for("“jane@client” is no e-mail address.", after=refused.id)
    anna.edit(said, "jane@clint.example")
    card = await chat.wait_for(SUBJECT_ASKED, after=asked.id)
    anna.edit(said, JANE)
    card = await chat.wait_for(SUBJECT_ASKED, after=card.id)
    await press(anna, card, SUBJECT, TEXT_ASKED)
    anna.say(TEXT)
    await left(anna, sandbox)
    assert sandbox.portal.sent[0].to == [JANE]


async def test_a_refused_value_that_is_mended_later_answers_no_other_step(
    connected: Person,
) -> None:
    anna, chat = connected, connected.chat
    card = await at_step(anna, RECIPIENTS)
    said = anna.say("jane@")
    await chat.wait_for("“jane@” is no e-mail address.")
    await press(anna, card, "Jane Client", SUBJECT_ASKED)
    anna.edit(said, JANE)
    await chat.wait_for("not part of a letter")
    assert SUBJECT_ASKED in card.text


async def test_row_16_an_edit_after_send_is_told_that_the_letter_is_finished(
    connected: Person, sandbox: Sandbox
) -> None:
    said = connected.say(f"/reply 15 {TEXT}")
    await left(connected, sandbox)
    await connected.chat.wait_for("Sent to")
    connected.edit(said, "/reply 15 On Friday.")
    await connected.chat.wait_for("This letter is finished.")


async def test_an_edit_of_anything_else_is_told(connected: Person) -> None:
    said = connected.say("Hello")
    hint = await connected.chat.wait_for("Nothing waits for text here.")
    connected.edit(said, "Hello!")
    await connected.chat.wait_for("not part of a letter", after=hint.id)


async def test_text_typed_while_looking_answers_the_steps_in_order(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, "mail.message.get")
    anna.say("/reply 15")
    for text in (SUPPORT, JANE, "About order 118", "Hello Jane,", "it leaves on Thursday."):
        anna.say(text)
    await settled(anna)
    looking = await chat.wait_for(LOOKING)
    assert looking.buttons == ["Back", "Cancel"]
    let_go.set()
    await chat.wait_for(REVIEW)
    assert "✉️ Letter 15" in looking.text, "the letter takes the place of the waiting"
    assert await left(anna, sandbox) == "Hello Jane,<br><br>it leaves on Thursday."
    letter = sandbox.portal.sent[0]
    assert (letter.sender, letter.to, letter.subject) == (SUPPORT, [JANE], "About order 118")


async def test_a_text_typed_while_looking_is_not_taken_for_the_subject(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, "mail.message.get")
    anna.say("/reply 15")
    anna.say(TEXT)
    await settled(anna)
    let_go.set()
    card = await chat.wait_for(SENDER)
    assert TEXT in card.text, "what was typed is shown"
    await press(anna, card, SUPPORT, RECIPIENTS)
    await press(anna, card, "Jane Client", SUBJECT_ASKED)
    assert "Use this text" in card.buttons
    await press(anna, card, SUBJECT, REVIEW)
    assert await left(anna, sandbox) == TEXT, "the text step takes it"
    assert sandbox.portal.sent[0].subject == SUBJECT


async def test_what_was_typed_while_looking_can_be_used_for_any_step(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, "mail.message.get")
    anna.say("/reply 15")
    for text in ("About order 118", TEXT):
        anna.say(text)
    await settled(anna)
    let_go.set()
    card = await chat.wait_for(SENDER)
    toast = await anna.press(card, "Use this text").answered()
    assert toast.startswith("You cannot write from “About order 118”")
    await press(anna, card, SUPPORT, RECIPIENTS)
    await press(anna, card, "Jane Client", SUBJECT_ASKED)
    await press(anna, card, "Use this text", REVIEW)
    assert await left(anna, sandbox) == TEXT, "the next text answers the next step"
    assert sandbox.portal.sent[0].subject == "About order 118"


FAILURES: dict[str, Callable[[Faults], object]] = {
    "a proxy's page": lambda faults: faults.html(method="mail.message.get", times=1),
    "503": lambda faults: faults.unavailable(method="mail.message.get", times=1),
    "401": lambda faults: faults.unauthorized(method="mail.message.get", times=1),
    "a dropped connection": lambda faults: faults.dropped(method="mail.message.get", times=1),
}


@pytest.mark.parametrize("fail", FAILURES.values(), ids=FAILURES)
async def test_a_failed_look_up_is_said_and_nothing_that_was_typed_is_lost(
    connected: Person, sandbox: Sandbox, fail: Callable[[Faults], object]
) -> None:
    anna, chat = connected, connected.chat
    fail(sandbox.portal.faults)
    said = anna.say(f"/reply 15 {TEXT}")
    card = await chat.wait_for(WHICH, after=said.id)
    assert not card.text.startswith(WHICH), "the reason comes first"
    assert "<html>" not in card.text
    assert f"Your text is kept:\n{TEXT}" in card.text
    await anna.press(card, "Try again").answered()
    await chat.wait_for(REVIEW)
    assert await left(anna, sandbox) == TEXT


async def test_a_letter_that_is_not_there_is_not_asked_for_again(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    sandbox.portal.delete(15)
    said = anna.say(f"/reply 15 {TEXT}")
    card = await chat.wait_for(WHICH, after=said.id)
    assert "Try again" not in card.buttons
    assert TEXT in card.text


async def test_unread_letters_are_looked_for_again(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    sandbox.portal.faults.unavailable(times=1)
    said = anna.say("/reply")
    card = await chat.wait_for(WHICH, after=said.id)
    await anna.press(card, "Try again").answered()
    await chat.wait_until(lambda _chat: any("Jane Client" in label for label in card.buttons))


async def test_text_typed_while_a_look_up_fails_is_shown_and_offered(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, "mail.message.get")
    sandbox.portal.delete(15)
    anna.say("/reply 15")
    anna.say("16")
    anna.say("Thanks")
    await settled(anna)
    let_go.set()
    card = await chat.wait_for("You typed meanwhile:")
    assert "16\nThanks" in card.text
    await anna.press(card, "Use this text").answered()
    await chat.wait_for("✉️ Letter 16")
    card = await chat.wait_for(SENDER)
    assert "Thanks" in card.text


async def test_a_hanging_portal_leaves_the_way_out_open(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, "mail.message.get")
    anna.say(f"/reply 15 {TEXT}")
    card = await chat.wait_for(LOOKING)
    await press(anna, card, "Cancel", "Set aside")
    await anna.press(card, "Bring back").answered()
    await chat.wait_for(REVIEW)
    let_go.set()
    assert await left(anna, sandbox) == TEXT


async def test_back_from_looking_leads_to_another_letter(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, "mail.message.get")
    anna.say("/reply 15")
    card = await chat.wait_for(LOOKING)
    await press(anna, card, "Back", WHICH)
    let_go.set()
    assert any(label.startswith("16 · ") for label in card.buttons)
    await asyncio.sleep(0.05)
    assert WHICH in card.text, "the late answer is not wanted any more"


async def test_text_behind_a_bad_number_is_kept(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    anna.say(f"/reply fifteen {TEXT}")
    await chat.wait_for("“fifteen” is no letter")
    await chat.wait_for(WHICH)
    anna.say("15")
    await chat.wait_for(REVIEW)
    assert await left(anna, sandbox) == TEXT


async def test_a_slash_that_is_no_command_is_text(connected: Person, sandbox: Sandbox) -> None:
    await at_step(connected, TEXT_ASKED)
    connected.say("/s as we say")
    assert await left(connected, sandbox) == "/s as we say"


async def test_text_for_a_finished_letter_changes_nothing(
    connected: Person, sandbox: Sandbox
) -> None:
    await review(connected)
    await left(connected, sandbox)
    await connected.chat.wait_for("Sent to")
    connected.say("One more thing")
    await connected.chat.wait_for("This letter is finished. Please begin a new one with /reply.")


async def test_more_than_100_000_characters_are_refused_with_the_count(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    first = await review(anna, "x")
    for _ in range(25):
        anna.say("x" * 4000)
    refusal = await chat.wait_for("at most 100,000 are possible")
    assert "The text has 100,001 characters" in refusal.text
    assert refusal.reply_to is not None, "it says which message"
    card = await chat.wait_for("Typed, but not in the letter:", after=first.id)
    assert "Use this text" in card.buttons
    await anna.press(card, "Send").answered()
    assert len((await sandbox.portal.wait_for_sent()).body.replace("<br>", "")) == 96_001
