"""How fast the bot may speak, people first: arithmetic alone, kept in memory.

Telegram asks for one message a second in a chat, 20 a minute in a group and 30 a second over all
("Bots FAQ"), and counts edits too. The truth is what it refuses with 429; this only avoids that.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from storage.records.notices import Priority

NEVER: Final = float("-inf")
ALMOST: Final = 1e-6  # of a message, or of a second: less is a rounding error


@dataclass(frozen=True, slots=True)
class Rates:
    """Somewhat below what Telegram asks for. `second` and `minute` are what tests shorten."""

    in_chat: float = 1.0  # a second
    chat_burst: int = 3
    in_group: int = 18  # in any minute
    over_all: float = 25.0  # a second
    burst: int = 4
    kept_in_group: int = 3  # of those, for what people wait for
    floods: int = 3  # chats that Telegram refused within a minute, before others fall silent
    second: float = 1.0
    minute: float = 60.0


RATES: Final = Rates()


class Pacing:
    """What was said where. `now` is in seconds of a clock that never jumps."""

    def __init__(self, rates: Rates = RATES) -> None:
        self._rates = rates
        self._all = _Bucket(rates.over_all / rates.second, rates.burst)
        self._chats: dict[int, _Bucket] = {}
        self._groups: dict[int, deque[float]] = {}
        self._refused: deque[tuple[float, int, float]] = deque()
        self._held: dict[int, float] = {}
        self._quiet_until = NEVER
        self._tidied_at = NEVER

    def wait(self, chat: int, priority: Priority, now: float) -> float:
        """Seconds until this chat may get one more; 0: now.

        What nobody waits for leaves room for what somebody does.
        """
        answers = priority is Priority.ANSWER
        keep = 0 if answers else 1
        waits = [
            self._all.wait(keep, now),
            self._chats[chat].wait(keep, now) if chat in self._chats else 0.0,
            self._group_wait(chat, 0 if answers else self._rates.kept_in_group, now),
            self._held.get(chat, NEVER) - now,
            NEVER if priority.is_waited_for else self._quiet_until - now,
        ]
        return longest if (longest := max(waits)) > ALMOST else 0.0

    def spend(self, chat: int, now: float) -> None:
        """One more goes there. What could not wait counts too, and others wait the longer."""
        self._tidy(now)
        self._all.spend(now)
        self._bucket(chat).spend(now)
        if chat < 0:
            self._groups.setdefault(chat, deque()).append(now)

    def give_back(self, chat: int, now: float) -> None:
        """There was nothing to say after all."""
        self._all.spend(now, -1)
        self._bucket(chat).spend(now, -1)
        if self._groups.get(chat):
            self._groups[chat].pop()

    def refused(self, chat: int, seconds: float, now: float) -> None:
        """Telegram wants no more in this chat for so long.

        If it says so of several chats within a minute it means the bot: nothing that nobody waits
        for goes out until it has had its will.
        """
        self._held[chat] = max(self._held.get(chat, NEVER), now + seconds)
        self._refused.append((now, chat, now + seconds))
        while self._refused[0][0] < now - self._rates.minute:
            self._refused.popleft()
        if len({chat for _, chat, _ in self._refused}) >= self._rates.floods:
            self._quiet_until = max(until for _, _, until in self._refused)

    def _bucket(self, chat: int) -> "_Bucket":
        if chat not in self._chats:
            rates = self._rates
            self._chats[chat] = _Bucket(rates.in_chat / rates.second, rates.chat_burst)
        return self._chats[chat]

    def _group_wait(self, chat: int, keep: int, now: float) -> float:
        said, most = self._groups.get(chat), self._rates.in_group - keep
        if said is None:
            return 0.0
        while said and said[0] <= now - self._rates.minute:
            said.popleft()
        return said[-most] + self._rates.minute - now if len(said) >= most else 0.0

    def _tidy(self, now: float) -> None:
        """Once a minute, forgets the chats that may have a whole burst again."""
        if now - self._tidied_at < self._rates.minute:
            return
        self._tidied_at = now
        self._chats = {chat: one for chat, one in self._chats.items() if not one.full(now)}
        since = now - self._rates.minute
        self._groups = {
            chat: said for chat, said in self._groups.items() if said and said[-1] > since
        }
        self._held = {chat: until for chat, until in self._held.items() if until > now}


class _Bucket:
    """Holds `size` messages and gets `rate` a second."""

    def __init__(self, rate: float, size: int) -> None:
        self._rate = rate
        self._size = float(size)
        self._level = self._size
        self._at = NEVER

    def wait(self, keep: int, now: float) -> float:
        """Seconds until one can be taken so that `keep` remain."""
        return (keep + 1 - ALMOST - self._filled(now)) / self._rate

    def spend(self, now: float, messages: int = 1) -> None:
        """Takes them, into debt if need be, but never deeper than a bucketful."""
        self._level = max(self._filled(now) - messages, -self._size)
        self._at = now

    def full(self, now: float) -> bool:
        return self._filled(now) >= self._size

    def _filled(self, now: float) -> float:
        if self._at == NEVER:
            return self._level
        return min(self._size, self._level + (now - self._at) * self._rate)
