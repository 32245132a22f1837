"""Notices on their way to Telegram: in order, again where that is safe, and never stuck."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TypeVar

import pytest
from aiogram import Bot
from aiogram.utils.formatting import Text
from aiohttp import web

from bot.deliver import IDLE_SECONDS, LOOKED_AT, Delivery
from bot.exits import Exit
from bot.messages import Messages
from bot.pacing import Pacing, Rates
from bot.tasks import Tasks
from bot.telegram import TelegramSession
from bot.telegram_endings import TokenRefused
from handlers.cards import Shown
from mail.admins import Admins
from mail.scenes import Showing
from storage import notices, people
from storage.database import Database, Reading, Transaction
from storage.migrations import migrations
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.people import Access, Person
from storage.records.places import Place
from storage.sealing import SecretKeys
from storage.times import as_text
from tests.integration.bot.bot_api import TOKEN, BotApi, drops, ok, refuses, says
from tests.integration.bot.waiting import eventually

ANNA, OLEG = 1, 2
FAST = Rates(second=0.01)

T = TypeVar("T")


def now() -> datetime:
    return datetime.now(UTC)


class Watched(Database):
    """Counts how often somebody looks."""

    looks = 0

    async def read(self, look: Callable[[Reading], T]) -> T:
        self.looks += 1
        return await super().read(look)


class Renderer:
    """Shows the reader's name. Cards of `fails` cannot be rendered, those of `misfits` stored."""

    def __init__(self) -> None:
        self.fails: set[int] = set()
        self.misfits: set[int] = set()
        self.rendered: list[int] = []

    def __call__(self, found: Showing) -> Shown:
        self.rendered.append(found.reader.id)
        if found.reader.id in self.fails:
            raise ValueError("this card cannot be rendered")
        if found.reader.id in self.misfits:
            return Shown(Text(found.reader.name), kind=CardKind.ACCOUNTS, revision=2**64)
        return Shown(Text(found.reader.name))


@pytest.fixture
def renderer() -> Renderer:
    return Renderer()


@pytest.fixture
async def database(database_path: Path) -> AsyncIterator[Watched]:
    keys = SecretKeys([b"k" * 32])
    opened = await Watched.open(database_path, keys, migrations, clock=now, busy_seconds=0.1)
    assert isinstance(opened, Watched)
    yield opened
    await opened.close()


async def let_in(database: Database, person: int) -> None:
    row = Person(person, f"P{person}", "", "en", Access.ADMITTED, False, None, None, 1)
    await database.write(lambda tx: people.save(tx, row))


@pytest.fixture
async def tasks() -> Tasks:
    return Tasks()


@pytest.fixture
def pacing() -> Pacing:
    return Pacing(FAST)


@pytest.fixture
async def delivery(
    database: Watched,
    bot_api: BotApi,
    api_url: str,
    renderer: Renderer,
    tasks: Tasks,
    pacing: Pacing,
) -> AsyncIterator[Delivery]:
    session = TelegramSession(api_url, on_unauthorized=lambda: tasks.end(TokenRefused()))
    bot = Bot(TOKEN, session=session)
    messages = Messages(bot, renderer, now)
    delivery = Delivery(
        database,
        messages,
        pacing,
        Admins(frozenset()),
        tasks.spawn,
        clock=now,
        monotonic=monotonic,
    )
    for person in (ANNA, OLEG):
        await let_in(database, person)
    bot_api.always["sendMessage"] = sent
    tasks.start("notices", delivery.run)
    yield delivery
    await tasks.stop(0.1)
    await bot.session.close()


async def sent(_: web.Request) -> web.StreamResponse:
    message = {"message_id": 7, "date": 0, "chat": {"id": ANNA, "type": "private"}, "text": "x"}
    return ok(message)


async def owe(database: Database, person: int = ANNA, subject: str = "s") -> None:
    await database.write(
        lambda tx: notices.owe(tx, person, NoticeKind.ACCOUNTS, Place(person), subject, Manner.NEW)
    )


async def fold(database: Database, message: int) -> None:
    await database.write(
        lambda tx: notices.owe(tx, ANNA, NoticeKind.FOLD, Place(ANNA), str(message), Manner.EDIT)
    )


async def states(database: Database, person: int = ANNA) -> list[str]:
    rows = await database.read(
        lambda tx: tx.rows("SELECT state FROM notices WHERE person = :p ORDER BY id", p=person)
    )
    return [row["state"] for row in rows]


async def ended(database: Database, person: int, state: str) -> None:
    for _ in range(500):
        found = await states(database, person)
        if found and set(found) == {state}:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(await states(database, person))


