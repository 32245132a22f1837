"""The demo: portal, Telegram, chat page, and the shipped bot as a child process.

The bot is told apart from a real one by two addresses in its settings alone.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import Any

from sandbox.clock import machine_zone
from sandbox.demo_folder import CHECKOUT, DemoFolder, new_key
from sandbox.page_server import page_app
from sandbox.running import Sandbox
from sandbox.serving import LoopbackServer

VISITOR = 1001
FIRST_PORT = 8080
PORTS_TRIED = 100
START_WITHIN = 180.0
STOP_WITHIN = 25.0
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "UNDO_SECONDS")


async def run_demo() -> int:
    """Runs until Ctrl-C or SIGTERM; the exit code: 0, or 1 if the bot ended by itself."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    zone = machine_zone(os.environ.get("TZ", ""))  # the bot's times are then the browser's
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(Sandbox(zone=zone))
        invite_people(sandbox)
        page = await serve_page(sandbox)
        stack.push_async_callback(page.stop)
        folder = DemoFolder()
        stack.callback(folder.close)
        folder.write_settings(bot_settings(sandbox))
        bot = await start_bot(folder)
        stack.push_async_callback(stop_bot, bot, stop)
        say(f"Starting the bot; its log is {folder.log}")
        return await attend(sandbox, bot, folder, stop, f"Open {page.url}/")


def invite_people(sandbox: Sandbox) -> None:
    """The visitor, who is the bot's admin, and somebody who may ask to be let in."""
    sandbox.telegram.person(VISITOR, "Anna", "en", "anna_berg", "Berg")
    sandbox.telegram.person(VISITOR + 1, "Oleg", "ru", "oleg_sokolov", "Sokolov")


def bot_settings(sandbox: Sandbox) -> dict[str, str]:
    """What `.env` holds for the bot of the demo."""
    return {
        "BOT_TOKEN": sandbox.telegram.token,
        "SECRET_KEY": new_key(),
        "DATABASE_URL": "sqlite:///bot.db",
        "TELEGRAM_API_URL": sandbox.telegram_url,
        "TRUSTED_PORTALS": sandbox.portal_host,
        "ADMINS": str(VISITOR),
        "UNDO_SECONDS": "10",
    }


async def serve_page(sandbox: Sandbox) -> LoopbackServer:
    """The page on port 8080 or the next free one. Raises OSError if none is."""
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        server = LoopbackServer(page_app(sandbox), port)
        with suppress(OSError):
            await server.start()
            return server
    raise OSError(f"no free port between {FIRST_PORT} and {FIRST_PORT + PORTS_TRIED}")


async def start_bot(folder: DemoFolder) -> Process:
    """`python -m bot`, in a session of its own, so that Ctrl-C reaches it through us alone."""
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    environment |= {"PYTHONPATH": str(CHECKOUT), "PYTHONUNBUFFERED": "1"}
    with folder.log.open("wb") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot",
            cwd=folder.path,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


async def stop_bot(bot: Process, stop: asyncio.Event) -> None:
    """Asks the bot to stop; a second Ctrl-C, or too long a wait, ends it at once."""
    if bot.returncode is not None:
        return
    bot.terminate()
    stop.clear()
    await _first(bot.wait(), stop.wait(), asyncio.sleep(STOP_WITHIN))
    if bot.returncode is None:
        bot.kill()
        await bot.wait()


async def attend(
    sandbox: Sandbox, bot: Process, folder: DemoFolder, stop: asyncio.Event, greeting: str
) -> int:
    """Greets once the bot polls, then waits until the demo is stopped or the bot ends."""

    def polls() -> bool:
        return any(call.method == "getupdates" for call in sandbox.telegram.calls)

    up = sandbox.changes.until(polls, START_WITHIN)
    await _first(up, bot.wait(), stop.wait())
    if polls() and bot.returncode is None and not stop.is_set():
        say(greeting)
        await _first(bot.wait(), stop.wait())
    if stop.is_set():
        return 0
    ended = "does not start" if bot.returncode is None else f"ended with code {bot.returncode}"
    sys.stderr.write(f"The bot {ended}. The end of its log:\n{folder.log_end()}\n")
    return 1


def say(line: str) -> None:
    """One line for whoever started the demo, at once even into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """Returns as soon as one of them is over; the others are dropped."""
    over = asyncio.Event()

    async def wait(one: Coroutine[Any, Any, object]) -> None:
        with suppress(TimeoutError):
            await one
        over.set()

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(wait(one)) for one in waits]
        await over.wait()
        for task in tasks:
            task.cancel()
