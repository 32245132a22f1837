"""What is surely known of a portal's leaky bucket: how full it may be at most.

The portal counts a call when it arrives, which is some time between our grant and its answer.
Until then a call is in flight and takes up room that does not drain; so the estimate is never
below the truth, however long calls are on their way.
"""

from collections import deque

from bitrix24.rates import Rate

SPARE = 1.0  # the page leaves open whether the call that fills the bucket is still taken
ARRIVED_AFTER = 2.0  # seconds; a call that hangs was counted long ago
ANSWERED_AFTER = 90.0  # seconds; no call lives as long, and some that had a turn never begin
LONGEST_PAUSE = 60.0  # seconds, after refusals
_ROUNDING = 1e-9


class Bucket:
    """`now` is a monotonic clock's, and never goes back."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._room = max(rate.size - SPARE, 1.0)
        self._per_second = rate.per_second
        self._level = 0.0
        self._at = now
        self._in_flight: deque[float] = deque()
        self._late: deque[float] = deque()  # were counted, and their answers are still to come
        self._refusals = 0
        self._resume_at = now

    def wait(self, now: float) -> float:
        """Seconds until a call may go at the earliest; 0 if it may go now."""
        self._drain(now)
        excess = self._level + len(self._in_flight) + 1 - self._room
        return excess / self._per_second if excess > _ROUNDING else 0.0

    def take(self, now: float) -> None:
        """A call goes."""
        self._drain(now)
        self._in_flight.append(now)

    def arrive(self, now: float) -> None:
        """A call was answered: one that hung, if there is any, which was counted before."""
        self._drain(now)
        if self._late:
            self._late.popleft()
        elif self._in_flight:
            self._in_flight.popleft()
            self._level += 1

    def give_back(self) -> None:
        """A call did not go after all."""
        if self._late:
            self._late.popleft()
        elif self._in_flight:
            self._in_flight.pop()

    def refuse(self, now: float) -> None:
        """The portal found its bucket full: others fill it too. The pause doubles each time."""
        if now >= self._resume_at:  # else it left before the last refusal was known
            self._refusals += 1
            pause = 2.0 ** min(self._refusals - 1, 16) / self._per_second
            self._resume_at = now + min(pause, LONGEST_PAUSE)
        excess = (self._resume_at - now) * self._per_second
        self._level = max(self._level, excess + self._room - 1 - len(self._in_flight))

    def accept(self) -> None:
        """The portal took a call."""
        self._refusals = 0

    def is_empty(self, now: float) -> bool:
        """Has it nothing to remember?"""
        self._drain(now)
        return not self._level and not self._in_flight and not self._late

    def _drain(self, now: float) -> None:
        while self._in_flight and self._in_flight[0] + ARRIVED_AFTER <= now:
            went = self._in_flight.popleft()
            self._drain_to(max(went + ARRIVED_AFTER, self._at))
            self._level += 1
            self._late.append(went)
        while self._late and self._late[0] + ANSWERED_AFTER <= now:
            self._late.popleft()
        self._drain_to(now)

    def _drain_to(self, now: float) -> None:
        self._level = max(self._level - (now - self._at) * self._per_second, 0.0)
        self._at = now
