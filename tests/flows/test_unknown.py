"""Nobody knows whether the letter left: it is said so, never repeated, and a person decides."""

from collections.abc import Callable

import pytest

from sandbox import Sandbox
from sandbox.faults import Fault, Faults
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, send

WORDS = f"It is not known whether the letter to {JANE} left. ❓"
BUTTONS = ["Check again", "It was sent", "Send again", "Leave it"]

Switch = Callable[[Faults], Fault]


def flat(code: str) -> dict[str, str]:
    return {"error": code, "error_description": "said by the portal"}


# What the portal does, whether the letter left by that, and what else is said.
ANSWERS: dict[str, tuple[Switch, int, str]] = {
    "dropped": (lambda f: f.dropped(method=REPLY), 0, "broke the connection off"),
    "answer lost": (lambda f: f.answer_lost(method=REPLY), 1, "broke the connection off"),
    "half an answer": (lambda f: f.half_answer(method=REPLY), 1, "could not be understood"),
    "200 with a page": (lambda f: f.html(200, method=REPLY), 0, "answered with a web page"),
    "200 without success": (
        lambda f: f.reply_with(200, {"result": {"success": False}}, method=REPLY),
        0,
        "could not be understood",
    ),
    "200 with an empty body": (lambda f: f.reply_with(200, "", method=REPLY), 0, "understood"),
    "422": (
        lambda f: f.reply_with(
            422, flat("BITRIX_REST_V3_EXCEPTION_IDEMPOTENCYKEYREUSEDEXCEPTION"), method=REPLY
        ),
        0,
        "took this letter for another one",
    ),
    "500": (
        lambda f: f.reply_with(500, flat("INTERNAL_SERVER_ERROR"), method=REPLY),
        0,
        "a fault of its own",
    ),
    "502 with a page": (lambda f: f.html(502, method=REPLY), 0, "web page"),
    "503 with a page": (lambda f: f.unavailable(page=True, method=REPLY), 0, "web page"),
    "429 with a page": (lambda f: f.html(429, ran=True, method=REPLY), 1, "web page"),
    "403 with a page": (lambda f: f.html(403, ran=True, method=REPLY), 1, "web page"),
    "504 with a page": (lambda f: f.html(504, method=REPLY), 0, "web page"),
}


@pytest.fixture(autouse=True)
def copies_never_show(sandbox: Sandbox) -> None:
    """Where nothing can be found, a person must decide."""
    sandbox.portal.sent_copies = "never"


async def lost(person: Person, sandbox: Sandbox) -> tuple[Message, Message]:
    """The card of a letter whose answer got lost, and the message that rang."""
    sandbox.faults.answer_lost(method=REPLY, times=1)
    card = await send(person)
    told = await person.chat.wait_for("It is not known", after=card.id)
    return card, told


@pytest.mark.parametrize("answer", ANSWERS)
async def test_it_is_told_and_not_repeated(
    connected: Person, sandbox: Sandbox, answer: str
) -> None:
    anna, chat = connected, connected.chat
    switch, left, said = ANSWERS[answer]
    switch(sandbox.faults)
    card = await send(anna)
    told = await chat.wait_for("It is not known", after=card.id)
    assert told.text.splitlines()[0] == WORDS
    assert said in told.text
    assert "Not sent" not in told.text
    assert told.text.count("“Sent”") == 1, "a 422 said so twice"
    assert told.buttons == BUTTONS
    assert told.reply_to == card.id, "it rings, and points at what it is about"
    await chat.wait_until(lambda _: not card.buttons and "told below" in card.text)
    assert chat.last is told
    assert count_sends(sandbox) == 1
    assert len(sandbox.portal.sent) == left


async def test_the_old_card_never_keeps_saying_that_it_is_on_its_way(
    connected: Person, sandbox: Sandbox
) -> None:
    """The outcome came while "Sending…" was being shown, and the old card kept that text."""
    sandbox.telegram.faults.slow(0.2, method="editMessageText", times=1)
    card, told = await lost(connected, sandbox)
    await connected.chat.wait_until(lambda _: "told below" in card.text)
    assert card.buttons == []
    assert told.buttons == BUTTONS


async def test_it_was_sent(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    _card, told = await lost(anna, sandbox)
    assert await anna.press(told, "It was sent").answered() == ""
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE} ✅"))
    assert "You said that it was sent." in told.text
    assert told.buttons == []
    assert count_sends(sandbox) == 1


