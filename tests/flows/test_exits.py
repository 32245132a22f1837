"""How the whole program ends: each exit code, with one sentence and never a traceback."""

import asyncio
import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.faults import Faults
from sandbox.telegram.people import Person
from tests.flows.acting import review, settled
from tests.flows.conftest import TOKEN
from tests.integration.bot.command_line import bot as run_command
from tests.support.bot_process import BotProcess, ForkServer

STOPPED, TRY_LATER, DOES_NOT_FIT = 0, 75, 78


@pytest.fixture
def another(fork_server: ForkServer, bot: BotProcess) -> BotProcess:
    """A second process with the same settings and files, not started yet."""
    return BotProcess(fork_server, bot.folder, dict(bot.settings))


async def ended_with(process: BotProcess) -> int:
    return await process.ended(within=10)


async def test_stopped_as_asked_is_0_and_says_nothing(bot: BotProcess, connected: Person) -> None:
    assert await bot.stop() == STOPPED
    assert " ERROR " not in bot.log
    assert " WARNING " not in bot.log


async def test_row_08_a_signal_never_meets_a_thread_that_is_about_to_end(
    bot: BotProcess, connected: Person
) -> None:
    """It would be handled there by what the closed loop leaves behind: the program is killed."""
    wanted = sum(1 << (number - 1) for number in (signal.SIGTERM, signal.SIGINT))
    masks = blocked_in_other_threads(bot.pid)
    assert len(masks) >= 2, "the storage has two threads"
    assert [mask & wanted for mask in masks] == [wanted] * len(masks)


def blocked_in_other_threads(pid: int) -> list[int]:
    """Bit n - 1 is signal n (proc(5))."""
    others = [task for task in Path(f"/proc/{pid}/task").iterdir() if int(task.name) != pid]
    found = [re.search(r"SigBlk:\s*(\w+)", (task / "status").read_text()) for task in others]
    return [int(one[1], 16) for one in found if one]


@pytest.mark.parametrize("status", [401, 404])
async def test_a_token_that_telegram_refuses_at_start_is_78(
    bot: BotProcess, connected: Person, sandbox: Sandbox, status: int
) -> None:
    await bot.stop()
    refuse(sandbox.telegram.faults, status)
    await bot.start()
    assert await ended_with(bot) == DOES_NOT_FIT
    assert bot.log.endswith("BOT_TOKEN: Telegram does not accept this token.\n")


async def test_row_20_a_token_that_is_revoked_later_is_78(
    bot: BotProcess, connected: Person, sandbox: Sandbox
) -> None:
    """The poll under way still waits: the message that is refused says it first."""
    refuse(sandbox.telegram.faults, 401, method="sendMessage")
    asked = connected.say("/outbox")
    assert await ended_with(bot) == DOES_NOT_FIT
    assert bot.log.endswith("BOT_TOKEN: Telegram does not accept this token.\n")
    sandbox.telegram.faults.off()
    await bot.start()
    await connected.chat.wait_for("Your outbox", after=asked.id, within=10)


def refuse(faults: Faults, status: int, method: str | None = None) -> None:
    words = {401: "Unauthorized", 404: "Not Found"}[status]
    body = {"ok": False, "error_code": status, "description": words}
    faults.reply_with(status, body, method=method)


async def test_a_second_process_on_one_file_is_75_and_the_first_goes_on(
    bot: BotProcess, connected: Person, another: BotProcess
) -> None:
    await another.start()
    assert await ended_with(another) == TRY_LATER
    assert "another process" in another.log.splitlines()[-1].lower()
    await settled(connected)


