"""At start letters wait for what Telegram held while the bot was down, and not for ever."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.catching_up import CatchingUp
from storage import updates
from storage.database import Database, Transaction
from storage.records.updates import StoredUpdate
from tests.integration.bot.shapes import message

BOT = 42


async def keep(database: Database, *ids: int) -> None:
    await database.write(lambda tx: updates.keep(tx, BOT, [message(one) for one in ids]))


def end(tx: Transaction, update_id: int) -> None:
    updates.end(tx, StoredUpdate(BOT, update_id, 7, datetime.now(UTC), 0, {}))


async def test_it_ends_once_all_that_came_by_then_is_handled(database: Database) -> None:
    """What is left of the last run counts, and what comes later does not hold letters up."""
    left, fetched, later = 1, 2, 3
    looks = 0

    async def handle(_seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 1:
            await keep(database, later)
        await database.write(lambda tx: end(tx, {1: fetched, 2: left}[looks]))

    catching_up = CatchingUp(database, sleep=handle)
    await keep(database, left)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(catching_up.wait(20))
        await asyncio.sleep(0.05)
        assert not waiting.done(), "nothing is known of what Telegram holds"
        await keep(database, fetched)
        catching_up.fetched()
    assert looks == 2


async def test_it_does_not_wait_where_nothing_came(database: Database) -> None:
    catching_up = CatchingUp(database)
    catching_up.fetched()
    await catching_up.wait(20)


async def test_letters_go_although_telegram_stays_away(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await CatchingUp(database).wait(0.01)
    assert "letters go without what Telegram may hold" in caplog.text
