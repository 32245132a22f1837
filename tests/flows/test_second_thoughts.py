"""People change their mind: they edit a command, cancel one letter after another, stop."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from storage.sealing import new_key
from tests.flows.acting import TEXT, count_sends, press, review
from tests.flows.conftest import TOKEN

STAYS = "This stays the answer to letter 15. To answer another letter, please send a new /reply."
NO_COMMAND = "A command cannot be edited into a message. Please send it as a new one."


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        ("/reply 16 hello", STAYS),
        ("/cancel", NO_COMMAND),
        ("/reply 15", NO_COMMAND),
        ("/reply", NO_COMMAND),
        ("/Cancel@letters_bot", NO_COMMAND),
    ],
)
async def test_an_edited_command_changes_neither_letter_nor_text(
    connected: Person, sandbox: Sandbox, edited: str, said: str
) -> None:
    anna, chat = connected, connected.chat
    command = anna.say(f"/reply 15 {TEXT}")
    card = await chat.wait_for("Check before it goes out", after=command.id)
    anna.edit(command, edited)
    await chat.wait_for(said, after=card.id)
    await anna.press(card, "Send").answered()
    sent = await sandbox.portal.wait_for_sent()
    assert (sent.answers, sent.body) == (15, TEXT)


async def test_the_text_of_an_edited_command_still_changes(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    command = anna.say("/reply 15 Tahnks")
    card = await chat.wait_for("Check before it goes out", after=command.id)
    anna.edit(command, "/reply 15 Thanks")
    shown = await chat.wait_for("Thanks", after=card.id)
    await anna.press(shown, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "Thanks"


async def test_cancel_sets_aside_one_after_another(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    for number in (15, 16):
        await review(anna, letter=number)
    for subject in ("Re: Счёт за бумагу", "Re: Delivery date for order 118"):
        said = anna.say("/cancel")
        aside = await chat.wait_for("Set aside", after=said.id)
        assert subject in aside.text
    said = anna.say("/cancel")
    await chat.wait_for("There is nothing to cancel.", after=said.id)
    assert count_sends(sandbox) == 0


async def test_a_draft_whose_card_was_deleted_can_still_be_brought_back(
    connected: Person,
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await press(anna, card, "Cancel", "Set aside")
    assert "Letter 15" in card.text
    chat.remove(card.id)
    said = anna.say("hello?")
    await chat.wait_for("press “Bring back”", after=said.id)
    aside = await chat.wait_for("Set aside", after=said.id)
    await press(anna, aside, "Bring back", "Check before it goes out")
    assert TEXT in aside.text


async def test_an_edit_after_cancel_had_to_be_made_again(connected: Person) -> None:
    anna, chat = connected, connected.chat
    await review(anna, "Hello Jane,")
    said = anna.say("It leaves Thrusday.")
    card = await chat.wait_for("Thrusday", after=said.id)
    await press(anna, card, "Cancel", "Set aside")
    anna.edit(said, "It leaves on Thursday.")
    told = await chat.wait_for("What you typed is kept", after=card.id)
    assert told.reply_to == said.id
    await press(anna, card, "Bring back", "Typed, but not in the letter:\nIt leaves on Thursday.")
    await press(anna, card, "Use this text", "Hello Jane,\n\nIt leaves on Thursday.")
    assert "Thrusday" not in card.text


@pytest.mark.parametrize("subject", ["\u200b", "\u2800", "\u3164", "\u00ad"])
async def test_a_subject_that_nobody_sees_is_refused(connected: Person, subject: str) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await anna.press(card, "Edit").answered()
    await chat.wait_until(lambda _: "Subject" in card.buttons)
    await anna.press(card, "Subject").answered()
    said = anna.say(subject)
    told = await chat.wait_for(lambda message: message.by_bot and message.id > said.id)
    assert "ubject" in told.text


async def test_a_name_may_begin_with_a_slash(connected: Person) -> None:
    anna, chat = connected, connected.chat
    said = anna.say("/accounts")
    card = await chat.wait_for("Your portals", after=said.id)
    await anna.press(card, "Rename").answered()
    await chat.wait_until(lambda _: "What do you want to call" in card.text)
    said = anna.say("/office")
    named = await chat.wait_for("Your portals", after=said.id)
    assert "/\u2060office" in named.text


async def real_bot(folder: Path) -> asyncio.subprocess.Process:
    """By the command line, with a Telegram that is away."""
    settings = {"BOT_TOKEN": TOKEN, "SECRET_KEY": new_key(), "ADMINS": "1"}
    settings |= {"TELEGRAM_API_URL": "http://127.0.0.1:9"}
    settings |= {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd())}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", cwd=folder, env=settings, stderr=asyncio.subprocess.PIPE
    )


@pytest.mark.parametrize("seconds", [0.3, 1.0])
async def test_a_stop_while_starting_is_no_fault(tmp_path: Path, seconds: float) -> None:
    process = await real_bot(tmp_path)
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGTERM)
    _out, said = await process.communicate()
    assert b"Traceback" not in said
    assert process.returncode in (0, -signal.SIGTERM)


async def test_row_08_a_bot_that_had_stopped_was_killed_by_one_more_signal(tmp_path: Path) -> None:
    """Between its last word and its end; by a second Ctrl-C with a traceback."""
    process = await real_bot(tmp_path)
    assert process.stderr is not None
    assert b"Telegram cannot be reached" in await process.stderr.readline()
    async with asyncio.TaskGroup() as group:
        more = group.create_task(process.stderr.read())
        while not more.done():
            for again in (signal.SIGTERM, signal.SIGINT):
                with suppress(ProcessLookupError):
                    process.send_signal(again)
            await asyncio.sleep(0.005)
    assert (await process.wait(), more.result()) == (0, b"")
