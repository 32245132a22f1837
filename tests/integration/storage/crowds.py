"""Many that want something of the database at the same moment."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from storage.database import Reading, Transaction


def add(name: str, value: str = "x") -> Callable[[Transaction], int]:
    return lambda tx: tx.execute("INSERT INTO facts VALUES (:n, :v)", n=name, v=value)


def names(reading: Reading) -> list[str]:
    return [row["name"] for row in reading.rows("SELECT name FROM facts ORDER BY rowid")]


@asynccontextmanager
async def busy(in_thread: Callable[[Callable[[], None]], Awaitable[Any]]) -> AsyncIterator[None]:
    """That thread is busy until the block ends: what is asked of it meanwhile waits."""
    begun, go_on = asyncio.Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def hold() -> None:
        loop.call_soon_threadsafe(begun.set)
        assert go_on.wait(5)

    holding = asyncio.gather(in_thread(hold))
    await begun.wait()
    try:
        yield
        await asyncio.sleep(0)
    finally:
        go_on.set()
        await holding
