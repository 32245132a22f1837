"""Wakes a loop that has nothing to do, when a commit gave it something."""

import asyncio


class Bell:
    """Rung any number of times before a wait, it ends that wait once."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Until it is rung, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return
        finally:
            self._rung.clear()
