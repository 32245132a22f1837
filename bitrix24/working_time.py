"""Which methods have used up their working time (the operating limit), and until when.

The limit is per method and webhook; the answers of a method say how much it used, and when some
of that is forgotten. A refusal says neither, so the last answer counts.
"""

from bitrix24.errors import FailureCode
from bitrix24.learned import Learned

LIMIT = 480.0  # seconds in ten minutes; the page's own figure for the cloud
WINDOW = 600.0
SPARE = 1.0


class UsedUp(Exception):
    """This method runs again in so many seconds; until then the portal refuses it."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class WorkingTime:
    """Of one portal; `call` is a user's method, `now` a monotonic clock's."""

    def __init__(self) -> None:
        self._resets: dict[tuple[int, str], float] = {}
        self._used_up: dict[tuple[int, str], float] = {}

    def wait(self, call: tuple[int, str], now: float) -> float:
        """Seconds until the method runs again; 0 if it runs now, or if nobody knows."""
        return max(self._used_up.get(call, now) - now, 0.0)

    def learn(
        self,
        call: tuple[int, str],
        learned: Learned,
        reset_in: float | None,
        code: FailureCode | None,
        now: float,
    ) -> None:
        """`reset_in`: in how many seconds the portal forgets some of what was used."""
        if reset_in is not None:
            self._resets[call] = now + min(max(reset_in, 0.0), WINDOW) + SPARE
        is_used_up = (learned.operating or 0.0) >= LIMIT
        if code is FailureCode.OPERATING_TIME or is_used_up:
            if call in self._resets:
                self._used_up[call] = self._resets[call]
        elif code is None:
            self._used_up.pop(call, None)

    def is_empty(self, now: float) -> bool:
        """Forgets what is over; has it nothing left to remember?"""
        for known in (self._resets, self._used_up):
            for call in [call for call, until in known.items() if until <= now]:
                del known[call]
        return not self._resets and not self._used_up
