"""The shipped bot as a process of its own, for tests: started, stopped, killed, started again."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from storage.sealing import new_key

ROOT = Path(__file__).parents[2]
IMPORT_SECONDS = 60.0  # aiogram takes three, and longer where everybody starts at once


class ForkServerProcess:
    """The process that has imported the bot; every bot of the test run is forked from it."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="fork-")
        self.address = str(Path(self._folder.name, "server"))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server", self.address],
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._folder.cleanup()


class ForkServer:
    """One process of the test run as the fork server's caller. TimeoutError: it does not listen."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + IMPORT_SECONDS
        while self._socket.connect_ex(address):
            if time.monotonic() > deadline:
                raise TimeoutError("the fork server cannot be reached")
            time.sleep(0.05)
        self._lines = self._socket.makefile("rw")

    def ask(self, request: dict[str, Any]) -> dict[str, int]:
        """One request, one answer; blocks."""
        self._lines.write(json.dumps(request) + "\n")
        self._lines.flush()
        return cast("dict[str, int]", json.loads(self._lines.readline()))

    def close(self) -> None:
        """Hangs up."""
        self._lines.close()
        self._socket.close()


# Seconds; nobody waits minutes for a portal of the sandbox to be surely done with a call.
SHORT_WAITS = {
    "own_run": 0.5,
    "quiet_spare": 0.5,
    "settled": 0.2,
    "longest_pause": 1.0,
    "ring": 1.5,
}


class BotProcess:
    """One bot with its own folder; `settings` and `waits` may be changed between two starts.

    `user`: whose rights it has, where the tests run as root.
    """

    def __init__(
        self,
        server: ForkServer,
        folder: Path,
        settings: dict[str, str],
        *,
        user: int | None = None,
    ) -> None:
        self._server = server
        self._user = user
        self._pid: int | None = None
        self.folder = folder
        self.waits = dict(SHORT_WAITS)
        self.second = 0.01  # how long a second of Telegram's limits lasts: nobody waits for turns
        self.settings = {"SECRET_KEY": new_key(), "LOG_LEVEL": "DEBUG"} | settings

    async def start(self) -> None:
        """Starts it; it is up once Telegram hears of it."""
        request = {
            "start": self.settings,
            "folder": str(self.folder),
            "log": str(self.log_file),
            "user": self._user,
            "waits": self.waits,
            "second": self.second,
        }
        self._pid = self._server.ask(request)["pid"]

    @property
    def runs(self) -> bool:
        """Started, and not seen to end."""
        return self._pid is not None

    @property
    def pid(self) -> int:
        """Of the running process."""
        assert self._pid is not None
        return self._pid

    @property
    def log_file(self) -> Path:
        return self.folder / "bot.log"

    @property
    def log(self) -> str:
        """All that it said on stderr, over all its runs."""
        return self.log_file.read_text() if self.log_file.exists() else ""

    async def stop(self) -> int:
        """Asks it to stop; its exit code."""
        return await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """Ends it without a chance to tidy up."""
        await self._end(signal.SIGKILL)

    async def ended(self, within: float = 30.0) -> int:
        """Waits until it ends by itself; its exit code. Killed, and TimeoutError, if it does not.

        The server waits with us, and for nobody else meanwhile, so this must come to an end.
        """
        assert self._pid is not None
        pid, self._pid = self._pid, None
        waiting = asyncio.to_thread(self._server.ask, {"wait": pid})
        overdue = asyncio.get_running_loop().call_later(within, os.kill, pid, signal.SIGKILL)
        answer = await waiting
        if overdue.when() <= asyncio.get_running_loop().time():
            raise TimeoutError(f"the bot did not end within {within} s")
        overdue.cancel()
        return answer["exit"]

    async def _end(self, how: signal.Signals) -> int:
        if self._pid is None:
            return 0
        os.kill(self._pid, how)
        return await self.ended()
