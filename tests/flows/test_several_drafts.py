"""Several letters at once, older cards, and buttons that do not count any more."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import (
    RECIPIENTS,
    REVIEW,
    SENDER,
    SUPPORT,
    TEXT,
    TEXT_ASKED,
    at_step,
    press,
    review,
    send,
    settled,
)
from tests.support.bot_process import BotProcess

BRING = "Bring back with this text"
STALE = "This has changed since. The newest card shows how it stands."


async def test_text_goes_to_the_letter_that_was_asked_about_last(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    jane = await review(anna, "Hello Jane,")
    said = anna.say("/reply 16 Hello Pavel,")
    pavel = await chat.wait_for(REVIEW, after=said.id)
    anna.say("tomorrow.")
    pavel = await chat.wait_for("tomorrow.", after=pavel.id)
    assert "Hello Pavel,\n\ntomorrow." in pavel.text
    assert jane.buttons, "the other letter is still there to be sent"
    await anna.press(jane, "Send").answered()
    await anna.press(pavel, "Send").answered()
    await sandbox.portal.wait_for_sent(2)
    assert {(letter.answers, letter.body) for letter in sandbox.portal.sent} == {
        (15, "Hello Jane,"),
        (16, "Hello Pavel,<br><br>tomorrow."),
    }


async def test_a_reply_to_an_older_card_answers_that_one(connected: Person) -> None:
    anna, chat = connected, connected.chat
    jane = await review(anna, "Hello Jane,")
    said = anna.say("/reply 16 Hello Pavel,")
    pavel = await chat.wait_for(REVIEW, after=said.id)
    anna.say("on Thursday.", reply_to=jane)
    newest = await chat.wait_for(REVIEW, after=pavel.id)
    assert "Hello Jane,\n\non Thursday." in newest.text
    await chat.wait_until(lambda chat: jane.buttons == [])
    assert "Send" in pavel.buttons
    anna.say("Bye", reply_to=jane)
    newest = await chat.wait_for(REVIEW, after=newest.id)
    assert "on Thursday.\n\nBye" in newest.text, "a card without buttons still names its letter"


async def test_each_step_answers_its_own_letter(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    jane = await at_step(anna, RECIPIENTS)
    said = anna.say("/reply 16")
    pavel = await chat.wait_for(SENDER, after=said.id)
    await press(anna, jane, "Jane Client", "What is the subject?")
    anna.say("About order 118")  # the press made Jane's card the one that is asked
    jane = await chat.wait_for(TEXT_ASKED, after=pavel.id)
    await press(anna, pavel, SUPPORT, RECIPIENTS)
    anna.say(TEXT, reply_to=jane)
    card = await chat.wait_for(REVIEW, after=jane.id)
    await anna.press(card, "Send").answered()
    letter = await sandbox.portal.wait_for_sent()
    assert (letter.answers, letter.subject) == (15, "About order 118")


async def test_cancel_sets_aside_and_bring_back_keeps_every_word(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    await review(anna)
    said = anna.say("/cancel")
    aside = await chat.wait_for("Set aside.", after=said.id)
    assert aside.buttons == ["Bring back"]
    await review(anna, "Another answer")
    anna.say("More", reply_to=aside)
    hint = await chat.wait_for("This draft is set aside.")
    assert "“Bring back”" in hint.text
    await press(anna, aside, "Bring back", REVIEW)
    anna.say("P.S.")
    card = await chat.wait_for("P.S.", after=aside.id)
    assert f"{TEXT}\n\nP.S." in card.text, "what was brought back is what is written on"
    await anna.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == f"{TEXT}<br><br>P.S."


async def test_text_after_cancel_is_offered_to_the_older_letter(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    jane = await review(anna, "Hello Jane,")
    said = anna.say("/reply 16 Hello Pavel,")
    pavel = await chat.wait_for(REVIEW, after=said.id)
    await press(anna, pavel, "Cancel", "Set aside.")
    said = anna.say("on Thursday.")
    hint = await chat.wait_for("This draft is set aside.", after=said.id)
    assert "Still being written: Re: Delivery date for order 118." in hint.text
    assert (hint.reply_to, hint.buttons) == (said.id, [BRING, "Use this text"])
    assert "Send" in jane.buttons, "nothing has happened yet"
    assert [await anna.press(hint, "Use this text").answered() for _ in range(2)] == ["", ""]
    card = await chat.wait_for("Hello Jane,\n\non Thursday.", after=hint.id)
    said = anna.say("Bye")
    card = await chat.wait_for("on Thursday.\n\nBye", after=said.id)
    await anna.press(card, "Send").answered()
    assert (
        await sandbox.portal.wait_for_sent()
    ).body == "Hello Jane,<br><br>on Thursday.<br><br>Bye"


async def test_text_after_cancel_brings_the_letter_back(connected: Person) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna, "Hello Jane,")
    await press(anna, card, "Cancel", "Set aside.")
    said = anna.say("on Thursday.")
    hint = await chat.wait_for("This draft is set aside.", after=said.id)
    assert (hint.reply_to, hint.buttons) == (said.id, [BRING])
    assert [await anna.press(hint, BRING).answered() for _ in range(2)] == ["", ""]
    card = await chat.wait_for("Hello Jane,\n\non Thursday.", after=hint.id)
    assert card.text.count("on Thursday.") == 1
    assert hint.buttons == []


async def test_text_after_sending_is_offered_to_the_older_letter(connected: Person) -> None:
    anna, chat = connected, connected.chat
    await at_step(anna, RECIPIENTS)
    said = anna.say("/reply 16 Hello Pavel,")
    pavel = await chat.wait_for(REVIEW, after=said.id)
    await press(anna, pavel, "Send", "Sent to")
    said = anna.say(TEXT)
    hint = await chat.wait_for("This letter is finished.", after=said.id)
    assert "Still being written: Letter 15." in hint.text
    assert "is no e-mail address" in await anna.press(hint, "Use this text").answered()
    assert hint.buttons == ["Use this text"], "it may be used at a later step"


async def test_there_may_be_nothing_to_cancel(connected: Person) -> None:
    connected.say("/cancel")
    await connected.chat.wait_for("There is nothing to cancel.")


async def test_cancel_found_nothing_after_a_portal_was_named_while_writing(
    connected: Person,
) -> None:
    anna, chat = connected, connected.chat
    await review(anna)
    said = anna.say("/accounts")
    accounts = await chat.wait_for("Your portals", after=said.id)
    await press(anna, accounts, "Rename", "What do you want to call")
    said = anna.say("Support")
    await chat.wait_for("Support", after=said.id)
    said = anna.say("/cancel")
    await chat.wait_for("Set aside.", after=said.id)


async def test_cancel_found_nothing_after_connecting_while_writing(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    await review(anna)
    said = anna.say(f"/connect {sandbox.portal.address('second')}")
    await chat.wait_for("Connected to", after=said.id)
    said = anna.say("/cancel")
    await chat.wait_for("Set aside.", after=said.id)


async def test_cancel_after_sending_has_nothing_to_cancel(connected: Person) -> None:
    await send(connected)
    await connected.chat.wait_for("Sent to")
    connected.say("/cancel")
    await connected.chat.wait_for("There is nothing to cancel.")


class TestHeld:
    @pytest.fixture
    def bot_settings(self) -> dict[str, str]:
        return {"UNDO_SECONDS": "60"}

    async def test_cancel_of_a_letter_that_is_about_to_go_names_undo(
        self, connected: Person
    ) -> None:
        await send(connected)
        await connected.chat.wait_for("Goes out in")
        connected.say("/cancel")
        await connected.chat.wait_for("Please press “Undo” first")


async def test_a_button_pressed_twice_counts_once(connected: Person) -> None:
    anna = connected
    card = await at_step(anna, SENDER)
    presses = [anna.press(card, SUPPORT) for _ in range(3)]
    assert [await one.answered() for one in presses] == ["", STALE, STALE]
    assert RECIPIENTS in card.text


async def test_send_pressed_twice_sends_once(connected: Person, sandbox: Sandbox) -> None:
    anna = connected
    card = await review(anna)
    presses = [anna.press(card, "Send") for _ in range(2)]
    pressed = "Send was pressed already; the letter is on its way."
    assert [await one.answered() for one in presses] == ["", pressed]
    await anna.chat.wait_for("Sent to")
    assert len(sandbox.portal.sent) == 1


async def test_a_button_of_an_older_card_changes_nothing(connected: Person) -> None:
    anna, chat = connected, connected.chat
    first = await review(anna, "Hello Jane,")
    send_data = str(first.button("Send")["callback_data"])
    anna.say("on Thursday.")
    card = await chat.wait_for("on Thursday.", after=first.id)
    assert await anna.press_data(first, send_data).answered() == STALE
    assert await anna.press_data(card, send_data).answered() == STALE
    assert "Send" in card.buttons


FORGED = (
    "x",
    "d",
    "d:",
    "d:aaaaaaaaaaaaaaaa:1:choose:0",
    "d:aaaaaaaaaaaaaaaa:one:choose:0",
    "d:aaaaaaaaaaaaaaaa:1:explode:",
    "s:aaaaaaaaaaaaaaaa:1",
    "o:aaaaaaaaaaaaaaaa:1:undo",
    "oa:aaaaaaaaaaaaaaaa:1:1",
    "m:aaaaaaaaaaaaaaaa",
    "t:0",
    "d:' OR 1=1 --:1:choose:0",
    "я" * 32,
)


async def test_forged_buttons_are_answered_and_do_nothing(connected: Person) -> None:
    card = await review(connected)
    before = card.text, card.buttons
    for data in FORGED:
        assert await connected.press_data(card, data).answered() == STALE, data
    assert (card.text, card.buttons) == before


async def test_forged_presses_on_ones_own_draft_do_nothing(connected: Person) -> None:
    card = await review(connected)
    before = card.text, card.buttons
    _kind, draft, revision, *_rest = str(card.button("Edit")["callback_data"]).split(":")
    for pressed in (
        *("choose:7", "choose:-1", "choose:x", "use:", "none:", "bring:"),
        *("open:refusal", "open:x", "whole:x"),
    ):
        forged = f"d:{draft}:{revision}:{pressed}"
        assert await connected.press_data(card, forged).answered() == STALE, pressed
    assert (card.text, card.buttons) == before


@pytest.fixture
async def oleg(connected: Person, sandbox: Sandbox) -> Person:
    """A second person, let in by Anna, with a portal of his own."""
    oleg = sandbox.telegram.person(1002, "Oleg", "en", "oleg")
    oleg.say("/start")
    approval = await connected.chat.wait_for(lambda message: "Let in" in message.buttons)
    await connected.press(approval, "Let in").answered()
    await oleg.chat.wait_until(lambda chat: len(chat.from_bot) == 2)
    oleg.say(f"/connect {sandbox.portal.address('second')}")
    await oleg.chat.wait_for("Connected")
    return oleg


async def test_another_persons_button_does_not_exist(
    connected: Person, oleg: Person, sandbox: Sandbox
) -> None:
    annas = await review(connected)
    olegs = await review(oleg, "From Oleg")
    for label in ("Send", "Edit", "Cancel"):
        data = str(annas.button(label)["callback_data"])
        assert await oleg.press_data(olegs, data).answered() == STALE
    assert "Send" in annas.buttons
    assert sandbox.portal.sent == []


async def test_two_people_write_at_once(connected: Person, oleg: Person, sandbox: Sandbox) -> None:
    annas, olegs = await review(connected, "From Anna"), await review(oleg, "From Oleg")
    connected.press(annas, "Send")
    oleg.press(olegs, "Send")
    await sandbox.portal.wait_for_sent(2)
    assert {(letter.employee_id, letter.body) for letter in sandbox.portal.sent} == {
        (1, "From Anna"),
        (7, "From Oleg"),
    }
    await connected.chat.wait_for("Sent to")
    await oleg.chat.wait_for("Sent to")


async def test_a_card_that_was_deleted_is_shown_anew(connected: Person) -> None:
    anna, chat = connected, connected.chat
    card = await at_step(anna, SENDER)
    data = str(card.button(SUPPORT)["callback_data"])
    anna.delete(card)
    await anna.press_data(card, data).answered()
    await chat.wait_for(RECIPIENTS, after=card.id)


async def test_row_39_a_press_on_a_card_too_old_for_telegram_counts(connected: Person) -> None:
    card = await at_step(connected, SENDER)
    data = str(card.button(SUPPORT)["callback_data"])
    await connected.press_data(card, data, inaccessible=True).answered()
    await connected.chat.wait_for(RECIPIENTS)


async def test_a_draft_goes_on_after_a_restart(
    connected: Person, bot: BotProcess, sandbox: Sandbox
) -> None:
    jane = await review(connected, "Hello Jane,")
    await bot.stop()
    await bot.start()
    connected.say("on Thursday.")
    card = await connected.chat.wait_for("Hello Jane,\n\non Thursday.", after=jane.id)
    await connected.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "Hello Jane,<br><br>on Thursday."
    await settled(connected)
