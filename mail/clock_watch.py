"""Notices that the wall clock jumped: how old an idempotency key is can then no longer be said."""

from collections.abc import Callable
from datetime import datetime

TOLERATED_SECONDS = 30.0


class ClockWatch:
    """Compares the wall clock's progress with that of a clock that only goes forward."""

    def __init__(self, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._wall = clock()
        self._steady = monotonic()

    def jumped(self) -> bool:
        """Since the last look, in either direction."""
        wall, steady = self._clock(), self._monotonic()
        drift = (wall - self._wall).total_seconds() - (steady - self._steady)
        self._wall, self._steady = wall, steady
        return abs(drift) > TOLERATED_SECONDS
