"""The composition root: builds every part by its constructor, starts the loops, and stops them.

`step` is told each step just made; the program itself does nothing with it. Tests shorten `tempo`.
"""

import asyncio
import gc
import logging
import random
import secrets as randomness
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from bitrix24.client import Client
from bitrix24.limiter import Limiter
from bitrix24.methods import Mail
from bitrix24.reach import Sessions
from bot.catching_up import CatchingUp
from bot.database_sentences import explain
from bot.exits import Ending, Exit
from bot.leaving import STOPS, leave_anyway
from bot.logs import Secrets
from bot.settings import Access, Settings
from bot.standstill import Watchdog
from bot.stopping import unless_stopped
from bot.tasks import Stop, Tasks
from bot.tempo import TEMPO, Tempo
from mail.accounts import Accounts
from mail.connecting import Connecting
from mail.connection_tests import ConnectionTests
from mail.connections import Connections
from mail.copies import doubt_everything
from mail.drafts import Drafts
from mail.invites import Invites
from mail.lookups import Lookups
from mail.meanings import Meanings
from mail.outbox import Outbox
from mail.outbox_list import OutboxList
from mail.people import People
from mail.ports import Senses, Step
from mail.removing import Removing
from mail.sending import Sending
from storage import connections as connection_rows
from storage import people as people_rows
from storage import retention
from storage.database import Database
from storage.errors import DatabaseDamaged, DatabaseRefused
from storage.ids import new_id
from storage.migrations import migrations

USER_AGENT: Final = "bitrix24-mail-bot/0.1"
DRAIN_SECONDS: Final = 20.0  # how long the items in hand may take once a stop is asked for
TIDY_SECONDS: Final = 3600.0

_log = logging.getLogger(__name__)


def now() -> datetime:
    """The program's one clock."""
    return datetime.now(UTC)


def new_token() -> str:
    """128 random bits of an invite's link."""
    return randomness.token_urlsafe(16)


def _no_step(_name: str) -> None:
    """Tests put something here that stops the program at a step."""


async def run(
    settings: Settings, secrets: Secrets, step: Step = _no_step, tempo: Tempo = TEMPO
) -> int:
    """Runs until stopped; the exit code. Raises Ending and storage's errors."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(initializer=leave_anyway))
    database = await Database.open(
        settings.database_path,
        settings.secret_keys,
        migrations,
        clock=now,
        make_folder=settings.database_is_default,
    )
    try:
        await database.refuse_others(settings.bot_id)
        return await _run_with(settings, secrets, database, step, tempo)
    finally:
        await database.close()
        await _heed_no_more_signals()


async def _run_with(
    settings: Settings, secrets: Secrets, database: Database, step: Step, tempo: Tempo
) -> int:
    # aiogram takes seconds to import: the database was refused before that, if it does not fit.
    from bot.telegram_side import TelegramSide

    # Its classes stay for good; whenever garbage was looked for among them, everything stood still.
    gc.freeze()
    tasks = Tasks(ends=partial(_end_of, settings))
    _end_on_signals(tasks)
    stored = await database.read(connection_rows.every)
    secrets.add(*(connection.address.code for connection in stored))
    sessions = Sessions(settings.trusted_portals, ssl_context=settings.portal_ca_file)
    limiter = Limiter(settings.portal_rates)
    portal = Mail(Client(sessions, clock=now, user_agent=USER_AGENT, limiter=limiter))
    catching_up = CatchingUp(database)
    side = TelegramSide(
        settings,
        database,
        tasks,
        clock=now,
        services=await _services(settings, secrets, database),
        rates=tempo.rates,
        on_fetched=catching_up.fetched,
    )
    try:
        await _start(tasks, portal, database, catching_up, step, tempo)
        tasks.start("telegram", side.run)
        ending = await tasks.ended()
    finally:
        await tasks.stop(DRAIN_SECONDS)
        await side.close()
        await sessions.close()
    if ending.exit is not Exit.STOPPED:
        raise ending
    return Exit.STOPPED


async def _services(settings: Settings, secrets: Secrets, database: Database) -> dict[str, object]:
    """What handlers ask for, by the names of their parameters."""
    return {
        "people": People(
            database,
            admins=settings.admins,
            open_to_all=settings.access is Access.OPEN,
            claim_code=await _claim_code(settings, database),
        ),
        "invites": Invites(database, admins=settings.admins, new_token=new_token),
        "removing": Removing(database, admins=settings.admins),
        "connections": Connections(
            database, new_id, settings.trusted_portals, on_secret=secrets.add
        ),
        "accounts": Accounts(database),
        "meanings": Meanings(database),
        "drafts": Drafts(database, new_id, asyncio.sleep),
        "outbox_list": OutboxList(database),
        "outbox": Outbox(database, new_id, timedelta(seconds=settings.undo_seconds)),
    }


async def _start(
    tasks: Tasks,
    portal: Mail,
    database: Database,
    catching_up: CatchingUp,
    step: Step,
    tempo: Tempo,
) -> None:
    """The loops that need no Telegram: what was told to go goes, after a moment for Telegram."""
    connecting = Connecting(database, portal, new_id)
    senses = Senses(now, time.monotonic, asyncio.sleep, random.random)
    spawns = tasks.spawn, tasks.spawn_repeatable
    sending = Sending(database, portal, senses, *spawns, step, tempo.waits)
    lookups = Lookups(
        database,
        portal,
        now,
        new_id,
        tasks.spawn_repeatable,
        connecting.check,
        ConnectionTests(database, connecting).check,
    )
    if await database.begin(lambda tx: doubt_everything(tx, tempo.waits)):
        _log.warning("the database is a copy: letters on their way may have left, people are asked")
    await sending.recover()

    async def send(stop: Stop) -> None:
        await catching_up.wait(tempo.waits.pressed_meanwhile.total_seconds())
        await sending.run(stop)

    tasks.start("outbox", lambda stop: unless_stopped(stop, send(stop)))
    tasks.start("lookups", lambda stop: unless_stopped(stop, lookups.run(stop)))
    tasks.start("tidy", lambda stop: _tidy(stop, database))
    tasks.start("watchdog", Watchdog(time.monotonic).run)


async def _tidy(stop: Stop, database: Database) -> None:
    """Forgets what nobody needs any more."""
    while not stop.asked:
        await database.write(retention.forget_old)
        await stop.pause(TIDY_SECONDS)


def _end_of(settings: Settings, error: Exception) -> Ending | None:
    """A database that does not fit or is damaged; what may pass by itself is tried again."""
    if isinstance(error, DatabaseRefused | DatabaseDamaged):
        return explain(error, settings.database_path)
    return None


def _end_on_signals(tasks: Tasks) -> None:
    loop = asyncio.get_running_loop()
    for number in STOPS:
        loop.add_signal_handler(number, tasks.end, Ending(Exit.STOPPED))


async def _heed_no_more_signals() -> None:
    """A loop that is closed leaves them to kill the program, while Python tidies up."""
    leave_anyway()
    await asyncio.get_running_loop().shutdown_default_executor()


async def _claim_code(settings: Settings, database: Database) -> str | None:
    """Printed, never logged and never stored: whoever starts the program sees it."""
    known = await database.read(people_rows.admins)
    if settings.admins or known:
        return None
    code = randomness.token_urlsafe(9)
    print(f"No admin yet. Send the bot: /start {code}", file=sys.stderr, flush=True)  # noqa: T201
    return code
