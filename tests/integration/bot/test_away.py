"""Telegram cannot be reached while a handler speaks: its words wait, as its person's updates do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiogram.types import Message
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.own_words import LONGEST_AWAY, SpeakingBot, dropping
from bot.pacing import Pacing
from bot.tasks import Stop, Tasks
from bot.telegram import NotSent, TelegramSession
from bot.work import BrokenOff, Worker
from handlers.secret_messages import take_away
from storage import updates
from storage.database import Database
from storage.records.updates import StoredUpdate
from tests.integration.bot.bot_api import TOKEN, BotApi, drops, ok
from tests.integration.bot.shapes import message
from tests.integration.bot.test_work import BOT, rows, settled, states
from tests.integration.bot.waiting import eventually

ANNA, OLEG = 7, 8
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SAID = message(1, ANNA)["message"]


async def sent(_: web.Request) -> web.StreamResponse:
    return ok(SAID)


class Away:
    """Time passes in pauses only, until `noon`; Telegram's port is closed until it is opened."""

    def __init__(self, api: BotApi) -> None:
        api.always["sendMessage"] = sent
        self.api = api
        self.now = 0.0
        self.noon = 300.0
        self._port = unused_port()
        self._session = TelegramSession(f"http://127.0.0.1:{self._port}", send_seconds=1)
        self._server = TestServer(api.app(), host="127.0.0.1", port=self._port)

    def bot(self, stop: Stop) -> SpeakingBot:
        return SpeakingBot(
            TOKEN,
            self._session,
            Pacing(),
            stop=stop,
            monotonic=lambda: self.now,
            sleep=asyncio.sleep,
            pause=self._pause,
        )

    async def _pause(self, _: Stop, seconds: float) -> None:
        if self.now < self.noon:
            self.now += seconds
        await asyncio.sleep(0.001)

    async def is_noon(self) -> None:
        await eventually(lambda: self.now >= self.noon)

    async def open(self) -> None:
        await self._server.start_server(shutdown_timeout=0)

    async def close(self) -> None:
        await self._session.close()
        await self._server.close()


@pytest.fixture
async def away(bot_api: BotApi) -> AsyncIterator[Away]:
    away = Away(bot_api)
    yield away
    await away.close()


@asynccontextmanager
async def working(away: Away, database: Database) -> AsyncIterator[list[int]]:
    """A worker whose handler answers what Anna writes; the ids of what was handled."""
    handled: list[int] = []
    tasks = Tasks()

    async def begin(stop: Stop) -> None:
        bot = away.bot(stop)

        async def handle(update: StoredUpdate) -> None:
            if update.key == ANNA:
                await bot.send_message(ANNA, f"answer {update.update_id}")
            handled.append(update.update_id)

        worker = Worker(
            database, dropping(handle), spawn=tasks.spawn, on_quarantine=lambda _tx, _update: None
        )
        await worker.run(stop)

    tasks.start("updates", begin)
    yield handled
    async with asyncio.timeout(5):
        await tasks.stop(20)


async def test_row_21_what_is_said_while_telegram_is_away_is_said_once_when_it_is_back(
    away: Away, database: Database
) -> None:
    """In order; nobody else waits, and nothing is set aside."""
    async with working(away, database) as handled:
        first, second = message(1, ANNA), message(2, ANNA)
        await database.write(lambda tx: updates.keep(tx, BOT, [first, second, message(3, OLEG)]))
        await away.is_noon()
        assert handled == [3]
        await away.open()
        assert set((await settled(database)).values()) == {"done"}
    assert handled == [3, 1, 2]
    assert [form["text"] for form in away.api.forms] == ["answer 1", "answer 2"]


async def test_row_21_a_stop_meanwhile_leaves_it_to_the_next_start(
    away: Away, database: Database
) -> None:
    for _ in range(4):
        away.now = 0.0
        async with working(away, database):
            await database.write(lambda tx: updates.keep(tx, BOT, [message(1, ANNA)]))
            await away.is_noon()
    assert await states(database) == {1: "waiting"}
    assert (await rows(database))[1]["attempts"] == 0
    await away.open()
    async with working(away, database):
        assert await settled(database) == {1: "done"}
    assert away.api.calls == ["sendMessage"]


async def test_row_32_an_answer_that_may_have_arrived_is_not_said_again_after_an_outage(
    away: Away,
) -> None:
    away.api.prescribe("sendMessage", drops)
    async with asyncio.TaskGroup() as group:
        group.create_task(_hint(away))
        await away.is_noon()
        await away.open()
    assert away.api.calls == ["sendMessage"]


async def _hint(away: Away) -> None:
    update = StoredUpdate(BOT, 1, ANNA, NOON, 0, {})
    await dropping(lambda _: away.bot(Stop()).send_message(ANNA, "hint"))(update)


async def test_a_secret_is_taken_out_of_the_chat_when_telegram_is_back(away: Away) -> None:
    pasted = Message.model_validate(SAID, context={"bot": away.bot(Stop())})
    async with asyncio.TaskGroup() as group:
        taking = group.create_task(take_away(pasted))
        await away.is_noon()
        await away.open()
    assert taking.result()
    assert away.api.calls == ["deleteMessage"]


async def test_who_cannot_be_told_for_ten_minutes_does_not_wait_for_ever(away: Away) -> None:
    """A server that gives updates and takes nothing."""
    away.noon = float("inf")
    with pytest.raises(NotSent):
        await away.bot(Stop()).send_message(ANNA, "hint")
    assert LONGEST_AWAY < away.now <= LONGEST_AWAY + 10


async def test_a_press_is_answered_now_or_not_at_all(away: Away) -> None:
    with pytest.raises(NotSent):
        await away.bot(Stop()).answer_callback_query("1")
    assert away.now == 0


async def test_a_stop_breaks_off_at_once(away: Away) -> None:
    stop = Stop()
    stop.ask()
    with pytest.raises(BrokenOff):
        await away.bot(stop).send_message(ANNA, "hint")
