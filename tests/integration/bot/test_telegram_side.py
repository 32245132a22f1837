"""How the parts that need Telegram are put together: what one hears, another acts upon."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.tasks import Tasks
from bot.telegram_side import TelegramSide
from sandbox import Sandbox
from storage import notices, people
from storage.database import Database, Transaction
from storage.migrations import migrations
from storage.records.notices import Manner, NoticeKind
from storage.records.people import Access, Person
from storage.records.places import Place
from storage.sealing import new_key

ANNA = 1
TRIED = 6  # the next pause is a minute


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def settings(sandbox: Sandbox) -> Settings:
    return Settings.model_validate(
        {
            "bot_token": sandbox.telegram.token,
            "secret_key": new_key(),
            "telegram_api_url": sandbox.telegram_url,
        }
    )


@pytest.fixture
async def database(database_path: Path, settings: Settings) -> AsyncIterator[Database]:
    opened = await Database.open(database_path, settings.secret_keys, migrations, clock=now)
    yield opened
    await opened.close()


def owe_long_tried(tx: Transaction) -> None:
    """As if Telegram had been away for a while already."""
    people.save(tx, Person(ANNA, "Anna", "", "en", Access.ADMITTED, False, None, None, 1))
    notices.owe(tx, ANNA, NoticeKind.UNREADABLE, Place(ANNA), "", Manner.NEW)
    tx.execute("UPDATE notices SET tries = :tries", tries=TRIED)


async def waits_long(database: Database) -> None:
    """It was tried, and waits for most of a minute."""
    for _ in range(500):
        due = await database.read(notices.next_due)
        if due is not None and due - now() > timedelta(seconds=30):
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_row_21_who_receives_tells_who_delivers_that_telegram_is_back(
    sandbox: Sandbox, settings: Settings, database: Database
) -> None:
    anna = sandbox.telegram.person(ANNA, "Anna")
    anna.say("/start")
    await sandbox.close_telegram()
    tasks = Tasks()
    side = TelegramSide(settings, database, tasks, clock=now, services={})
    await database.write(owe_long_tried)
    tasks.start("notices", side._delivery.run)
    await waits_long(database)
    await sandbox.open_telegram()
    tasks.start("updates", side._receiver.run)
    await anna.chat.wait_for("I could not handle")
    await tasks.stop(5)
    await side.close()
