"""The clock is set while the bot receives: another one tells how long nothing came."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiogram import Bot

from bot.receive import Receiver
from bot.telegram import TelegramSession
from storage.database import Database
from storage.ids import new_id
from storage.migrations import migrations
from storage.sealing import SecretKeys
from tests.integration.bot.bot_api import TOKEN, BotApi
from tests.integration.bot.shapes import message
from tests.integration.bot.test_receive import Time, arrived, running
from tests.integration.bot.waiting import eventually


class Wall:
    """A clock that is set by hand alone."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def database(database_path: Path, wall: Wall) -> AsyncIterator[Database]:
    keys = SecretKeys([b"k" * 32])
    opened = await Database.open(database_path, keys, migrations, clock=wall, busy_seconds=0.05)
    yield opened
    await opened.close()


@pytest.fixture
async def receiver(api_url: str, database: Database, time: Time) -> AsyncIterator[Receiver]:
    bot = Bot(TOKEN, session=TelegramSession(api_url, send_seconds=1, poll_grace_seconds=0.2))
    yield Receiver(
        bot,
        database,
        new_id=new_id,
        monotonic=time.monotonic,
        since_boot=time.monotonic,
        sleep=time.sleep,
        poll_seconds=1,
    )
    await bot.session.close()


async def absences(database: Database) -> list[timedelta]:
    """How long each was."""
    rows = await database.read(lambda tx: tx.rows("SELECT since, until FROM absences ORDER BY id"))
    return [
        datetime.fromisoformat(row["until"]) - datetime.fromisoformat(row["since"]) for row in rows
    ]


async def test_row_61_a_clock_set_forward_between_two_polls_is_no_absence(
    receiver: Receiver, database: Database, bot_api: BotApi, wall: Wall, time: Time
) -> None:
    async with running(receiver):
        for number, (passed, is_set) in enumerate([(0, 0), (25, 3600), (25, -7200), (121, 0)]):
            time.now += passed
            wall.now += timedelta(seconds=passed + is_set)
            await bot_api.add(message(number))
            await arrived(database, number + 1)
    assert await absences(database) == [timedelta(seconds=121)]


async def test_row_61_what_could_not_be_stored_was_not_heard(
    receiver: Receiver,
    database: Database,
    bot_api: BotApi,
    database_path: Path,
    wall: Wall,
    time: Time,
) -> None:
    """The clock is set back meanwhile, so that it does not show how long that was."""
    async with running(receiver):
        await bot_api.add(message(1))
        await arrived(database, 1)
        with closing(sqlite3.connect(database_path)) as other:
            other.execute("BEGIN IMMEDIATE")
            await bot_api.add(message(2))
            await eventually(lambda: len(time.slept) > 1)
            time.now += 300
            wall.now -= timedelta(hours=1)
            tried = len(time.slept)
            await eventually(lambda: len(time.slept) > tried + 1)
        await arrived(database, 2)
    (away,) = await absences(database)
    assert away >= timedelta(seconds=300)
