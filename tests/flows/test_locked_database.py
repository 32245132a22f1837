"""The database is locked by another process: people wait, and nothing that they said is lost."""

import asyncio
import sqlite3
from contextlib import closing

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import REVIEW, TEXT, press
from tests.support.bot_process import BotProcess


async def says(bot: BotProcess, piece: str) -> bool:
    """Waits for a line of the log, at most 15 s."""
    for _ in range(300):
        if piece in bot.log:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_row_57_what_is_said_while_the_database_is_locked_is_answered_later(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    with closing(sqlite3.connect(bot.folder / "data" / "bot.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        said = anna.say(f"/reply 15 {TEXT}")
        told = await chat.wait_for("I could not store this yet.", after=said.id, within=4)
        assert not bot.log.count("the storage is locked"), "people are told before it gives up"
        assert await says(bot, "the storage is locked")
        assert "is handled as soon as this is over" in told.text
        other.execute("ROLLBACK")
    card = await chat.wait_for(REVIEW, after=said.id, within=30)
    await press(anna, card, "Send", "Sent to")
    assert [letter.body for letter in sandbox.portal.sent] == [TEXT]
