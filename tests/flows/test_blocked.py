"""The portal does not let us in any more: the letter waits for a new webhook, whose account decides
whether it goes on."""

from collections.abc import Callable

import pytest

from sandbox import Sandbox
from sandbox.faults import Fault, Faults
from sandbox.portal.people import Webhook
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, send

Switch = Callable[[Faults], Fault]
BUTTONS = ["Connect again", "Try again", "Cancel"]


def flat(code: str) -> dict[str, str]:
    return {"error": code, "error_description": "said by the portal"}


def answering(status: int, code: str, **headers: str) -> Switch:
    return lambda f: f.reply_with(status, flat(code), headers or None, method=REPLY, times=1)


ANSWERS: dict[str, tuple[Switch, str]] = {
    "401": (lambda f: f.unauthorized(method=REPLY, times=1), "was revoked"),
    "403 for the scope": (
        answering(403, "BITRIX_REST_V3_EXCEPTION_INSUFFICIENTSCOPEEXCEPTION"),
        "tick “Mail”",
    ),
    "403 for the plan": (answering(403, "ACCESS_DENIED"), "commercial plan"),
    "400 https required": (answering(400, "INVALID_REQUEST"), "over https only"),
    "503 blocked by hand": (answering(503, "OVERLOAD_LIMIT"), "blocked REST"),
    "500 portal deleted": (answering(500, "PORTAL_DELETED"), "closed or was deleted"),
    "302": (answering(302, "", Location="https://new.example/"), "another address now"),
    "301": (answering(301, "", Location="https://new.example/"), "another address now"),
    "307": (answering(307, "", Location="/login/"), "wants a login"),
}


@pytest.fixture
def new_code(sandbox: Sandbox) -> str:
    """The address of a new webhook of the same person; the one in use is revoked."""
    portal = sandbox.portal
    anna = portal.webhooks["active"].employee
    portal.webhooks["new"] = Webhook(anna, "z9y8x7w6v5u4t3s2")
    return portal.address("new")


async def blocked(person: Person, sandbox: Sandbox, text: str = TEXT) -> tuple[Message, Message]:
    """The card of a letter whose webhook was revoked meanwhile, and the message that rang."""
    sandbox.faults.unauthorized(method=REPLY, times=1)
    card = await send(person, text)
    return card, await person.chat.wait_for("Not sent:", after=card.id)


@pytest.mark.parametrize("answer", ANSWERS)
async def test_it_waits_for_a_new_connection(
    connected: Person, sandbox: Sandbox, answer: str
) -> None:
    anna, chat = connected, connected.chat
    switch, said = ANSWERS[answer]
    switch(sandbox.faults)
    card = await send(anna)
    told = await chat.wait_for("Not sent:", after=card.id)
    assert said in told.text.splitlines()[0]
    assert told.text.splitlines()[1] == "The letter waits, and nothing of it is lost."
    assert told.buttons == BUTTONS
    assert told.reply_to == card.id
    await chat.wait_until(lambda _: "told below" in card.text)
    assert count_sends(sandbox) == 1, "it is not repeated by itself"
    assert sandbox.portal.sent == []


