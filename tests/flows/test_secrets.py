"""Rows 85 and 86: after a run with failures of many kinds, no secret and nothing of a letter is
found in the logs, nor in any file that the bot wrote."""

from collections.abc import Callable
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import REPLY, press, review, send
from tests.support.bot_process import BotProcess

TYPED = "canarytyped7 typed text"
SENT = "canarysent8 sent text"
LETTER = "canaryletter9 of the letter"
SUBJECT = "canarysubject5 of the letter"
ADDRESSEE = "canaryperson6@client.example"
Switch = Callable[[], object]
ODD = "canarycode4odd"  # the code of an address that leads nowhere


@pytest.fixture(params=["text", "json"])
def bot_settings(request: pytest.FixtureRequest) -> dict[str, str]:
    return {"LOG_FORMAT": request.param, "LOG_LEVEL": "DEBUG"}


def files_of(bot: BotProcess) -> dict[str, bytes]:
    """All files below the bot's folder: log, database, -wal, -shm, lock."""
    return {
        str(path.relative_to(bot.folder)): path.read_bytes()
        for path in Path(bot.folder).rglob("*")
        if path.is_file()
    }


def replying_to(card: Message) -> Callable[[Message], bool]:
    return lambda message: message.reply_to == card.id


async def connect_badly(person: Person, sandbox: Sandbox) -> None:
    """Connects in ways that fail at every depth."""
    for address in (
        sandbox.portal.address("revoked"),
        sandbox.portal.address("no_mail"),
        f"https://no-such-host.invalid/rest/1/{ODD}/",
        f"http://127.0.0.1:1/rest/1/{ODD}/",
        f"https://portal.example/rest/{ODD}/1/",
    ):
        said = person.say(f"/connect {address}")
        await person.chat.wait_for("Not connected", after=said.id, within=20)


async def fail_to_look_up(person: Person, sandbox: Sandbox) -> None:
    """Look-ups that fail; the portal's answers name the address that was called."""
    echo = {"error": "ODD", "error_description": f"no right at {sandbox.webhook}profile"}
    faults = sandbox.faults
    switches: tuple[Switch, ...] = (
        lambda: faults.html(502, times=1),
        lambda: faults.half_answer(times=1),
        lambda: faults.dropped(times=1),
        lambda: faults.reply_with(418, echo, times=1),
        lambda: faults.reply_with(500, f"<p>{sandbox.webhook}</p>", times=1),
        lambda: faults.reply_with(302, "", {"Location": f"{sandbox.webhook}x"}, times=1),
    )
    for switch in switches:
        switch()
        said = person.say(f"/reply 15 {TYPED}")
        await person.chat.wait_for("Which letter", after=said.id)


async def fail_to_send(person: Person, sandbox: Sandbox) -> None:
    """Letters that are refused, wait, or may have left."""
    echo = {"error": "ODD", "error_description": f"{sandbox.webhook} {SENT} {ADDRESSEE}"}
    faults = sandbox.faults
    sandbox.portal.sent_copies = "never"
    switches: tuple[Switch, ...] = (
        lambda: faults.reply_with(400, echo, method=REPLY, times=1),
        lambda: faults.reply_with(500, echo, method=REPLY, times=1),
        lambda: faults.unauthorized(method=REPLY, times=1),
        lambda: faults.answer_lost(method=REPLY),
        lambda: sandbox.portal.refuse_next_send(f"{sandbox.webhook} {SENT}"),
    )
    for switch in switches:
        switch()
        card = await send(person, SENT)
        await person.chat.wait_for(replying_to(card))
        faults.off()


async def fail_at_telegram(person: Person, sandbox: Sandbox) -> None:
    """Telegram answers nonsense, and refuses."""
    sandbox.telegram.faults.html(method="sendMessage", times=1)
    person.say("/help")  # which is dropped
    sandbox.telegram.script.refuse(400, "odd", method="sendMessage", times=1)
    said = person.say("/help")  # tried once more after a second
    await person.chat.wait_for("/reply", after=said.id)


async def test_rows_85_and_86_no_file_shows_a_secret_or_a_letter(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    portal = sandbox.portal
    portal.receive("support@linden-print.example", ADDRESSEE, SUBJECT, LETTER, letter_id=40)
    await connect_badly(anna, sandbox)
    said = anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Connected", after=said.id)
    anna.say(f"/reply 40 {TYPED}")
    card = await anna.chat.wait_for("Check before it goes out")
    assert SUBJECT in card.text
    await press(anna, card, "Send", "Sent to")
    anna.send({"text": f"look {portal.address('second')}", "forward_origin": FORWARDED})
    await fail_to_look_up(anna, sandbox)
    await fail_to_send(anna, sandbox)
    await review(anna, TYPED)
    await fail_at_telegram(anna, sandbox)
    await bot.kill()  # so that -wal and -shm are still there
    files = files_of(bot)
    assert {"bot.log", "data/bot.db", "data/bot.db-wal", "data/bot.db-shm"} <= files.keys()
    canaries = [hook.code for hook in portal.webhooks.values()]
    canaries += [sandbox.telegram.token, sandbox.telegram.token.partition(":")[2]]
    canaries += [bot.settings["SECRET_KEY"], ODD]
    canaries += [text.split()[0] for text in (TYPED, SENT, LETTER, SUBJECT, ADDRESSEE)]
    found = [
        (name, canary)
        for name, content in files.items()
        for canary in canaries
        if canary.encode() in content
    ]
    assert found == []
    assert b"Traceback" in files["bot.log"], "one was wanted, with all that it could show"
    written = files["data/bot.db"] + files["data/bot.db-wal"]
    assert sandbox.portal_host.encode() in written, "what is no secret is found"
    bot.log_file.unlink()  # the fixture wants none


FORWARDED = {"type": "hidden_user", "sender_user_name": "Somebody", "date": 1_700_000_000}
