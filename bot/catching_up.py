"""At start, letters wait until what people pressed while the bot was down has had its effect.

Undo, or Cancel of a letter that waits: pressed before anything left, it must not come too late only
because Telegram held it while nobody fetched it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from storage import updates
from storage.database import Database

LOOK_SECONDS: Final = 0.05  # between two looks whether all of it was handled

log = logging.getLogger(__name__)


class CatchingUp:
    """`fetched` is told once Telegram holds nothing more back."""

    def __init__(
        self, database: Database, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._database = database
        self._sleep = sleep
        self._fetched = asyncio.Event()

    def fetched(self) -> None:
        """Everything that Telegram had is stored."""
        self._fetched.set()

    async def wait(self, seconds: float) -> None:
        """Until all that came by then is handled; letters need no Telegram, so at most so long."""
        try:
            async with asyncio.timeout(seconds):
                await self._caught_up()
        except TimeoutError:
            log.warning(
                "letters go without what Telegram may hold: it took more than %.0f s", seconds
            )

    async def _caught_up(self) -> None:
        await self._fetched.wait()
        newest = await self._database.read(updates.newest_waiting)
        while await self._database.read(lambda tx: updates.waits_since(tx, newest)):
            await self._sleep(LOOK_SECONDS)
