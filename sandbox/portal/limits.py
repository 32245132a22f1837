"""How much a portal lets be asked of it: requests per second, and working time per method."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

MINUTES = 10
"""Working time is counted in so many buckets of one minute."""


@dataclass(frozen=True)
class Fill:
    """One call at the bucket. `level` is what it left behind, itself included if it was let in."""

    at: float
    source: str
    level: float
    refused: bool


@dataclass
class Bucket:
    """The leaky bucket of the limits page: each call adds one, `per_second` drain, and a call that
    would make it overflow is refused. Every source address has a bucket of its own."""

    size: float = 50
    per_second: float = 2
    monotonic: Callable[[], float] = time.monotonic
    calls: list[Fill] = field(default_factory=list)
    refused: int = 0
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def admit(self, source: str) -> bool:
        """Counts one call that has just come from `source`."""
        now = self.monotonic()
        level, before = self._levels.get(source, (0.0, now))
        level = max(0.0, level - (now - before) * self.per_second)
        admitted = level + 1 <= self.size
        level += admitted
        self.refused += not admitted
        self._levels[source] = (level, now)
        self.calls.append(Fill(now, source, level, not admitted))
        return admitted


Place = tuple[str, str]
"""The code of a webhook, and a method."""


@dataclass
class OperatingLimit:
    """Working time of one method for one webhook, in a window of ten one-minute buckets.

    The call that crosses the line still ends well; the next one is refused.
    """

    seconds: float = 480
    costs: dict[str, float] = field(default_factory=dict)
    """What one call of a method is charged; without an entry: what it really took."""
    refused: int = 0
    _used: dict[Place, dict[int, float]] = field(default_factory=dict)

    def used(self, place: Place, now: datetime) -> float:
        return round(sum(self._window(place, now).values()), 3)

    def used_up(self, place: Place, now: datetime) -> bool:
        """Must a call be refused now? Counts the refusal."""
        over = self.used(place, now) >= self.seconds
        self.refused += over
        return over

    def charge(self, place: Place, now: datetime, took: float) -> None:
        window = self._window(place, now)
        minute = _minute(now)
        window[minute] = window.get(minute, 0.0) + self.costs.get(place[1], took)
        self._used[place] = window

    def resets_at(self, place: Place, now: datetime) -> int:
        """When the oldest minute leaves the window, in unix seconds."""
        return (min(self._window(place, now), default=_minute(now)) + MINUTES) * 60

    def _window(self, place: Place, now: datetime) -> dict[int, float]:
        oldest = _minute(now) - MINUTES
        return {key: value for key, value in self._used.get(place, {}).items() if key > oldest}


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
