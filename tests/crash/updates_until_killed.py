"""A bot of the tests' own that stores and handles updates until it is killed, or asked to stop.

Receiver, worker, dispatcher and database are those that ship; each update's effect is one row.
Forked by `tests.support.fork_server`: {"play": this module, "database", "url", "token", "kill",
"causes"}.
`kill`: whose write it dies in ("receiver" or "handler"), at which one of them, and where.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from aiogram import Bot, Dispatcher, Router
from aiogram.types import CallbackQuery, Message

from bot.receive import Receiver
from bot.tasks import Tasks
from bot.telegram import TelegramSession
from bot.work import Worker
from handlers.causes import Causes
from storage.database import Database, Transaction
from storage.errors import AlreadyApplied
from storage.ids import new_id
from storage.migrations import migrations
from storage.records.updates import StoredUpdate
from storage.sealing import SecretKeys

KEYS = SecretKeys([b"k" * 32])
EFFECTS = "CREATE TABLE IF NOT EXISTS effects (at INTEGER PRIMARY KEY, person INTEGER, said TEXT)"
ADD = "INSERT INTO effects (person, said) VALUES (:person, :said)"

T = TypeVar("T")


class Deadly:
    """The database, in one of whose writes the program is killed: before, inside or after it."""

    def __init__(self, database: Database, at: int, where: str) -> None:
        self._database = database
        self._left = at
        self._where = where

    async def write(self, change: Callable[[Transaction], T]) -> T:
        self._left -= 1
        if self._left:
            return await self._database.write(change)
        if self._where == "before":
            _die()

        def fatal(tx: Transaction) -> T:
            answer = change(tx)
            if self._where == "inside":
                _die()
            return answer

        try:
            answer = await self._database.write(fatal)
        except AlreadyApplied:
            self._left = 1  # nothing was written: the next one is deadly
            raise
        _die()
        return answer

    async def read(self, look: Callable[[Any], T]) -> T:
        return await self._database.read(look)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(request: dict[str, Any]) -> int:
    asyncio.run(_run(request))
    return 0


async def _run(request: dict[str, Any]) -> None:
    database = await Database.open(
        Path(request["database"]), KEYS, migrations, clock=lambda: datetime.now(UTC)
    )
    await database.write(lambda tx: tx.execute(EFFECTS))
    bot = Bot(request["token"], session=TelegramSession(request["url"]))
    tasks, asked = Tasks(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    handlers = _deadly(database, request, "handler")
    dispatcher = _dispatcher(handlers, causes=request["causes"])

    async def handle(update: StoredUpdate) -> object:
        return await dispatcher.feed_raw_update(bot, update.raw)

    worker = Worker(database, handle, spawn=tasks.spawn, on_quarantine=lambda _tx, _update: None)
    receiver = Receiver(
        bot,
        _deadly(database, request, "receiver"),
        new_id=new_id,
        monotonic=time.monotonic,
        since_boot=time.monotonic,
        sleep=asyncio.sleep,
        poll_seconds=0,
    )
    tasks.start("updates", worker.run)
    tasks.start("telegram", receiver.run)
    await asked.wait()
    await tasks.stop(20)
    await bot.session.close()
    await database.close()


def _deadly(database: Database, request: dict[str, Any], part: str) -> Database:
    kill = request["kill"]
    if kill is None or kill["part"] != part:
        return database
    return cast("Database", Deadly(database, kill["at"], kill["where"]))


def _dispatcher(database: Database, *, causes: bool) -> Dispatcher:
    """Each message and each press adds one row, as the change of a handler does."""
    router = Router()

    async def add(cause: str, person: int, said: str) -> None:
        def change(tx: Transaction) -> None:
            if causes:
                tx.once(cause)
            tx.execute(ADD, person=person, said=said)

        await database.write(change)

    @router.message()
    async def message(message: Message, cause: str) -> None:
        assert message.from_user is not None
        await add(cause, message.from_user.id, message.text or "")

    @router.callback_query()
    async def press(press: CallbackQuery, cause: str) -> None:
        await add(cause, press.from_user.id, press.data or "")

    dispatcher = Dispatcher(disable_fsm=True)
    dispatcher.update.outer_middleware(Causes())
    dispatcher.include_router(router)
    return dispatcher