async def test_row_64_another_bots_token_is_78_and_its_database_is_left_alone(
    bot: BotProcess, connected: Person, sandbox: Sandbox
) -> None:
    """What waited for its portal went out before Telegram had said whose token it is."""
    card = await review(connected)
    await sandbox.close_portal()
    await connected.press(card, "Send").answered()
    await connected.chat.wait_for("Not sent:", after=card.id)
    await bot.stop()
    await sandbox.open_portal()
    sandbox.telegram.bot["id"] = int(TOKEN.partition(":")[0])
    sandbox.telegram.token = TOKEN
    sandbox.telegram.faults.slow(2, method="getMe")
    bot.settings["BOT_TOKEN"] = TOKEN
    before = (bot.folder / "data" / "bot.db").read_bytes()
    await bot.start()
    assert await ended_with(bot) == DOES_NOT_FIT
    assert "another bot" in bot.log.splitlines()[-1]
    assert sandbox.portal.sent == []
    assert (bot.folder / "data" / "bot.db").read_bytes() == before


async def test_a_newer_database_is_78(bot: BotProcess, connected: Person) -> None:
    await bot.stop()
    with closing(sqlite3.connect(bot.folder / "data" / "bot.db")) as database:
        database.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) "
            "SELECT migration_set, 'm999_from_the_future', applied_at "
            "FROM _sqlite_migrations LIMIT 1"
        )
        database.commit()
    await bot.start()
    assert await ended_with(bot) == DOES_NOT_FIT
    assert "newer" in bot.log.splitlines()[-1]


async def test_another_key_is_78(bot: BotProcess, connected: Person) -> None:
    await bot.stop()
    bot.settings["SECRET_KEY"] = "A" * 43 + "="
    await bot.start()
    assert await ended_with(bot) == DOES_NOT_FIT
    assert "SECRET_KEY" in bot.log.splitlines()[-1]
    assert "A" * 43 not in bot.log


async def test_a_damaged_database_is_74(bot: BotProcess, connected: Person) -> None:
    await bot.stop()
    path = bot.folder / "data" / "bot.db"
    path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 8192)
    await bot.start()
    assert await ended_with(bot) == 74
    assert str(path.name) in bot.log.splitlines()[-1]


async def test_telegram_away_at_the_start_is_waited_for(
    bot: BotProcess, connected: Person, sandbox: Sandbox
) -> None:
    await bot.stop()
    before = len(bot.log)
    sandbox.telegram.faults.html(502, method="getMe", times=1)
    await bot.start()
    await settled(connected)
    assert "WARNING" in bot.log[before:], "it says that it waits"


async def test_row_21_telegram_that_was_gone_is_found_again_without_a_restart(
    bot: BotProcess, connected: Person, sandbox: Sandbox
) -> None:
    await sandbox.close_telegram()
    said = connected.say("/help")
    await asyncio.sleep(2)
    await sandbox.open_telegram()
    await connected.chat.wait_for("I bring your Bitrix24 mail", after=said.id, within=30)
    assert bot.log.count("running as") == 1


async def test_check_beside_a_running_bot_is_0(
    bot: BotProcess, connected: Person, sandbox: Sandbox
) -> None:
    files = files_below(bot.folder)
    ended = await asyncio.to_thread(run_command, "check", folder=bot.folder, settings=bot.settings)
    assert ended.code == 0, ended.out + ended.err
    lines = ended.out.splitlines()
    assert all(line.startswith("ok") for line in lines), lines
    assert any(sandbox.portal_host in line for line in lines)
    assert sandbox.portal.webhooks["active"].code not in ended.out + ended.err
    assert files_below(bot.folder) == files
    await settled(connected)


async def test_check_finds_a_revoked_webhook(
    bot: BotProcess, connected: Person, sandbox: Sandbox
) -> None:
    sandbox.portal.webhooks["active"].state = "revoked"
    ended = await asyncio.to_thread(run_command, "check", folder=bot.folder, settings=bot.settings)
    assert ended.code == 1
    (fault,) = [line for line in ended.out.splitlines() if line.startswith("!!")]
    assert sandbox.portal_host in fault


def files_below(folder: Path) -> set[str]:
    return {str(path) for path in folder.rglob("*")}
