"""How long the bot takes from its start to its first getUpdates, against bare aiogram."""

import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.figures import Row
from benchmarks.programs import program, settings_for
from benchmarks.server_side import server_side

ROUNDS = 5
BAR = 1.5


async def start() -> list[Row]:
    """Both start by turns, the bot always with a database of its own to make."""
    pairs = [(await _seconds("bot"), await _seconds("benchmarks.bare_bot")) for _ in range(ROUNDS)]
    more = median(ours - bare for ours, bare in pairs)
    ours, bare = (median(pair[side] for pair in pairs) for side in (0, 1))
    return [
        Row(
            "Start to first getUpdates, more than bare aiogram",
            f"{more:+.2f} s ({ours:.2f} against {bare:.2f} s)",
            f"under {BAR} s",
            more < BAR,
        )
    ]


async def _seconds(module: str) -> float:
    async with server_side() as server:
        with tempfile.TemporaryDirectory() as folder:
            settings = await settings_for(server)
            began = time.perf_counter()
            async with program(module, server, Path(folder), **settings):
                return time.perf_counter() - began
