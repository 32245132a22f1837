"""How fast a bot may send, and a record of how fast it did.

The page "Bots FAQ" asks for at most one message a second in one chat (a short burst passes), 20 a
minute in one group and 30 a second over all; what is more gets 429 with `retry_after`.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

SENDS = frozenset({"sendmessage", "editmessagetext", "editmessagereplymarkup"})


@dataclass(frozen=True)
class Limits:
    """What is let through. `minute` and `second` are what tests shorten, in seconds."""

    chat_per_second: float = 1
    """In one private chat, on average."""
    chat_burst: int = 3
    """How many may come at once there."""
    group_per_minute: int = 20
    overall_per_second: int = 30
    second: float = 1
    minute: float = 60
    counted: frozenset[str] = SENDS
    """Methods that count, in lower case: edits do too."""


@dataclass(frozen=True)
class Send:
    """One call that sends or edits."""

    method: str
    chat_id: int
    at: datetime
    refused: int | None = None
    """The `retry_after` that it got; None: it was let through."""
    early: bool = False
    """It came although an earlier `retry_after` was not over."""


@dataclass
class Flood:
    """Telegram told the bot to keep quiet."""

    chat_id: int | None
    """None: everywhere."""
    until: datetime
    left: int | None
    """How many sends it still refuses; None: all until `until`."""

    def acts_on(self, chat_id: int, now: datetime) -> bool:
        return self.chat_id in (None, chat_id) and self.left != 0 and now < self.until


class Pace:
    """Lets sends through or says how long to wait; remembers each of them."""

    def __init__(self) -> None:
        self.limits: Limits | None = None
        """None: as fast as the bot likes."""
        self.sends: list[Send] = []
        self._floods: list[Flood] = []
        self._quiet_until: dict[int, datetime] = {}
        self._let_through: defaultdict[int | None, deque[float]] = defaultdict(deque)
        self._bursts: dict[int, tuple[float, float]] = {}
        self._start: datetime | None = None

    @property
    def accepted(self) -> list[Send]:
        return [send for send in self.sends if send.refused is None]

    @property
    def refused(self) -> list[Send]:
        return [send for send in self.sends if send.refused is not None]

    def flood(
        self, seconds: int, now: datetime, chat_id: int | None = None, times: int | None = None
    ) -> None:
        """Refuses sends for so long, or just the next `times`, with `retry_after`."""
        self._floods.append(Flood(chat_id, now + timedelta(seconds=seconds), times))

    def calm(self) -> None:
        """Ends all floods."""
        self._floods.clear()

    def wait(self, method: str, chat_id: int, group: bool, now: datetime) -> int | None:
        """Seconds to wait (at least 1), or None: it may pass, and counts."""
        limits = self.limits or Limits()
        if method not in limits.counted:
            return None
        seconds = self._flooded(chat_id, now)
        if seconds is None and self.limits is not None:
            seconds = self._too_fast(self.limits, chat_id, group, self._seconds(now))
        early = now < self._quiet_until.get(chat_id, now)
        if seconds is None:
            self.sends.append(Send(method, chat_id, now, None, early))
            return None
        whole = max(1, math.ceil(seconds))
        self.sends.append(Send(method, chat_id, now, whole, early))
        self._quiet_until[chat_id] = now + timedelta(seconds=seconds)
        return whole

    def _flooded(self, chat_id: int, now: datetime) -> float | None:
        flood = next((each for each in self._floods if each.acts_on(chat_id, now)), None)
        if flood is None:
            return None
        if flood.left is not None:
            flood.left -= 1
        return (flood.until - now).total_seconds()

    def _seconds(self, now: datetime) -> float:
        """Since the first send, so that the fractions stay exact."""
        self._start = self._start or now
        return (now - self._start).total_seconds()

    def _too_fast(self, limits: Limits, chat_id: int, group: bool, now: float) -> float | None:
        waits = [self._window(None, limits.overall_per_second, limits.second, now)]
        if group:
            waits.append(self._window(chat_id, limits.group_per_minute, limits.minute, now))
        else:
            waits.append(self._burst(limits, chat_id, now))
        if any(waits):
            return max(waits)
        self._let_through[None].append(now)
        if group:
            self._let_through[chat_id].append(now)
        else:
            level, since = self._bursts[chat_id]
            self._bursts[chat_id] = (level - 1, since)
        return None

    def _window(self, key: int | None, most: int, length: float, now: float) -> float:
        """Seconds until one more fits into a sliding window; 0: now."""
        passed = self._let_through[key]
        while passed and passed[0] <= now - length:
            passed.popleft()
        return passed[-most] + length - now if len(passed) >= most else 0

    def _burst(self, limits: Limits, chat_id: int, now: float) -> float:
        """The same for a bucket of `chat_burst` that fills at `chat_per_second`."""
        rate = limits.chat_per_second / limits.second
        level, since = self._bursts.get(chat_id, (float(limits.chat_burst), now))
        level = min(limits.chat_burst, level + (now - since) * rate)
        self._bursts[chat_id] = (level, now)
        return 0 if level > 1 - 1e-9 else (1 - level) / rate
