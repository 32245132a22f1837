"""Telegram was away: what waited for that alone is told as soon as it can be reached again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.policies import FIRST_EDITS
from storage import notices
from storage.database import Transaction
from storage.records.notices import Manner, NoticeKind
from storage.records.places import Place
from tests.integration.bot.post import LOOK, Post, now, opened
from tests.integration.bot.waiting import eventually

ANNA, OLEG = 1, 2
TRIED = 6  # the next pause is a minute


@pytest.fixture
async def post(database_path: Path) -> AsyncIterator[Post]:
    async with opened(database_path) as post:
        await post.meet(ANNA, OLEG)
        yield post


async def owe_long_tried(
    post: Post, person: int, manner: Manner = Manner.NEW, repeats: int = 0
) -> None:
    """As if Telegram had been away for a while already."""

    def change(tx: Transaction) -> None:
        notices.owe(tx, person, NoticeKind.ACCOUNTS, Place(person), str(person), manner)
        tx.execute(
            "UPDATE notices SET tries = :t, repeats = :r WHERE state <> 'done'", t=TRIED, r=repeats
        )

    await post.database.write(change)


async def waits_long(post: Post) -> None:
    """Whatever is owed waits for most of a minute."""
    for _ in range(500):
        owed = await post.database.read(notices.owed_chats)
        due = await post.database.read(notices.next_due)
        if not owed and due is not None and due - now() > timedelta(seconds=30):
            return
        await asyncio.sleep(LOOK)
    raise AssertionError(await post.states())


async def test_row_21_what_waited_for_a_telegram_that_is_back_is_told_at_once(post: Post) -> None:
    await post.sandbox.close_telegram()
    for person in (ANNA, OLEG):
        await owe_long_tried(post, person)
    await waits_long(post)
    await post.owe(ANNA, ["owed meanwhile"])
    await post.sandbox.open_telegram()
    post.delivery.returned()
    await post.all_done()
    assert len(post.texts(ANNA)) == 2
    assert len(post.texts(OLEG)) == 1


async def test_row_21_an_edit_that_may_have_arrived_goes_at_once_when_telegram_is_back(
    post: Post,
) -> None:
    await post.shown(ANNA)
    lost = post.telegram.faults.answer_lost(method="editMessageText", times=1)
    await owe_long_tried(post, ANNA, Manner.EDIT)
    await eventually(lambda: lost.used == 1)
    await waits_long(post)
    post.delivery.returned()
    await post.all_done()


async def test_row_21_an_edit_that_waited_beside_a_message_missed_that_telegram_was_back(
    post: Post,
) -> None:
    """Both waited in one chat, each for its own time."""
    await post.shown(ANNA)
    lost = post.telegram.faults.answer_lost(method="editMessageText", times=1)
    await owe_long_tried(post, ANNA, Manner.EDIT, repeats=FIRST_EDITS)
    await eventually(lambda: lost.used == 1)
    await waits_long(post)
    await post.sandbox.close_telegram()
    await post.owe(ANNA, ["new"])
    await tried(post)
    await post.sandbox.open_telegram()
    post.delivery.returned()
    await post.all_done()


async def tried(post: Post) -> None:
    """What was owed last did not leave."""
    for _ in range(500):
        rows = await post.database.read(lambda tx: tx.rows("SELECT tries FROM notices ORDER BY id"))
        if rows[-1]["tries"]:
            return
        await asyncio.sleep(LOOK)
    raise AssertionError(await post.states())


async def test_row_21_where_updates_come_but_nothing_goes_out_the_pauses_grow_anew(
    post: Post,
) -> None:
    await post.sandbox.close_telegram()
    await owe_long_tried(post, ANNA)
    await waits_long(post)
    post.delivery.returned()
    await asyncio.sleep(0.5)
    (row,) = await post.database.read(lambda tx: tx.rows("SELECT state, tries FROM notices"))
    assert row == {"state": "owed", "tries": 1}
    due = await post.database.read(notices.next_due)
    assert due is not None
    assert timedelta(0) < due - now() < timedelta(seconds=1)


async def test_row_26_a_limit_holds_although_telegram_is_back(post: Post) -> None:
    post.telegram.flood(60)
    await post.owe(ANNA)
    await waits_long(post)
    post.delivery.returned()
    await asyncio.sleep(0.3)
    assert await post.states() == ["owed"]
    await waits_long(post)
