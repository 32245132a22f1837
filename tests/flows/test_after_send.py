"""From Send to "Sent to": one press, one letter, one card that says how it stands."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, review, send, shown
from tests.support.bot_process import BotProcess


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_the_review_becomes_the_sent_letter(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    card = await send(anna)
    sent = await chat.wait_for(f"Sent to {JANE}")
    letter = await sandbox.portal.wait_for_sent(1)
    assert sent is card, "the card is edited: what went well need not ring"
    assert sent.text.splitlines() == [
        f"Sent to {JANE} ✅",
        sent.text.splitlines()[1],
        "Subject: Re: Delivery date for order 118",
    ]
    hours, minutes = sent.text.splitlines()[1].split(":")
    assert f"{hours}:{minutes}" == letter.at.astimezone(sandbox_zone()).strftime("%H:%M")
    assert sent.buttons == []
    assert letter.body == TEXT
    assert (letter.to, letter.cc, letter.bcc) == ([JANE], [], [])
    assert letter.answers == 15
    assert letter.headers["Idempotency-Key"]
    assert [line.split()[0] for line in shown(anna)] == ["Connected", "✉️", "Sent"]


def sandbox_zone() -> ZoneInfo:
    return ZoneInfo("Europe/Berlin")


async def test_recipients_that_the_portal_changed_are_told(
    connected: Person, sandbox: Sandbox
) -> None:
    sandbox.faults.reply_with(
        200, {"result": {"success": True, "to": ["sales@client.example"]}}, method=REPLY
    )
    await send(connected)
    sent = await connected.chat.wait_for("Sent to")
    assert sent.text.startswith("Sent to sales@client.example ✅\n")
    assert f"Bitrix24 changed the recipients; asked for: {JANE}" in sent.text


async def test_send_pressed_twice_sends_one_letter(connected: Person, sandbox: Sandbox) -> None:
    anna = connected
    card = await review(anna)
    data = card.button("Send")["callback_data"]
    first, second = (anna.press_data(card, data) for _ in range(2))
    assert await first.answered() == ""
    assert await second.answered() == "Send was pressed already; the letter is on its way."
    await anna.chat.wait_for(f"Sent to {JANE}")
    third = anna.press_data(card, data)
    assert await third.answered() == "This letter was sent already."
    assert count_sends(sandbox) == 1


async def test_send_on_a_review_older_than_ten_minutes_asks_once_more(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna = connected
    card = await review(anna)
    await bot.stop()
    shown_at = datetime.now(UTC) - timedelta(minutes=10, seconds=1)
    with closing(sqlite3.connect(bot.folder / "data" / "bot.db")) as database:
        database.execute("UPDATE cards SET shown_at = ?", [f"{shown_at:%Y-%m-%dT%H:%M:%S.%fZ}"])
        database.commit()
    await bot.start()
    old = card.button("Send")["callback_data"]
    toast = await anna.press(card, "Send").answered()
    assert toast == "This review is old. Please look at it again, then press “Send”."
    await anna.chat.wait_until(lambda _: card.button("Send")["callback_data"] != old)
    assert count_sends(sandbox) == 0
    await anna.press(card, "Send").answered()
    await anna.chat.wait_for(f"Sent to {JANE}")
    assert count_sends(sandbox) == 1


async def test_a_slow_portal_is_seen_at_work(connected: Person, sandbox: Sandbox) -> None:
    """The card says that the letter is on its way, and typed text changes nothing of it."""
    anna, chat = connected, connected.chat
    sandbox.faults.hang(method=REPLY)
    card = await send(anna)
    await chat.wait_for("Sending…")
    assert card.text.splitlines() == [
        "Sending… 📤",
        f"To: {JANE}",
        "Subject: Re: Delivery date for order 118",
    ]
    assert card.buttons == []
    anna.say("One more thing")
    await chat.wait_for("The letter is on its way and cannot be changed now.")


async def test_a_press_is_answered_while_the_portal_hangs(
    connected: Person, sandbox: Sandbox
) -> None:
    sandbox.faults.hang()
    anna = connected
    anna.say("/help")
    await anna.chat.wait_for("/reply")
    asked = anna.say("/reply 15")
    await anna.chat.wait_for("Looking", after=asked.id)


async def test_what_is_typed_or_edited_after_the_end_changes_nothing(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    said = anna.say(f"/reply 15 {TEXT}")
    card = await chat.wait_for("Check before it goes out", after=said.id)
    await anna.press(card, "Send").answered()
    await chat.wait_for("Sent to")
    typed = anna.say("One more thing")
    await chat.wait_for("This letter is finished. Please begin a new one with /reply.")
    anna.edit(said, f"/reply 15 {TEXT} Really.")
    hint = await chat.wait_for("This letter is finished.", after=typed.id + 1)
    assert chat.last is hint
    assert [letter.body for letter in sandbox.portal.sent] == [TEXT]


async def test_an_answer_can_be_begun_anew_after_one_was_sent(
    connected: Person, sandbox: Sandbox
) -> None:
    for text in ("First", "Second"):
        await send(connected, text)
        await sandbox.portal.wait_for_sent(["First", "Second"].index(text) + 1)
    assert [letter.body for letter in sandbox.portal.sent] == ["First", "Second"]
    keys = {letter.headers["Idempotency-Key"] for letter in sandbox.portal.sent}
    assert len(keys) == 2
