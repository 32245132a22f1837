"""Whatever the portal does while it is read: one sentence that says what to do, and a way on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import REVIEW, TEXT, WHICH, press, settled, shows

Break = Callable[[Sandbox], object]
HUGE = b'{"result": "' + b"x" * 30_000_000 + b'"}'
BREAKS: dict[str, tuple[Break, str]] = {
    "down": (lambda s: s.close_portal(), "The portal cannot be reached."),
    "dropped": (lambda s: s.faults.dropped(), "broke the connection off"),
    "html": (lambda s: s.faults.html(200), "answered with a web page"),
    "html 502": (lambda s: s.faults.html(502), "answered with a web page"),
    "half an answer": (lambda s: s.faults.half_answer(), "could not be understood"),
    "no JSON": (lambda s: s.faults.reply_with(200, "{"), "could not be understood"),
    "another JSON": (lambda s: s.faults.reply_with(200, [1]), "could not be understood"),
    "elsewhere": (
        lambda s: s.faults.reply_with(302, "", {"Location": "https://b.example/"}),
        "at another address now",
    ),
    "busy": (lambda s: s.faults.unavailable(), "more calls at the moment"),
    "huge": (lambda s: s.faults.reply_with(200, HUGE), "too large to be read"),
}


@pytest.mark.parametrize(("break_it", "said"), BREAKS.values(), ids=BREAKS)
async def test_row_80_every_look_up_fails_with_a_sentence_and_goes_on(
    connected: Person, sandbox: Sandbox, break_it: Break, said: str
) -> None:
    anna, chat = connected, connected.chat
    typed = anna.say("/accounts")
    accounts = await chat.wait_for("Your portals", after=typed.id)
    done = break_it(sandbox)
    if isinstance(done, Awaitable):
        await done
    letter = anna.say(f"/reply 15 {TEXT}")
    looked = await chat.wait_for(WHICH, after=letter.id)
    assert said in looked.text
    assert TEXT in looked.text
    unread = anna.say("/reply")
    offered = await chat.wait_for(WHICH, after=unread.id)
    assert said in offered.text
    await anna.press(accounts, "Test").answered()
    await chat.wait_until(shows(accounts, said))
    assert "xxx" not in str(chat.messages)
    if "down" in said or "reached" in said:
        await sandbox.open_portal()
    sandbox.faults.off()
    await anna.press(accounts, "Test").answered()
    await chat.wait_until(shows(accounts, "It works: "))
    await press(anna, offered, "Try again", WHICH)
    await chat.wait_until(lambda _: any("Jane Client" in label for label in offered.buttons))
    await anna.press(looked, "Try again").answered()
    review = await chat.wait_for(REVIEW, after=letter.id)
    assert TEXT in review.text
    await press(anna, review, "Send", "Sent to")


async def test_a_slow_portal_is_seen_to_be_asked(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.slow(0.8)
    async with asyncio.timeout(10):
        said = anna.say(f"/reply 15 {TEXT}")
        looking = await chat.wait_for("Looking", after=said.id)
        assert {"Back", "Cancel"} <= set(looking.buttons)
        await settled(anna)
        await chat.wait_for(REVIEW, after=looking.id)
