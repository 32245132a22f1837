"""Not connected: every reason has its own sentence that says what to do, and shows no secret."""

import ssl
from collections.abc import AsyncIterator, Callable

import pytest
import trustme
from aiohttp import web

from sandbox import Sandbox
from sandbox.faults import Fault, Faults
from sandbox.serving import LoopbackServer
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, TEXT, count_sends, review
from tests.support.bot_process import BotProcess

CODE = "q1w2e3r4t5y6u7i8"
HOST = "https://portal.example"

REFUSED: dict[str, tuple[str, str]] = {
    "no address": ("my portal", "this is no address"),
    "user missing": (f"{HOST}/rest/{CODE}/", "the number before the code is missing"),
    "code missing": (f"{HOST}/rest/1/", "the secret code at the end is missing"),
    "wrong order": (f"{HOST}/rest/{CODE}/1/", "stand in the wrong order"),
    "application": (f"{HOST}/rest/", "the address of an application"),
    "bare code": (CODE, "this is only the code"),
    "page of the portal": (f"{HOST}/devops/section/standard/", "a page of the portal"),
    "userinfo": (f"https://anna:pass@portal.example/rest/1/{CODE}/", "a name or a password"),
    "sample": (f"{HOST}/rest/1/**put_your_webhook_here**/", "the sample from the documentation"),
    "scheme": (f"ftp://portal.example/rest/1/{CODE}/", "must begin with https://"),
    "number as host": (f"https://10.0.0.1/rest/1/{CODE}/", "the host is a number"),
    "local name": (f"https://localhost/rest/1/{CODE}/", "a name of a local network"),
    "port": (f"https://portal.example:8443/rest/1/{CODE}/", "a port of its own"),
    "look-alike": (f"https://раypal.example/rest/1/{CODE}/", "only look alike"),
}


