"""Nothing ran on the portal: the letter waits and goes by itself, or is taken back."""

from collections.abc import Callable

import pytest

from sandbox import Sandbox
from sandbox.faults import Fault, Faults
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, review, send
from tests.support.bot_process import BotProcess

Switch = Callable[[Faults], Fault]

RESET = {"time": {"operating_reset_at": 1}}


def flat(code: str) -> dict[str, object]:
    return {"error": code, "error_description": "said by the portal"}


async def send_while_down(person: Person, sandbox: Sandbox) -> Message:
    """Presses Send on a review when the portal has gone."""
    card = await review(person)
    await sandbox.close_portal()
    await person.press(card, "Send").answered()
    return card


ANSWERS: dict[str, tuple[Switch, str]] = {
    "503 by the method's limit": (
        lambda f: f.unavailable(method=REPLY),
        "more calls at the moment than it takes",
    ),
    "429 by working time": (
        lambda f: f.reply_with(429, flat("OPERATION_TIME_LIMIT") | RESET, method=REPLY),
        "has used up the working time",
    ),
}


@pytest.mark.parametrize("answer", ANSWERS)
async def test_row_45_a_busy_portal_gets_the_letter_once_it_takes_it(
    connected: Person, sandbox: Sandbox, answer: str
) -> None:
    anna, chat = connected, connected.chat
    switch, said = ANSWERS[answer]
    switch(sandbox.faults)
    card = await send(anna)
    told = await chat.wait_for("Not sent:", after=card.id)
    assert said in told.text.splitlines()[0]
    assert told.text.splitlines()[0].endswith("⏳")
    assert "goes out by itself; nothing of it is lost." in told.text.splitlines()[1]
    assert told.buttons == ["Try again", "Cancel"]
    assert told.reply_to == card.id
    await chat.wait_until(lambda _: "told below" in card.text)
    sandbox.faults.off()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert chat.last is told
    assert [letter.body for letter in sandbox.portal.sent] == [TEXT]


async def test_a_short_refusal_rings_nobody(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.unavailable(method=REPLY, times=1)
    card = await send(anna)
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert chat.last is card
    assert count_sends(sandbox) == 2


async def test_a_portal_that_is_down_is_tried_until_it_is_up(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await send_while_down(anna, sandbox)
    told = await chat.wait_for("Not sent: the portal cannot be reached.", after=card.id)
    assert await anna.press(told, "Try again").answered() == "Trying again…"
    await chat.wait_until(lambda _: told.text.startswith("Not sent:"))
    await sandbox.open_portal()
    await chat.wait_until(lambda _: chat.last.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1


async def test_what_waits_survives_a_restart(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await send_while_down(anna, sandbox)
    await chat.wait_for("Not sent: the portal cannot be reached.", after=card.id)
    await bot.kill()
    await sandbox.open_portal()
    await bot.start()
    await chat.wait_until(lambda _: chat.last.text.startswith(f"Sent to {JANE}"))
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


async def test_text_typed_while_a_letter_waits_is_answered_by_a_hint(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await send_while_down(anna, sandbox)
    told = await chat.wait_for("Not sent:", after=card.id)
    anna.say("And one more thing")
    hint = await chat.wait_for("Please press “Cancel” on its card first, then change it.")
    assert chat.last is hint
    assert told.buttons == ["Try again", "Cancel"]
    await sandbox.open_portal()