async def test_leave_it(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    _card, told = await lost(anna, sandbox)
    assert await anna.press(told, "Leave it").answered() == ""
    await chat.wait_until(lambda _: told.buttons == ["Answer again with this text"])
    assert told.text.splitlines()[:2] == [WORDS, "You left it at that."]
    anna.say("hello?")
    await chat.wait_for("This letter is finished.")
    assert count_sends(sandbox) == 1
    assert await anna.press(told, "Answer again with this text").answered() == ""
    again = await chat.wait_for("Check before it goes out", after=told.id)
    assert TEXT in again.text
    assert "Another answer of yours to this letter may have left" in again.text


async def test_send_again_takes_two_presses_and_a_new_key(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await lost(anna, sandbox)
    assert await anna.press(told, "Send again").answered() == ""
    await chat.wait_until(lambda _: told.buttons == ["Send again", "Back"])
    assert "they get it twice" in told.text
    assert count_sends(sandbox) == 1
    await anna.press(told, "Send again").answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE} ✅"))
    first, second = sandbox.portal.sent
    assert first.body == second.body == TEXT
    assert first.headers["Idempotency-Key"] != second.headers["Idempotency-Key"]
    assert count_sends(sandbox) == 2


async def test_send_again_finds_the_first_letter_after_all(
    connected: Person, sandbox: Sandbox
) -> None:
    """The copy came late: the letter left twice, and the guard called the first a stranger's."""
    anna, chat = connected, connected.chat
    sandbox.portal.sent_copies = 3600.0
    _card, told = await lost(anna, sandbox)
    for letter in sandbox.portal.letters:
        letter.visible_at = None
    await anna.press(told, "Send again").answered()
    await chat.wait_until(lambda _: told.buttons == ["Send again", "Back"])
    await anna.press(told, "Send again").answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE} ✅"))
    assert "it was not sent again" in told.text
    assert (count_sends(sandbox), len(sandbox.portal.sent)) == (1, 1)


async def test_send_again_pressed_in_haste_sends_once_more_only(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await lost(anna, sandbox)
    await anna.press(told, "Send again").answered()
    await chat.wait_until(lambda _: told.buttons == ["Send again", "Back"])
    data = told.button("Send again")["callback_data"]
    presses = [anna.press_data(told, data) for _ in range(3)]
    toasts = [await press.answered() for press in presses]
    assert toasts[0] == ""
    assert all("newest card" in toast for toast in toasts[1:])
    await sandbox.portal.wait_for_sent(2)
    await chat.wait_until(lambda _: told.text.startswith("Sent to"))
    assert count_sends(sandbox) == 2


async def test_send_again_can_be_thought_over(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    _card, told = await lost(anna, sandbox)
    await anna.press(told, "Send again").answered()
    await chat.wait_until(lambda _: told.buttons == ["Send again", "Back"])
    await anna.press(told, "Back").answered()
    await chat.wait_until(lambda _: told.buttons == BUTTONS)
    assert told.text.splitlines()[0] == WORDS
    assert count_sends(sandbox) == 1


async def test_sent_again_and_lost_again(connected: Person, sandbox: Sandbox) -> None:
    """Two letters of one draft: each has its own outcome, and only the newest can be decided."""
    anna, chat = connected, connected.chat
    _card, told = await lost(anna, sandbox)
    await anna.press(told, "Send again").answered()
    await chat.wait_until(lambda _: told.buttons == ["Send again", "Back"])
    sandbox.faults.half_answer(method=REPLY, times=1)
    await anna.press(told, "Send again").answered()
    again = await chat.wait_for("It is not known", after=told.id)
    assert again.reply_to == told.id
    assert again.buttons == BUTTONS
    await chat.wait_until(lambda _: told.buttons == [])
    await anna.press(again, "It was sent").answered()
    await chat.wait_until(lambda _: again.text.startswith("Sent to"))
    assert count_sends(sandbox) == 2


async def test_text_typed_meanwhile_is_answered_by_a_hint(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await lost(anna, sandbox)
    anna.say("And one more thing")
    hint = await chat.wait_for("Please say on its card what to do about it.")
    assert chat.last is hint
    assert told.buttons == BUTTONS
    assert count_sends(sandbox) == 1
