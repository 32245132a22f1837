"""The receiver against a Bot API server over HTTP and a real database file."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from aiogram import Bot

from bot.exits import Exit
from bot.receive import FULL, Receiver
from bot.tasks import Stop
from bot.telegram import TelegramSession
from bot.telegram_endings import TelegramConflict, TelegramSilent, TokenRefused, WebhookActive
from storage.database import Database
from storage.errors import StorageUnavailable
from storage.ids import new_id
from storage.updates import WAKE
from tests.integration.bot.bot_api import TOKEN, BotApi, drops, gives, hangs, refuses, says
from tests.integration.bot.shapes import message, press
from tests.integration.bot.waiting import eventually

SECRET = "canary-4711"


class Time:
    """Passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        await asyncio.sleep(0.001)


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def bot(api_url: str) -> AsyncIterator[Bot]:
    made = Bot(TOKEN, session=TelegramSession(api_url, send_seconds=1, poll_grace_seconds=0.2))
    yield made
    await made.session.close()


@pytest.fixture
def receiver(bot: Bot, database: Database, time: Time) -> Receiver:
    return receiver_of(bot, database, time)


def receiver_of(
    bot: Bot, database: Database, time: Time, on_fetched: Callable[[], None] | None = None
) -> Receiver:
    return Receiver(
        bot,
        database,
        new_id=new_id,
        monotonic=time.monotonic,
        since_boot=time.monotonic,
        sleep=time.sleep,
        on_fetched=on_fetched,
        poll_seconds=1,
    )


async def stored(database: Database) -> list[int]:
    rows = await database.read(lambda tx: tx.rows("SELECT update_id FROM updates ORDER BY arrival"))
    return [row["update_id"] for row in rows]


async def arrived(database: Database, count: int) -> None:
    """Returns when so many updates are stored."""
    news = asyncio.Event()
    database.on_wake(WAKE, news.set)
    async with asyncio.timeout(20):
        while len(await stored(database)) < count:
            await news.wait()
            news.clear()


@asynccontextmanager
async def running(receiver: Receiver) -> AsyncIterator[None]:
    """A receiver at work until the block ends, then stopped as the program stops it."""
    stop = Stop()
    async with asyncio.TaskGroup() as group:
        group.create_task(receiver.run(stop))
        yield
        stop.ask()


async def receive(receiver: Receiver, database: Database, count: int) -> list[int]:
    async with running(receiver):
        await arrived(database, count)
    return await stored(database)


async def test_updates_are_stored_in_the_order_in_which_they_came(
    receiver: Receiver, database: Database, bot_api: BotApi
) -> None:
    await bot_api.add(message(11), press(12), message(13))
    assert await receive(receiver, database, 3) == [11, 12, 13]


async def test_only_the_named_kinds_are_asked_for(
    receiver: Receiver, database: Database, bot_api: BotApi
) -> None:
    await bot_api.add(message(1))
    await receive(receiver, database, 1)
    assert bot_api.forms[0]["allowed_updates"] == [
        *("message", "edited_message", "callback_query", "my_chat_member")
    ]


async def test_what_was_said_is_not_readable_on_disk(
    receiver: Receiver, database: Database, bot_api: BotApi, database_path: Path
) -> None:
    await bot_api.add(message(1, text=SECRET))
    await receive(receiver, database, 1)
    files = list(database_path.parent.iterdir())
    assert len(files) >= 2
    assert not [file for file in files if SECRET.encode() in file.read_bytes()]


async def test_row_01_an_update_that_comes_five_times_is_stored_once(
    receiver: Receiver, database: Database, bot_api: BotApi
) -> None:
    bot_api.prescribe("getUpdates", *[gives(message(5))] * 5)
    await bot_api.add(message(6))
    assert await receive(receiver, database, 2) == [5, 6]


async def test_row_02_what_is_no_update_at_all_does_not_stop_the_others(
    receiver: Receiver, database: Database, bot_api: BotApi
) -> None:
    bot_api.prescribe(
        "getUpdates",
        gives("text", None, {"message": {}}),
        gives(7, {"update_id": "8"}, {"update_id": True}, {"update_id": 1 << 70}, message(9)),
    )
    assert await receive(receiver, database, 1) == [9]


