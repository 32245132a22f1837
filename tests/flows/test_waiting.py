"""Nothing ran on the portal: the letter waits, and goes when a person says so."""

from collections.abc import Callable

import pytest

from sandbox import Sandbox
from sandbox.faults import Fault, Faults
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, review, send

Switch = Callable[[Faults], Fault]


def flat(code: str) -> dict[str, str]:
    return {"error": code, "error_description": "said by the portal"}


async def send_while_down(person: Person, sandbox: Sandbox) -> Message:
    """Presses Send on a review when the portal has gone."""
    card = await review(person)
    await sandbox.close_portal()
    await person.press(card, "Send").answered()
    return card


ANSWERS: dict[str, tuple[Switch, str]] = {
    "503 by the method's limit": (
        lambda f: f.unavailable(method=REPLY, times=1),
        "more calls at the moment than it takes",
    ),
    "429 by working time": (
        lambda f: f.reply_with(429, flat("OPERATION_TIME_LIMIT"), method=REPLY, times=1),
        "has used up the working time",
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_a_busy_portal_is_tried_again_by_a_press(
    connected: Person, sandbox: Sandbox, answer: str
) -> None:
    anna, chat = connected, connected.chat
    switch, said = ANSWERS[answer]
    switch(sandbox.faults)
    card = await send(anna)
    told = await chat.wait_for("Not sent:", after=card.id)
    assert said in told.text.splitlines()[0]
    assert told.text.splitlines()[0].endswith("⚠️")
    assert told.text.splitlines()[1] == "The letter waits, and nothing of it is lost."
    assert told.buttons == ["Try again", "Cancel"]
    assert told.reply_to == card.id
    await chat.wait_until(lambda _: "told below" in card.text)
    assert count_sends(sandbox) == 1, "it is not repeated by itself"
    await anna.press(told, "Try again").answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert chat.last is told
    assert [letter.body for letter in sandbox.portal.sent] == [TEXT]


async def test_a_portal_that_is_down_is_tried_until_it_is_up(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await send_while_down(anna, sandbox)
    told = await chat.wait_for("Not sent: the portal cannot be reached.", after=card.id)
    await anna.press(told, "Try again").answered()
    again = await chat.wait_for("Not sent:", after=told.id)
    assert again.reply_to == told.id
    await chat.wait_until(lambda _: "told below" in told.text)
    await sandbox.open_portal()
    await anna.press(again, "Try again").answered()
    await chat.wait_until(lambda _: again.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1


async def test_cancel_opens_the_review_again(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    card = await send_while_down(anna, sandbox)
    told = await chat.wait_for("Not sent:", after=card.id)
    await anna.press(told, "Cancel").answered()
    await chat.wait_until(lambda _: "Send" in told.buttons)
    assert TEXT in told.text
    await sandbox.open_portal()
    await anna.press(told, "Send").answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1


async def test_try_again_pressed_twice_sends_once(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.unavailable(method=REPLY, times=1)
    card = await send(anna)
    told = await chat.wait_for("Not sent:", after=card.id)
    data = told.button("Try again")["callback_data"]
    first, second = (anna.press_data(told, data) for _ in range(2))
    assert await first.answered() == ""
    assert "newest card" in await second.answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert len(sandbox.portal.sent) == 1


async def test_text_typed_while_a_letter_waits_is_answered_by_a_hint(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.unavailable(method=REPLY, times=1)
    card = await send(anna)
    told = await chat.wait_for("Not sent:", after=card.id)
    anna.say("And one more thing")
    hint = await chat.wait_for("Please press “Cancel” on its card first, then change it.")
    assert chat.last is hint
    assert told.buttons == ["Try again", "Cancel"]
