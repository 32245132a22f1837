"""The other side in a process of its own: the sandbox, and what its people do.

Reads a line {"scene", "arguments"} and answers {"result", "cpu"}: its CPU seconds until now. It
imports nothing of the product, so that both sides share no work.
"""

import asyncio
import json
import sys
import time
from typing import Any

from benchmarks import scenes
from sandbox import Sandbox


async def serve() -> None:
    """Until the benchmark closes our input."""
    async with Sandbox() as sandbox:
        _say({"telegram": sandbox.telegram_url, "token": sandbox.telegram.token})
        while line := await asyncio.to_thread(sys.stdin.readline):
            request = json.loads(line)
            _say({"result": await _play(sandbox, request), "cpu": time.process_time()})


async def _play(sandbox: Sandbox, request: dict[str, Any]) -> object:
    result: object = await getattr(scenes, request["scene"])(sandbox, **request["arguments"])
    return result


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)  # noqa: T201  (the benchmark reads it)


if __name__ == "__main__":
    asyncio.run(serve())
