"""Bitrix24 hangs, and the bot does not."""

import statistics
from collections.abc import Callable

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import review, settled
from tests.support.scale import times


async def test_presses_are_answered_within_a_second_while_the_portal_hangs(
    connected: Person, sandbox: Sandbox
) -> None:
    """INV-10."""
    anna = connected
    card = await review(anna)
    sandbox.faults.hang()
    anna.say("/reply 16")
    await anna.chat.wait_for("Looking")
    for _ in range(times(10, full=250)):
        for label, then in (("Edit", "Sender"), ("Back", "Send")):
            await anna.press(card, label).answered()
            await anna.chat.wait_until(offers(card, then))
    await anna.press(card, "Send").answered()
    await settled(anna)
    presses = sandbox.telegram.presses
    calls = [call for call in sandbox.telegram.calls if call.method == "answercallbackquery"]
    assert len(calls) == len(presses)
    waited = [(one.answered_at - one.at).total_seconds() for one in presses if one.answered_at]
    quantiles = statistics.quantiles(waited, n=100)
    assert quantiles[94] <= 1.0
    assert quantiles[98] <= 3.0


def offers(card: Message, label: str) -> Callable[[object], bool]:
    return lambda _chat: label in card.buttons
