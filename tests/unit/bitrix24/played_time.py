"""A clock that jumps to the next moment at which somebody wakes up, and a portal that counts."""

import asyncio
import heapq
from itertools import count

STEPS = 8  # of the event loop, until everybody who can go on has gone on


class PlayedTime:
    """`clock` and `sleep` of everything in one test."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waking: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), waking))
        await waking

    async def play(self, seconds: float = 100_000.0) -> None:
        """Until nobody sleeps any more, at most for this long."""
        end = self.now + seconds
        await self._go_on()
        while self._sleepers and self._sleepers[0][0] <= end:
            self.now, _, waking = heapq.heappop(self._sleepers)
            if not waking.done():
                waking.set_result(None)
                await self._go_on()
        if self._sleepers:
            self.now = end

    async def _go_on(self) -> None:
        for _ in range(STEPS):
            await asyncio.sleep(0)


class CountingPortal:
    """The leaky bucket of the limits page, counted when calls arrive."""

    def __init__(self, size: float, per_second: float) -> None:
        self._size = size
        self._per_second = per_second
        self._level = 0.0
        self._at = 0.0
        self.arrived: list[float] = []
        self.refused = 0

    def count(self, now: float) -> bool:
        """Is this call taken?"""
        self._level = max(self._level - (now - self._at) * self._per_second, 0.0)
        self._at = now
        if self._level + 1 > self._size + 1e-6:  # what played time cannot tell apart
            self.refused += 1
            return False
        self._level += 1
        self.arrived.append(now)
        return True