@pytest.mark.usefixtures("delivery")
async def test_what_is_owed_is_sent(database: Database, bot_api: BotApi) -> None:
    await owe(database)
    await ended(database, ANNA, "done")
    assert bot_api.calls == ["sendMessage"]
    assert bot_api.forms[0]["text"] == "P1"
    assert "parse_mode" not in bot_api.forms[0]


@pytest.mark.usefixtures("delivery")
async def test_a_message_that_aiogram_cannot_read_was_sent_all_the_same(
    database: Database, bot_api: BotApi
) -> None:
    bot_api.always["sendMessage"] = says(200, '{"ok": true, "result": {"message_id": 9}}')
    await owe(database)
    await ended(database, ANNA, "done")
    assert bot_api.calls == ["sendMessage"]


@pytest.mark.usefixtures("delivery")
async def test_a_server_that_cannot_take_buttons_away_has_the_old_card_written_anew(
    database: Database, bot_api: BotApi
) -> None:
    bot_api.always["editMessageText"] = sent
    bot_api.prescribe("editMessageReplyMarkup", refuses(404, "Not Found: method not found"))
    await fold(database, message=7)
    await ended(database, ANNA, "done")
    assert bot_api.calls == ["editMessageReplyMarkup", "editMessageText"]
    assert bot_api.forms[1]["message_id"] == 7
    assert "reply_markup" not in bot_api.forms[1]


@pytest.mark.usefixtures("delivery")
async def test_buttons_that_are_gone_already_leave_the_old_card_as_it_is(
    database: Database, bot_api: BotApi
) -> None:
    refusal = "Bad Request: message is not modified"
    bot_api.prescribe("editMessageReplyMarkup", refuses(400, refusal))
    await fold(database, message=7)
    await ended(database, ANNA, "done")
    assert bot_api.calls == ["editMessageReplyMarkup"]


@pytest.mark.usefixtures("delivery")
async def test_a_limit_is_waited_for_and_then_it_is_sent(
    database: Database, bot_api: BotApi
) -> None:
    bot_api.prescribe("sendMessage", refuses(429, "Too Many Requests", retry_after=1))
    await owe(database)
    await ended(database, ANNA, "done")
    assert bot_api.calls == ["sendMessage", "sendMessage"]


@pytest.mark.usefixtures("delivery")
async def test_row_34_what_is_owed_to_whoever_blocked_the_bot_waits(
    database: Database, bot_api: BotApi
) -> None:
    bot_api.prescribe("sendMessage", refuses(403, "Forbidden: bot was blocked by the user"))
    await owe(database)
    await eventually(lambda: bot_api.calls == ["sendMessage"])
    await owe(database, OLEG)
    await ended(database, OLEG, "done")
    assert await states(database) == ["owed"]
    assert bot_api.calls.count("sendMessage") == 2, "nobody asks for Anna again and again"
    await database.write(lambda tx: notices.in_touch(tx, ANNA))
    await ended(database, ANNA, "done")


@pytest.mark.usefixtures("delivery")
async def test_a_chat_that_waits_for_telegram_holds_nobody_else(
    database: Database, bot_api: BotApi
) -> None:
    bot_api.prescribe("sendMessage", refuses(429, "Too Many Requests", retry_after=60))
    await owe(database)
    await eventually(lambda: bot_api.calls == ["sendMessage"])
    await owe(database, OLEG)
    await ended(database, OLEG, "done")
    assert await states(database) == ["owed"]


@pytest.mark.usefixtures("delivery")
async def test_a_crowd_of_chats_that_must_wait_holds_nobody_else(
    database: Database, pacing: Pacing
) -> None:
    crowd = range(100, 100 + LOOKED_AT + 5)
    for chat in crowd:
        pacing.refused(chat, 60.0, monotonic())

    def change(tx: Transaction) -> None:
        for chat in (*crowd, OLEG):
            notices.owe(tx, OLEG, NoticeKind.ACCOUNTS, Place(chat), "s", Manner.NEW)

    await database.write(change)
    await eventually_owed(database, len(crowd))


async def eventually_owed(database: Database, count: int) -> None:
    for _ in range(500):
        if (await states(database, OLEG)).count("owed") == count:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(await states(database, OLEG))


@pytest.mark.usefixtures("delivery")
async def test_a_lost_answer_is_not_repeated_at_once(database: Database, bot_api: BotApi) -> None:
    bot_api.prescribe("sendMessage", drops)
    await owe(database)
    await eventually(lambda: bot_api.calls == ["sendMessage"])
    await asyncio.sleep(0.1)
    assert bot_api.calls == ["sendMessage"]
    assert await states(database) == ["owed"]


