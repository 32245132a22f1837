"""Says in the log that the whole program stood still: a handler that blocked it, a machine that
slept or had no time for it. Letters are safe from that by their leases; people only waited."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from bot.tasks import Stop

LOOK_SECONDS: Final = 1.0
TOLERATED_SECONDS: Final = 1.0  # a busy machine is often late by less

Pause = Callable[[Stop, float], Awaitable[None]]

log = logging.getLogger(__name__)


class Watchdog:
    """Measures how late its own pauses end."""

    def __init__(self, monotonic: Callable[[], float], pause: Pause = Stop.pause) -> None:
        self._monotonic = monotonic
        self._pause = pause

    async def run(self, stop: Stop) -> None:
        while not stop.asked:
            began = self._monotonic()
            await self._pause(stop, LOOK_SECONDS)
            late = self._monotonic() - began - LOOK_SECONDS
            if late > TOLERATED_SECONDS:
                log.warning("everything stood still for %.1f s", late)
