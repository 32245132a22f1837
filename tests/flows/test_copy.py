"""A backup is put back: what it holds may have left since, nothing goes, and people are asked."""

import shutil

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, count_sends, send
from tests.support.bot_process import BotProcess


@pytest.fixture
def bot_settings() -> dict[str, str]:
    return {"UNDO_SECONDS": "2"}


async def test_row_62_a_backup_that_is_put_back_sends_nothing_and_asks(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await send(anna)
    await chat.wait_until(lambda _: card.buttons == ["Undo"])
    await bot.stop()
    database = bot.folder / "data" / "bot.db"
    saved = shutil.copy(database, bot.folder / "saved.db")
    await bot.start()
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    await bot.stop()
    shutil.copy(saved, database)
    await bot.start()
    asked = await chat.wait_for("Not known whether it left", after=card.id)
    assert asked.text.startswith("Your outbox")
    await chat.wait_until(
        lambda _: card.text.startswith(f"It is not known whether the letter to {JANE} left.")
    )
    assert "database is a copy" in card.text
    await anna.press(card, "It was sent").answered()
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1
