"""The database is damaged while the bot runs: it ends, says what to do, and writes nothing more."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.telegram.people import Person
from tests.flows.acting import TEXT, settled
from tests.support.bot_process import BotProcess

DAMAGED = 74
PAGE = 4096


def spoil_people(path: Path) -> None:
    """Overwrites the page in which people begin, which only handlers read."""
    with closing(sqlite3.connect(path)) as database:
        ((page,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'people'")
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def spoil_all(path: Path) -> None:
    """Overwrites all that the file and its journal hold."""
    for each in (path, path.with_name("bot.db-wal")):
        with each.open("r+b") as file:
            file.write(b"\xa5" * each.stat().st_size)


@pytest.mark.parametrize("spoil", [spoil_people, spoil_all])
async def test_row_55_damage_while_running_is_74_with_one_sentence_at_once(
    connected: Person, bot: BotProcess, spoil: Callable[[Path], None]
) -> None:
    """It was counted as the update's own failure, tried three times, and then set aside."""
    await bot.stop()  # all that was written stands in the file itself then
    await bot.start()
    await settled(connected)
    logged = len(bot.log)
    path = bot.folder / "data" / "bot.db"
    spoil(path)
    connected.say(f"/reply 15 {TEXT}")
    assert await bot.ended(within=10) == DAMAGED
    said = bot.log[logged:]
    sentence = said.splitlines()[-1]
    assert sentence.startswith("The database data/bot.db is damaged;")
    assert "backup" in sentence
    assert "bot.db-wal" in sentence
    assert " ERROR " not in said
    assert "Traceback" not in said
