"""The answer got lost: the letter is found, its call repeated where that is safe, or one asks."""

from datetime import timedelta

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, count_sends, review, send
from tests.flows.conftest import Profile
from tests.support.bot_process import BotProcess


@pytest.fixture(params=["docs", "observed"])
def profile(request: pytest.FixtureRequest) -> Profile:
    chosen: Profile = request.param
    return chosen


async def test_a_letter_that_left_is_found_and_nobody_is_bothered(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.answer_lost(method=REPLY, times=1)
    card = await send(anna)
    await chat.wait_until(lambda _: card.text.startswith("It is not known whether the letter"))
    assert card.buttons == ["It was sent", "Leave it"]
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert "but it was found in its conversation." in card.text
    assert chat.last is card
    assert count_sends(sandbox) == 1


async def test_a_portal_that_keeps_keys_gets_the_same_call_again(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    sandbox.portal.idempotency_of[REPLY] = "active"
    sandbox.portal.sent_copies = "never"
    first = await send(anna, letter=16)
    await chat.wait_until(lambda _: first.text.startswith("Sent to"))
    sandbox.faults.answer_lost(method=REPLY, times=1)
    card = await send(anna)
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 3
    assert len(sandbox.portal.sent) == 2, "the repeat was answered from memory"
    assert not any(run.overlapped for run in sandbox.portal.runs)


async def test_row_46_a_proxys_page_is_looked_into(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.html(502, method=REPLY, ran=True, times=1)
    card = await send(anna)
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert len(sandbox.portal.sent) == 1
    assert count_sends(sandbox) == 1


async def test_killed_on_the_wire_the_letter_is_found_after_the_restart(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.silent(method=REPLY)
    card = await send(anna)
    await sandbox.portal.wait_for_sent()
    await bot.kill()
    sandbox.faults.off()
    await bot.start()
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1


async def test_the_guard_stops_a_second_answer(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    sandbox.portal.receive(
        "support@linden-print.example",
        "Linden Print support <support@linden-print.example>",
        "Re: Delivery date for order 118",
        "I answered from Bitrix24.",
        to=JANE,
        date=sandbox.portal.clock() + timedelta(seconds=1),  # portals give whole seconds
        answers=15,
        folder="Sent",
    )
    await anna.press(card, "Send").answered()
    told = await chat.wait_for("Not sent:", after=card.id)
    assert "answered this letter since you began" in told.text
    shown = await chat.wait_for("Check before it goes out", after=told.id)
    assert count_sends(sandbox) == 0
    await anna.press(shown, "Send").answered()
    await chat.wait_until(lambda _: shown.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1