async def test_it_goes_on_with_a_new_code_of_the_same_account(
    connected: Person, sandbox: Sandbox, new_code: str
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    await anna.press(told, "Connect again").answered()
    asked = await chat.wait_for("Please send me a new address of your inbound webhook on")
    assert sandbox.portal_host in asked.text
    typed = anna.say(new_code)
    done = await chat.wait_for("Replace the old one with it?", after=typed.id)
    assert chat.message(typed.id) is None
    assert count_sends(sandbox) == 1
    await anna.press(done, "Replace").answered()
    await chat.wait_until(lambda _: done.text.startswith(f"Connected to {sandbox.portal_host} ✅"))
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert [letter.body for letter in sandbox.portal.sent] == [TEXT]
    assert sandbox.portal.sent[0].webhook_code == "z9y8x7w6v5u4t3s2"


async def test_a_new_code_given_with_connect_asks_before_it_replaces(
    connected: Person, sandbox: Sandbox, new_code: str
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    said = anna.say(f"/connect {new_code}")
    asked = await chat.wait_for("Replace the old one with it?", after=said.id)
    assert asked.buttons == ["Replace", "Cancel"]
    assert count_sends(sandbox) == 1
    await anna.press(asked, "Replace").answered()
    await chat.wait_until(lambda _: asked.text.startswith("Connected to"))
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert len(sandbox.portal.sent) == 1


async def test_the_same_code_again_lets_it_go_on_too(connected: Person, sandbox: Sandbox) -> None:
    """Somebody mended the webhook's rights on the portal: its address is the same."""
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected", after=said.id)
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert len(sandbox.portal.sent) == 1


async def test_a_login_page_that_is_gone_again_needs_no_new_webhook(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    ANSWERS["307"][0](sandbox.faults)
    card = await send(anna)
    told = await chat.wait_for("Not sent:", after=card.id)
    assert "Once the portal works again, “Try again” sends it" in told.text
    data = str(told.button("Try again")["callback_data"])
    assert await anna.press(told, "Try again").answered() == "Trying again…"
    await anna.press_data(told, data).answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert len(sandbox.portal.sent) == 1


async def test_two_letters_that_wait_both_go_on(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    _card, first = await blocked(anna, sandbox, "First")
    _card, second = await blocked(anna, sandbox, "Second")
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected", after=said.id)
    await chat.wait_until(lambda _: first.text.startswith(f"Sent to {JANE}"))
    await chat.wait_until(lambda _: second.text.startswith(f"Sent to {JANE}"))
    assert sorted(letter.body for letter in sandbox.portal.sent) == ["First", "Second"]


async def test_another_account_gets_the_draft_and_not_the_letter(
    connected: Person, sandbox: Sandbox
) -> None:
    """Oleg's webhook may send from another address only: the letter is looked at again."""
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    await anna.press(told, "Connect again").answered()
    await chat.wait_for("Please send me a new address")
    typed = anna.say(sandbox.portal.address("second"))
    await chat.wait_for("Connected", after=typed.id)
    asked = await chat.wait_for("Which address should it go from?", after=typed.id)
    await chat.wait_until(lambda _: told.text.startswith("Cancelled, because the account changed."))
    assert told.buttons == []
    await anna.press(asked, "oleg@linden-print.example").answered()
    await chat.wait_until(lambda _: "Send" in asked.buttons)
    assert TEXT in asked.text
    await anna.press(asked, "Send").answered()
    await chat.wait_until(lambda _: asked.text.startswith(f"Sent to {JANE}"))
    (letter,) = sandbox.portal.sent
    assert letter.sender == "oleg@linden-print.example"
    assert letter.employee_id == 7


async def test_a_sender_that_is_gone_opens_the_draft_at_the_sender(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    sandbox.portal.mailbox("support@linden-print.example").members.clear()
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected", after=said.id)
    asked = await chat.wait_for("Which address should it go from?", after=said.id)
    await chat.wait_until(lambda _: told.text.startswith("Cancelled, because the account changed."))
    assert count_sends(sandbox) == 1
    assert "anna@linden-print.example" in asked.buttons


async def test_cancel_opens_the_review(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    await anna.press(told, "Cancel").answered()
    await chat.wait_until(lambda _: "Send" in told.buttons)
    assert TEXT in told.text
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected", after=said.id)
    assert count_sends(sandbox) == 1, "what was cancelled does not go on"
    assert "Send" in told.buttons


async def test_connecting_that_fails_leaves_it_waiting(
    connected: Person, sandbox: Sandbox, new_code: str
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    await anna.press(told, "Connect again").answered()
    await chat.wait_for("Please send me a new address")
    typed = anna.say(sandbox.portal.address("revoked"))
    await chat.wait_for("Not connected:", after=typed.id)
    assert told.buttons == BUTTONS
    typed = anna.say(new_code)
    asked = await chat.wait_for("Replace the old one with it?", after=typed.id)
    await anna.press(asked, "Replace").answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))
    assert len(sandbox.portal.sent) == 1


async def test_text_typed_while_it_waits_is_answered_by_a_hint(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    _card, told = await blocked(anna, sandbox)
    anna.say("And one more thing")
    await chat.wait_for("Please press “Cancel” on its card first, then change it.")
    assert told.buttons == BUTTONS
