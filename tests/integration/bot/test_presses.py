"""Each press gets one answer, and in time: receiver, worker and dispatcher over HTTP and a file."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.types import CallbackQuery, Message

from bot.presses import Clocks
from bot.receive import Receiver
from bot.tasks import Tasks
from bot.telegram import TelegramSession
from bot.work import Worker
from handlers.presses import MOST_REMEMBERED, AnswersPresses, PressAnswer, Presses
from storage.database import Database
from storage.ids import new_id
from tests.integration.bot.bot_api import TOKEN, BotApi, gives, refuses
from tests.integration.bot.shapes import message, press
from tests.integration.bot.waiting import eventually

ANSWER = "answerCallbackQuery"
STALE = "This has changed since."


class Handlers:
    """One for presses and one for messages, which do what a test says."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.errors: list[Exception] = []
        self.done = 0

    async def press(self, press: CallbackQuery, answer: PressAnswer) -> None:
        if self.errors:
            raise self.errors.pop()
        await answer(press.data or "")
        self.done += 1

    async def message(self, _message: Message) -> None:
        await self.free.wait()
        self.done += 1


@pytest.fixture
def handlers() -> Handlers:
    return Handlers()


Run = Callable[..., AbstractAsyncContextManager[None]]


@pytest.fixture
def running(handlers: Handlers, database: Database, bot_api: BotApi, api_url: str) -> Run:
    """A bot whose presses have time until the end of the block, or none at all."""
    bot_api.always["sendMessage"] = refuses(400, "Bad Request: chat not found")

    @asynccontextmanager
    async def run(*, no_time: bool = False) -> AsyncIterator[None]:
        time_is_up = asyncio.Event()
        if no_time:
            time_is_up.set()

        async def sleep(_seconds: float) -> None:
            await time_is_up.wait()

        bot = Bot(TOKEN, session=TelegramSession(api_url))
        presses, router, dispatcher = Presses(), Router(), Dispatcher(disable_fsm=True)
        router.message()(handlers.message)
        router.callback_query()(handlers.press)
        dispatcher.callback_query.outer_middleware(AnswersPresses(presses))
        dispatcher.include_router(router)
        tasks = Tasks()
        clocks = Clocks(bot, presses, tasks.spawn, sleep=sleep)
        worker = Worker(
            database,
            lambda update: dispatcher.feed_raw_update(bot, update.raw),
            spawn=tasks.spawn,
            on_quarantine=lambda _tx, _update: None,
            retry_seconds=(0.01, 0.01),
        )
        receiver = Receiver(
            bot,
            database,
            new_id=new_id,
            monotonic=time.monotonic,
            since_boot=time.monotonic,
            sleep=asyncio.sleep,
            clocks=clocks,
        )
        tasks.start("updates", worker.run)
        tasks.start("telegram", receiver.run)
        yield
        time_is_up.set()
        await tasks.stop(5)
        await bot.session.close()

    return run


def answers(bot_api: BotApi) -> list[str]:
    """The toasts of all answers."""
    return said(bot_api, ANSWER)


def said(bot_api: BotApi, method: str) -> list[str]:
    calls = zip(bot_api.calls, bot_api.forms, strict=True)
    return [form.get("text", "") for call, form in calls if call == method]


async def test_a_handler_that_begins_in_time_gives_the_only_answer(
    running: Run, handlers: Handlers, bot_api: BotApi
) -> None:
    async with running():
        await bot_api.add(press(1, data=STALE))
        await eventually(lambda: handlers.done == 1)
    assert answers(bot_api) == [STALE]
    assert "sendMessage" not in bot_api.calls


async def test_a_press_whose_handler_cannot_begin_is_answered_empty_and_told_by_a_message(
    running: Run, handlers: Handlers, bot_api: BotApi
) -> None:
    async with running(no_time=True):
        await bot_api.add(message(1), press(2, data=STALE))
        await eventually(lambda: bool(answers(bot_api)))
        assert handlers.done == 0
        handlers.free.set()
        await eventually(lambda: handlers.done == 2)
    assert answers(bot_api) == [""]
    assert said(bot_api, "sendMessage") == [STALE]


async def test_what_needs_no_words_is_not_told_by_a_message(
    running: Run, handlers: Handlers, bot_api: BotApi
) -> None:
    async with running(no_time=True):
        await bot_api.add(message(1), press(2, data=""))
        await eventually(lambda: bool(answers(bot_api)))
        handlers.free.set()
        await eventually(lambda: handlers.done == 2)
    assert answers(bot_api) == [""]
    assert "sendMessage" not in bot_api.calls


async def test_a_press_that_comes_again_is_not_answered_again(
    running: Run, handlers: Handlers, bot_api: BotApi
) -> None:
    bot_api.prescribe("getUpdates", *[gives(press(1, data="done"))] * 4)
    async with running():
        await bot_api.add(press(2, data="the last"))
        await eventually(lambda: handlers.done == 2)
    assert answers(bot_api) == ["done", "the last"]


async def test_a_handler_that_fails_leaves_no_clock_running(
    running: Run, handlers: Handlers, bot_api: BotApi
) -> None:
    handlers.errors = [ValueError()]
    async with running():
        await bot_api.add(press(1, data=STALE))
        await eventually(lambda: handlers.done == 1)
    assert answers(bot_api) == [""]
    assert said(bot_api, "sendMessage") == [STALE]


async def test_a_press_that_cannot_be_read_is_answered(running: Run, bot_api: BotApi) -> None:
    odd = press(1)
    odd["callback_query"]["from"] = "nobody"
    async with running(no_time=True):
        await bot_api.add(odd, {"update_id": 2, "callback_query": {"id": ["odd"]}})
        await eventually(lambda: bool(answers(bot_api)))
    assert answers(bot_api) == [""]


@pytest.mark.parametrize(
    "answer", [refuses(400, "Bad Request: query is too old"), refuses(502, "")], ids=["old", "502"]
)
async def test_row_29_an_answer_that_telegram_refuses_is_no_fault_of_the_handler(
    running: Run, handlers: Handlers, bot_api: BotApi, answer: Any
) -> None:
    bot_api.always[ANSWER] = answer
    async with running():
        await bot_api.add(press(1, data=STALE))
        await eventually(lambda: handlers.done == 1)
    assert bot_api.calls.count(ANSWER) == 1


async def test_presses_are_remembered_in_bounds() -> None:
    presses = Presses()
    assert presses.take("first")
    assert not presses.take("first")
    assert all(presses.take(str(number)) for number in range(MOST_REMEMBERED))
    assert presses.take("first")
