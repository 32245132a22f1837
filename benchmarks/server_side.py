"""The other side as the benchmark sees it: started, asked to play scenes, and watched."""

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LONGEST_ANSWER = 2**24  # bytes of one line


class Load:
    """How much of one CPU the server side used; known once the block it was measured in is over."""

    share = 0.0


class ServerSide:
    """One sandbox in its own process: see `scenes` for what can be played there."""

    def __init__(self, process: Process, hello: dict[str, Any]) -> None:
        self._process = process
        self.telegram_url = str(hello["telegram"])
        self.token = str(hello["token"])

    async def play(self, scene: str, **arguments: object) -> Any:
        """Plays a scene of `scenes` to its end; what it returned."""
        return (await self._ask(scene, arguments))["result"]

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[Load]:
        """Measures the load of what happens inside this block."""
        load = Load()
        cpu, began = await self._cpu(), time.perf_counter()
        yield load
        load.share = (await self._cpu() - cpu) / (time.perf_counter() - began)

    async def _cpu(self) -> float:
        return float((await self._ask("nothing", {}))["cpu"])

    async def _ask(self, scene: str, arguments: dict[str, object]) -> dict[str, Any]:
        assert self._process.stdin is not None
        line = json.dumps({"scene": scene, "arguments": arguments})
        self._process.stdin.write(f"{line}\n".encode())
        return await _answer(self._process)


@asynccontextmanager
async def server_side() -> AsyncIterator[ServerSide]:
    """A fresh one for this block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.server_process"),
        cwd=ROOT,
        stdin=PIPE,
        stdout=PIPE,
        limit=LONGEST_ANSWER,
    )
    try:
        yield ServerSide(process, await _answer(process))
    finally:
        process.terminate()
        await process.wait()


async def _answer(process: Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError("the server side ended; what it said stands above")
    answer: dict[str, Any] = json.loads(line)
    return answer