@pytest.mark.usefixtures("delivery")
async def test_row_32_and_51_a_lost_answer_that_could_not_be_stored_counts_as_a_repeat_all_the_same(
    database: Database, bot_api: BotApi, database_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Or the message went out again and again, as one that had failed before it was sent."""
    with closing(sqlite3.connect(database_path, isolation_level=None)) as other:

        async def locks(request: web.Request) -> web.StreamResponse:
            other.execute("BEGIN IMMEDIATE")
            return await drops(request)

        bot_api.prescribe("sendMessage", locks)
        await owe(database)
        await eventually(lambda: "the storage is locked" in caplog.text)
    assert await waiting(database) == {"state": "owed", "repeats": 1}
    assert bot_api.calls == ["sendMessage"]


@pytest.mark.usefixtures("delivery")
async def test_row_20_a_message_that_a_revoked_token_cannot_send_ends_the_program_and_stays_due(
    database: Database, bot_api: BotApi, tasks: Tasks
) -> None:
    """The poll under way may wait for long yet."""
    bot_api.always["sendMessage"] = refuses(401, "Unauthorized")
    await owe(database)
    async with asyncio.timeout(10):
        ending = await tasks.ended()
    await tasks.stop(5)
    assert ending.exit is Exit.DOES_NOT_FIT
    assert await states(database) == ["owed"]
    assert await database.read(notices.next_due) is None, "it is due at the next start"


@pytest.mark.usefixtures("delivery")
async def test_a_card_that_cannot_be_rendered_is_tried_again_and_holds_nobody(
    database: Database, renderer: Renderer, caplog: pytest.LogCaptureFixture
) -> None:
    renderer.fails.add(ANNA)
    await owe(database)
    await eventually(lambda: renderer.rendered == [ANNA])
    renderer.fails.clear()
    await owe(database, OLEG)
    await ended(database, OLEG, "done")
    await ended(database, ANNA, "done")
    assert renderer.rendered.count(ANNA) == 2
    assert "this card cannot be rendered" in caplog.text


@pytest.mark.usefixtures("delivery")
async def test_row_32_a_message_whose_card_could_not_be_stored_went_out_five_times(
    database: Database, renderer: Renderer, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    """Telegram has it: a failure of ours after that is no reason to send it as if it had not."""
    renderer.misfits.add(ANNA)
    await owe(database)
    await eventually(lambda: "OverflowError" in caplog.text)
    assert await waiting(database) == {"state": "owed", "repeats": 1}
    await database.write(hurry)
    await eventually(lambda: caplog.text.count("until its person is heard of") == 1)
    assert bot_api.calls == ["sendMessage", "getMe", "sendMessage"]


def hurry(tx: Transaction) -> None:
    tx.execute("UPDATE notices SET due_at = :now", now=as_text(tx.now))
    tx.wake("notices")


async def waiting(database: Database) -> dict[str, object]:
    """The only notice, as soon as it waits."""
    row: dict[str, object] = {}
    for _ in range(500):
        (row,) = await database.read(lambda tx: tx.rows("SELECT state, repeats FROM notices"))
        if row["state"] == "owed":
            break
        await asyncio.sleep(0.01)
    return row


@pytest.mark.usefixtures("delivery")
async def test_a_notice_that_cannot_be_read_counts_as_a_try_of_it_and_holds_nobody(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await database.write(
        lambda tx: notices.owe(tx, ANNA, NoticeKind.FOLD, Place(ANNA), "no number", Manner.EDIT)
    )
    await eventually(lambda: "invalid literal" in caplog.text)

    def tries(tx: Reading) -> int:
        return int(tx.rows("SELECT tries FROM notices WHERE person = :p", p=ANNA)[0]["tries"])

    async with asyncio.timeout(IDLE_SECONDS - 0.5):  # its pause begins before the loop's own ends
        for _ in range(500):
            if await database.read(tries):
                break
            await asyncio.sleep(0.01)
    assert await database.read(tries) == 1
    assert await states(database) == ["owed"]
    await owe(database, OLEG)
    await ended(database, OLEG, "done")


@pytest.mark.usefixtures("delivery")
async def test_a_waiting_loop_does_not_turn_idly(database: Watched, bot_api: BotApi) -> None:
    """A message on the wire, and another owed to the same chat: nothing is polled meanwhile."""
    let_go = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await let_go.wait()
        return await sent(request)

    bot_api.always["sendMessage"] = slow
    await owe(database)
    await eventually(lambda: bot_api.calls == ["sendMessage"])
    looks = database.looks
    await owe(database, subject="another")
    await eventually(lambda: database.looks > looks)
    await asyncio.sleep(0.3)
    assert database.looks - looks <= 2
    let_go.set()
    await ended(database, ANNA, "done")
    assert bot_api.calls == ["sendMessage"] * 2