async def test_row_04_what_was_not_committed_comes_again(
    bot: Bot,
    receiver: Receiver,
    database: Database,
    bot_api: BotApi,
    database_path: Path,
    time: Time,
) -> None:
    await bot_api.add(message(1))
    with closing(sqlite3.connect(database_path)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with running(receiver):
            await eventually(lambda: len(time.slept) > 1)
        with pytest.raises(StorageUnavailable):  # behind whatever the receiver had begun
            await database.write(lambda _: None)
    assert await stored(database) == []
    assert await receive(receiver_of(bot, database, time), database, 1) == [1]


async def test_row_05_what_was_committed_but_not_confirmed_is_known_when_it_comes_again(
    bot: Bot, receiver: Receiver, database: Database, bot_api: BotApi, time: Time
) -> None:
    bot_api.prescribe("getUpdates", gives(message(1)), hangs)
    await bot_api.add(message(1), message(2))
    async with running(receiver):
        await eventually(lambda: bot_api.calls == ["getUpdates"] * 2)
    assert await stored(database) == [1]
    assert await receive(receiver_of(bot, database, time), database, 2) == [1, 2]


async def test_the_offset_moves_only_past_what_is_on_disk(
    receiver: Receiver, database: Database, bot_api: BotApi, database_path: Path, time: Time
) -> None:
    """Row 57 too: it waits while another process holds the lock, and nothing is lost."""
    await bot_api.add(message(1))
    async with running(receiver):
        with closing(sqlite3.connect(database_path)) as other:
            other.execute("BEGIN IMMEDIATE")
            await eventually(lambda: len(bot_api.offsets) > 2)
            assert set(bot_api.offsets) == {None}
        await arrived(database, 1)
        await eventually(lambda: 2 in bot_api.offsets)


async def test_row_17_ids_that_jump_or_go_lower_are_still_received(
    receiver: Receiver, database: Database, bot_api: BotApi
) -> None:
    async with running(receiver):
        await bot_api.add(message(100))
        await arrived(database, 1)
        await bot_api.add(message(900_000))
        await arrived(database, 2)
        await eventually(lambda: bot_api.offsets[-1] is None)
        await bot_api.add(message(3))
        await arrived(database, 3)
    assert await stored(database) == [100, 900_000, 3]


async def test_row_18_of_two_pollers_one_leaves_and_one_works(
    bot: Bot, receiver: Receiver, database: Database, bot_api: BotApi, time: Time
) -> None:
    bot_api.patience = 5
    rival = receiver_of(bot, database, time)
    left: list[Exit] = []

    async def poll(one: Receiver) -> None:
        try:
            await one.run(stop)
        except TelegramConflict as conflict:
            left.append(conflict.exit)

    stop = Stop()
    async with asyncio.TaskGroup() as group:
        group.create_task(poll(receiver))
        group.create_task(poll(rival))
        await eventually(lambda: bool(left))
        await bot_api.add(message(1))
        await arrived(database, 1)
        stop.ask()
    assert left == [Exit.TRY_LATER]
    assert 30 < time.now <= 60


async def test_row_19_a_webhook_that_is_set_is_not_removed(
    receiver: Receiver, bot_api: BotApi
) -> None:
    bot_api.always["getUpdates"] = refuses(
        409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook"
    )
    with pytest.raises(WebhookActive) as ending:
        await receiver.run(Stop())
    assert ending.value.exit is Exit.DOES_NOT_FIT
    assert bot_api.calls == ["getUpdates"]


async def test_row_20_a_token_that_is_revoked_ends_the_program(
    receiver: Receiver, database: Database, bot_api: BotApi
) -> None:
    bot_api.prescribe("getUpdates", gives(message(1)), refuses(401, "Unauthorized"))
    with pytest.raises(TokenRefused) as ending:
        await receiver.run(Stop())
    assert ending.value.exit is Exit.DOES_NOT_FIT
    assert TOKEN not in str(ending.value)


async def test_row_33_answers_that_cannot_be_read_are_outlived(
    receiver: Receiver,
    database: Database,
    bot_api: BotApi,
    time: Time,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bot_api.prescribe(
        "getUpdates",
        says(502, "<html>bad gateway</html>"),
        says(200, f'{{"ok": true, "result": [{{"text": "{SECRET}'),
        says(200, f'{{"ok": true, "result": {{"text": "{SECRET}"}}}}'),
        says(413, '{"ok": false, "description": "Request Entity Too Large"}'),
        says(500, '{"ok": false}'),
        says(307, "", Location="/elsewhere"),
        drops,
        hangs,
        refuses(429, "Too Many Requests", retry_after=17),
    )
    await bot_api.add(message(1))
    assert await receive(receiver, database, 1) == [1]
    assert time.slept == [0.5, 1.0, 2.0, 4.0, 5.0, 5.0, 5.0, 5.0, 17.0]
    assert SECRET not in caplog.text
    assert TOKEN not in caplog.text
    assert len(caplog.records) == 9


async def test_telegram_that_fails_for_ten_minutes_ends_the_program(
    receiver: Receiver, bot_api: BotApi, time: Time
) -> None:
    bot_api.always["getUpdates"] = refuses(500, "Internal Server Error")
    with pytest.raises(TelegramSilent) as ending:
        await receiver.run(Stop())
    assert ending.value.exit is Exit.TRY_LATER
    assert 600 < time.now < 610


async def test_failures_with_good_answers_between_them_end_nothing(
    receiver: Receiver, database: Database, bot_api: BotApi, time: Time
) -> None:
    failing = [refuses(500, "Internal Server Error")] * 100
    bot_api.prescribe("getUpdates", *failing, gives(message(1)), *failing)
    await bot_api.add(message(2))
    assert await receive(receiver, database, 2) == [1, 2]
    assert time.now > 600


async def test_row_21_it_is_told_once_that_telegram_is_back(
    bot: Bot, database: Database, bot_api: BotApi, time: Time
) -> None:
    told: list[float] = []
    receiver = Receiver(
        bot,
        database,
        new_id=new_id,
        monotonic=time.monotonic,
        since_boot=time.monotonic,
        sleep=time.sleep,
        on_return=lambda: told.append(time.now),
        poll_seconds=1,
    )
    bot_api.prescribe("getUpdates", gives(message(1)), drops, says(502, "<html>"))
    await bot_api.add(message(2), message(3))
    await receive(receiver, database, 3)
    assert told == [0.0, 1.5]


async def test_it_is_told_when_nothing_is_left_at_telegram_and_not_before(
    bot: Bot, database: Database, bot_api: BotApi, time: Time
) -> None:
    fetched: list[bool] = []
    receiver = receiver_of(bot, database, time, on_fetched=lambda: fetched.append(True))
    bot_api.always["getUpdates"] = hangs
    bot_api.prescribe("getUpdates", gives(*map(message, range(1, FULL + 1))))
    await receive(receiver, database, FULL)
    assert fetched == []
    bot_api.prescribe("getUpdates", gives(message(FULL + 1)))
    async with running(receiver):
        await eventually(lambda: fetched == [True])
    assert len(await stored(database)) == FULL + 1


async def test_a_stop_ends_a_poll_that_hangs(receiver: Receiver, bot_api: BotApi) -> None:
    bot_api.always["getUpdates"] = hangs
    async with asyncio.timeout(10), running(receiver):
        await eventually(lambda: bool(bot_api.calls))


async def test_telegram_away_at_start_is_waited_for_and_said(
    receiver: Receiver, bot_api: BotApi, time: Time, caplog: pytest.LogCaptureFixture
) -> None:
    bot_api.prescribe("getMe", *[says(502, "<html>")] * 8)
    met = await receiver.meet(Stop())
    assert met is not None
    assert met.username == "post_bot"
    assert time.slept == [0.5, 1, 2, 4, 5, 5, 5, 5]
    assert caplog.text.count("Telegram cannot be reached") == 8


@pytest.mark.parametrize(("status", "said"), [(401, "Unauthorized"), (404, "Not Found")])
async def test_a_token_that_is_nobodys_is_not_tried_again(
    receiver: Receiver, bot_api: BotApi, status: int, said: str
) -> None:
    bot_api.always["getMe"] = refuses(status, said)
    with pytest.raises(TokenRefused):
        await receiver.meet(Stop())
    assert bot_api.calls == ["getMe"]


async def test_a_stop_ends_the_waiting_for_telegram(receiver: Receiver, bot_api: BotApi) -> None:
    bot_api.always["getMe"] = hangs
    stop = Stop()
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        meeting = group.create_task(receiver.meet(stop))
        await eventually(lambda: bool(bot_api.calls))
        stop.ask()
    assert meeting.result() is None
