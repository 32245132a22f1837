"""Wakes whoever waits for something to happen in the sandbox, so that nobody polls."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Counts what changed. The count is the id of the page's event stream."""

    def __init__(self) -> None:
        self.count = 0
        self._sleepers: set[asyncio.Future[None]] = set()

    def note(self) -> None:
        """Something changed: wakes all who wait."""
        self.count += 1
        for sleeper in self._sleepers:
            if not sleeper.done():
                sleeper.set_result(None)

    async def after(self, count: int) -> int:
        """Returns the count as soon as it is greater than `count`."""
        while self.count <= count:
            await self._next()
        return self.count

    async def until(self, condition: Callable[[], T | None], within: float) -> T:
        """The first true value of `condition`, asked now and after every change.

        Raises TimeoutError after `within` seconds.
        """
        async with asyncio.timeout(within):
            while not (value := condition()):
                await self._next()
            return value

    async def _next(self) -> None:
        sleeper = asyncio.get_running_loop().create_future()
        self._sleepers.add(sleeper)
        try:
            await sleeper
        finally:
            self._sleepers.discard(sleeper)
