"""The bot as people start it, or another program in its place: a process with its own folder."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.server_side import ROOT, ServerSide
from storage.sealing import new_key

NO_LIMIT = "99999/9999"
ADMIN = 1001
TICKS = os.sysconf("SC_CLK_TCK")


class Program:
    """One that runs."""

    def __init__(self, pid: int) -> None:
        self._stat = Path(f"/proc/{pid}")

    @classmethod
    def own(cls) -> "Program":
        """This one, which measures."""
        return cls(os.getpid())

    @property
    def cpu(self) -> float:
        """CPU seconds that it used until now."""
        fields = (self._stat / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def megabytes(self) -> float:
        """Of resident memory."""
        lines = (self._stat / "status").read_text().splitlines()
        resident = next(line for line in lines if line.startswith("VmRSS:"))
        return int(resident.split()[1]) / 1024


async def settings_for(server: ServerSide) -> dict[str, str]:
    """For a bot whose portal is that of this side, and knows no limit."""
    host = (await server.play("webhook")).split("/")[2]
    return {
        "SECRET_KEY": new_key(),
        "DATABASE_URL": "sqlite:///bot.db",
        "TRUSTED_PORTALS": host,
        "PORTAL_RATES": f"{host}={NO_LIMIT}",
        "ADMINS": str(ADMIN),
        "UNDO_SECONDS": "0",
    }


@asynccontextmanager
async def program(
    module: str, server: ServerSide, folder: Path, **settings: str
) -> AsyncIterator[Program]:
    """`python -m module` for this block; it has asked for updates when the block begins."""
    environment = {
        "PYTHONPATH": str(ROOT),
        "BOT_TOKEN": server.token,
        "TELEGRAM_API_URL": server.telegram_url,
        "LOG_LEVEL": "WARNING",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module),
        cwd=folder,
        env={"PATH": os.environ["PATH"]} | environment | settings,
    )
    try:
        await server.play("polled")
        yield Program(process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
