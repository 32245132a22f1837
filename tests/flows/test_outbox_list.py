"""/outbox: what stands where, and the buttons that each state allows."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, press, review, send


@pytest.fixture
def bot_settings() -> dict[str, str]:
    return {"UNDO_SECONDS": "2"}


async def listed(person: Person) -> Message:
    said = person.say("/outbox")
    return await person.chat.wait_for("Your outbox", after=said.id)


async def test_an_empty_outbox_says_what_to_do(connected: Person) -> None:
    card = await listed(connected)
    assert "Nothing is on its way. To answer a letter, begin with /reply." in card.text
    assert card.buttons == []


async def test_a_held_letter_is_undone_from_the_list(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    card = await send(anna)
    shown = await listed(anna)
    assert "1. Goes out soon ⏳" in shown.text
    assert f"{JANE} · Re: Delivery date for order 118" in shown.text
    await press(anna, shown, "1 · Undo", "Cancelled, not sent")
    await chat.wait_until(lambda _: "It did not leave" in card.text)
    again = await chat.wait_for("Check before it goes out", after=shown.id)
    assert TEXT in again.text
    assert count_sends(sandbox) == 0


async def test_sent_and_refused_letters_stand_under_lately(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await send(anna)
    await chat.wait_until(lambda _: card.text.startswith("Sent to"))
    sandbox.portal.refuse_next_send("Daily limit exceeded")
    refused = await send(anna, letter=16)
    await chat.wait_for("Not sent:", after=refused.id)
    shown = await listed(anna)
    assert "Lately" in shown.text
    assert "Sent ✅" in shown.text
    assert "Refused, not sent ❌" in shown.text
    assert shown.buttons == []


async def test_what_waits_is_tried_and_cancelled_from_the_list(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await sandbox.close_portal()
    await anna.press(card, "Send").answered()
    await chat.wait_for("Not sent: the portal cannot be reached.", after=card.id)
    shown = await listed(anna)
    assert "Waits for the portal ⏳" in shown.text
    assert shown.buttons == ["1 · Try again", "1 · Cancel"]
    await press(anna, shown, "1 · Cancel", "Cancelled, not sent")
    await sandbox.open_portal()
    assert count_sends(sandbox) == 0


async def test_what_is_not_known_is_decided_in_the_list(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    sandbox.portal.sent_copies = "never"
    sandbox.faults.answer_lost(method=REPLY, times=1)
    card = await send(anna)
    await chat.wait_for("It is not known whether", after=card.id)
    shown = await listed(anna)
    assert "1. Not known whether it left ❓" in shown.text
    assert shown.buttons == ["1 · Check again", "1 · It was sent", "1 · Send again", "1 · Leave it"]
    await press(anna, shown, "1 · Send again", "they get it twice")
    assert shown.buttons == ["Send again", "Back"]
    await press(anna, shown, "Back", "1. Not known whether it left ❓")
    await press(anna, shown, "1 · It was sent", "Sent ✅")
    assert count_sends(sandbox) == 1


async def test_send_again_took_three_presses_in_the_list(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    sandbox.portal.sent_copies = "never"
    sandbox.faults.answer_lost(method=REPLY, times=1)
    card = await send(anna)
    told = await chat.wait_for("It is not known whether", after=card.id)
    shown = await listed(anna)
    await press(anna, shown, "1 · Send again", "they get it twice")
    await press(anna, shown, "Send again", "Not known whether it left; you sent it again ❓")
    again = await chat.wait_for("Goes out in", after=shown.id)
    await chat.wait_until(lambda _: told.buttons == ["Check again", "It was sent", "Leave it"])
    await chat.wait_until(lambda _: again.text.startswith(f"Sent to {JANE} ✅"))
    assert count_sends(sandbox) == 2


async def test_an_old_list_decides_nothing_twice(connected: Person) -> None:
    anna, chat = connected, connected.chat
    await send(anna)
    shown = await listed(anna)
    data = shown.button("1 · Undo")["callback_data"]
    await press(anna, shown, "1 · Undo", "Cancelled, not sent")
    assert "newest card" in await anna.press_data(shown, data).answered()
    assert chat is not None