@pytest.fixture
async def unknown_authority() -> AsyncIterator[LoopbackServer]:
    """A portal whose certificate nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    async with LoopbackServer(web.Application(), tls=context) as server:
        yield server


@pytest.fixture
def bot_settings(sandbox: Sandbox, unknown_authority: LoopbackServer) -> dict[str, str]:
    trusted = f"{sandbox.portal_host},127.0.0.1:{unknown_authority.port}"
    return {"TRUSTED_PORTALS": trusted}


async def not_connected(person: Person, address: str) -> Message:
    said = person.say(f"/connect {address}")
    told = await person.chat.wait_for("Not connected", after=said.id)
    assert told.text.startswith("Not connected: ")
    assert told.text.splitlines()[0].endswith("❌")
    return told


@pytest.mark.parametrize("address", REFUSED)
async def test_each_address_is_refused_with_its_own_sentence(
    anna: Person, sandbox: Sandbox, bot: BotProcess, address: str
) -> None:
    """None of them is called, none is repeated to the person, and the next text answers."""
    chat = anna.chat
    text, said = REFUSED[address]
    told = await not_connected(anna, text)
    assert said in told.text
    assert CODE not in told.text
    left = any(CODE in message.text for message in chat.messages)
    assert left is (address == "bare code"), "which nobody can tell from a word"
    assert "Inbound webhook" in told.text, "it says where the address is shown"
    typed = anna.say(sandbox.webhook)
    done = await chat.wait_for("Connected to", after=typed.id)
    assert chat.last is done


async def test_the_sentences_differ() -> None:
    sentences = [said for _text, said in REFUSED.values() if said]
    assert len(sentences) == len(set(sentences))


Switch = Callable[[Faults], Fault]
LIST = "mail.mailbox.list"
LIVE: dict[str, tuple[Switch, str]] = {
    "no mail over REST 3.0": (
        lambda f: f.reply_with(404, {"error": "ERROR_METHOD_NOT_FOUND"}, method=LIST),
        "REST 3.0",
    ),
    "a page": (lambda f: f.html(200, method=LIST), "web page"),
    "a fault": (
        lambda f: f.reply_with(500, {"error": "INTERNAL_SERVER_ERROR"}, method=LIST),
        "fault of its own",
    ),
    "too busy": (lambda f: f.unavailable(method=LIST), "more calls"),
    "moved": (
        lambda f: f.reply_with(302, "", {"Location": "https://b.example/"}, method=LIST),
        "another address",
    ),
    "a login page": (
        lambda f: f.reply_with(302, "", {"Location": "/login/?backurl=%2Frest"}, method=LIST),
        "wants a login",
    ),
    "a dropped connection": (lambda f: f.dropped(method=LIST), "broke the connection off"),
    "an answer cut in half": (lambda f: f.half_answer(method=LIST), "could not be understood"),
    "no senders": (
        lambda f: f.reply_with(200, {"result": {"items": []}}, method="mail.mailbox.senders"),
        "no address that you may",
    ),
}


@pytest.mark.parametrize("failure", LIVE)
async def test_each_failure_of_the_portal_is_told_and_can_be_tried_again(
    anna: Person, sandbox: Sandbox, bot: BotProcess, failure: str
) -> None:
    switch, said = LIVE[failure]
    switch(sandbox.faults)
    told = await not_connected(anna, sandbox.webhook)
    assert said in told.text
    assert told.buttons == ["Try again", "Cancel"]
    sandbox.faults.off()
    await anna.press(told, "Try again").answered()
    await anna.chat.wait_until(lambda _: told.text.startswith("Connected to"))
    assert anna.chat.last is told, "after a press the message is edited"


async def test_a_missing_profile_and_scope_do_not_stop_it(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    for method in ("profile", "scope"):
        sandbox.faults.reply_with(403, {"error": "insufficient_scope"}, method=method)
    said = anna.say(f"/connect {sandbox.webhook}")
    done = await anna.chat.wait_for("Connected to", after=said.id)
    assert "support@linden-print.example" in done.text
    assert "Person:" not in done.text


async def test_a_portal_that_is_down_and_a_bad_certificate(
    anna: Person, sandbox: Sandbox, bot: BotProcess, unknown_authority: LoopbackServer
) -> None:
    told = await not_connected(anna, f"{unknown_authority.url}/rest/1/{CODE}/")
    assert "certificate" in told.text
    await sandbox.close_portal()
    told = await not_connected(anna, sandbox.webhook)
    assert "the portal cannot be reached" in told.text
    await sandbox.open_portal()
    await anna.press(told, "Try again").answered()
    await anna.chat.wait_until(lambda _: told.text.startswith("Connected to"))


async def test_at_most_five_addresses_an_hour_of_hosts_that_nobody_vouches_for(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    """What is refused without a call does not count, nor does a host that is trusted."""
    address = f"https://no-such-host.invalid/rest/1/{CODE}/"
    for _turn in range(3):
        await not_connected(anna, f"{HOST}/rest/1/")
        await not_connected(anna, sandbox.portal.address("revoked"))
    told = [(await not_connected(anna, address)).text for _turn in range(5)]
    assert len(set(told)) == 1
    said = anna.say(f"/connect {address}")
    await anna.chat.wait_for("At most 5 addresses an hour can be tried.", after=said.id)
    assert anna.chat.message(said.id) is None, "the secret is deleted all the same"
    said = anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Connected to", after=said.id)


async def test_the_same_webhook_is_only_checked_again(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected to", after=said.id)
    anna.say("/accounts")
    card = await chat.wait_for("Your portals")
    assert card.text.count(sandbox.portal_host) == 1


async def test_a_webhook_pasted_while_a_letter_is_written_is_no_text_of_it(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    typed = anna.say(sandbox.webhook)
    await chat.wait_for("Connected to", after=typed.id)
    assert chat.message(typed.id) is None
    assert "Send" in card.buttons
    await anna.press(card, "Send").answered()
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert [letter.body for letter in sandbox.portal.sent] == [TEXT]
    assert count_sends(sandbox) == 1


async def test_cancelled_while_the_portal_is_asked_nothing_is_connected(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    sandbox.faults.hang(method=LIST)
    anna.say(f"/connect {sandbox.webhook}")
    asking = await anna.chat.wait_for("Asking ")
    await anna.press(asking, "Cancel").answered()
    await anna.chat.wait_until(lambda _: asking.text == "Cancelled. Nothing was connected.")
    sandbox.faults.off()
    anna.say("/accounts")
    await anna.chat.wait_for("No portal is connected.")
    assert asking.buttons == []
