"""Telegram hangs, moves, or is gone for a while: the receiver finds it again by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiogram import Bot
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.patience import RENEW_SECONDS
from bot.receive import PAUSES, Receiver
from bot.telegram import POLL_GRACE_SECONDS, TelegramSession
from storage.database import Database
from storage.ids import new_id
from tests.integration.bitrix24.portals import Names
from tests.integration.bot.bot_api import ME, TOKEN, BotApi, hangs, ok
from tests.integration.bot.shapes import message
from tests.integration.bot.test_receive import Time, arrived, running
from tests.integration.bot.waiting import eventually

NAME = "telegram.test"
GRACE = 0.25  # seconds that a poll may last here beyond its own
PATIENCE = 20  # seconds without an answer, of time that passes in pauses only


class Town:
    """Telegram's name, which leads to one address at a time, always with the same port."""

    def __init__(self) -> None:
        self.port = unused_port()
        self.address: list[tuple[str, int]] = []
        self.names = Names({NAME: [self.address]})
        self._open = AsyncExitStack()

    @property
    def url(self) -> str:
        return f"http://{NAME}:{self.port}"

    async def serve(self, api: BotApi, host: str) -> TestServer:
        """The server stands at this address."""
        server = TestServer(api.app(), host=host, port=self.port)
        await server.start_server(shutdown_timeout=0)
        self._open.push_async_callback(server.close)
        return server

    def lead_to(self, host: str) -> None:
        self.address[:] = [(host, 0)]

    async def close(self) -> None:
        await self._open.aclose()


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    town = Town()
    yield town
    await town.close()


class Hours(Time):
    """Stands still at `noon` until the clock is wound."""

    def __init__(self) -> None:
        super().__init__()
        self.noon = float("inf")
        self.wound = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self.now >= self.noon:
            await self.wound.wait()


@pytest.fixture
def time() -> Hours:
    return Hours()


@pytest.fixture
async def session(town: Town) -> AsyncIterator[TelegramSession]:
    session = TelegramSession(
        town.url, send_seconds=2, poll_grace_seconds=GRACE, resolver=town.names
    )
    yield session
    await session.close()


@pytest.fixture
def receiver(session: TelegramSession, database: Database, time: Hours) -> Receiver:
    return Receiver(
        Bot(TOKEN, session=session),
        database,
        new_id=new_id,
        monotonic=time.monotonic,
        since_boot=time.monotonic,
        sleep=time.sleep,
        renew=session.renew,
        renew_seconds=PATIENCE,
        poll_seconds=1,
    )


async def test_row_21_a_server_with_another_address_is_found(
    town: Town, receiver: Receiver, database: Database, time: Hours
) -> None:
    """Whatever a connector remembers of the old address."""
    old, new = BotApi(), BotApi()
    server = await town.serve(old, "127.0.0.2")
    town.lead_to("127.0.0.2")
    async with running(receiver):
        await old.add(message(1))
        await arrived(database, 1)
        await server.close()
        await town.serve(new, "127.0.0.3")
        town.lead_to("127.0.0.3")
        await new.add(message(2))
        await arrived(database, 2)
    assert time.now <= 120


async def test_row_21_a_server_that_is_back_after_a_while_is_found_within_seconds(
    town: Town, receiver: Receiver, database: Database, time: Hours
) -> None:
    """Gone for nearly ten minutes, with its port closed; the program goes on."""
    time.noon = 590
    api = BotApi()
    server = await town.serve(api, "127.0.0.2")
    town.lead_to("127.0.0.2")
    async with running(receiver):
        await eventually(lambda: bool(api.offsets))
        await server.close()
        await eventually(lambda: time.now >= time.noon)
        gone_until = time.now
        await town.serve(api, "127.0.0.2")
        await api.add(message(1))
        time.wound.set()
        await arrived(database, 1)
    assert time.now - gone_until <= 30


async def test_row_22_a_server_that_hangs_is_left_after_a_while(
    town: Town, receiver: Receiver, database: Database, time: Hours
) -> None:
    """Others stand behind the same name by now."""
    longest = PAUSES.max_delay
    stuck, sound = BotApi(), BotApi()
    stuck.patience = 0.01
    await town.serve(stuck, "127.0.0.2")
    await town.serve(sound, "127.0.0.3")
    town.lead_to("127.0.0.2")
    await sound.add(message(1))
    async with running(receiver):
        await eventually(lambda: bool(stuck.offsets))
        stuck.always["getUpdates"] = hangs
        town.lead_to("127.0.0.3")
        await arrived(database, 1)
    assert PATIENCE < time.now <= PATIENCE + 2 * longest


def test_row_22_as_shipped_that_is_within_two_minutes() -> None:
    assert RENEW_SECONDS + PAUSES.max_delay + POLL_GRACE_SECONDS <= 120


async def test_calls_under_way_end_on_the_connection_that_they_have(
    town: Town, session: TelegramSession
) -> None:
    """Or a message that is being sent would be sent twice."""
    api = BotApi()
    await town.serve(api, "127.0.0.2")
    town.lead_to("127.0.0.2")
    let_go = asyncio.Event()

    async def waits(_: object) -> web.StreamResponse:
        await let_go.wait()
        return ok(ME)

    api.prescribe("getMe", waits)
    bot = Bot(TOKEN, session=session)
    async with asyncio.TaskGroup() as group:
        call = group.create_task(bot.get_me())
        await eventually(lambda: api.calls == ["getMe"])
        await session.renew()
        assert (await bot.get_me()).id == ME["id"]
        let_go.set()
    assert call.result().id == ME["id"]
