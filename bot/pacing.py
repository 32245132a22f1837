"""How fast the bot may speak, people first: arithmetic alone, kept in memory.

Telegram asks for one message a second in a chat, 20 a minute in a group and 30 a second over all
("Bots FAQ"), and counts edits too, each when it arrives. Nobody here sees that moment, so a message
counts from its turn on, and its time runs out only from its answer on: no delay on the way can make
two of them come too close. The truth is what Telegram refuses with 429; this only avoids it.
"""

from bisect import insort
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
    over_all: int = 25  # in any second
    kept_in_group: int = 3  # of those, for what people wait for
    kept_over_all: int = 3
    floods: int = 3  # chats that Telegram refused within a minute, before others fall silent
    hangs: float = 2.0  # seconds after which a call without an answer surely arrived, or never will
    second: float = 1.0
    minute: float = 60.0


RATES: Final = Rates()


@dataclass(frozen=True, slots=True)
class Turn:
    """One message or edit that may go out now."""

    chat: int
    at: float


class Pacing:
    """What is said where. `now` is in seconds of a clock that never jumps."""

    def __init__(self, rates: Rates = RATES) -> None:
        self._rates = rates
        self._all = self._window(rates.over_all, rates.second)
        self._chats: dict[int, _Bucket] = {}
        self._groups: dict[int, _Window] = {}
        self._refused: deque[tuple[float, int, float]] = deque()
        self._held: dict[int, float] = {}
        self._quiet_until = NEVER
        self._tidied_at = NEVER

    def wait(self, chat: int, priority: Priority, now: float) -> float:
        """Seconds until this chat may get one more; 0: now.

        What is no answer leaves room for what is.
        """
        answers = priority is Priority.ANSWER
        rates = self._rates
        waits = [
            self._all.wait(0 if answers else rates.kept_over_all, now),
            self._held.get(chat, NEVER) - now,
            NEVER if priority.is_waited_for else self._quiet_until - now,
        ]
        if chat in self._chats:
            waits.append(self._chats[chat].wait(0 if answers else 1, now))
        if chat in self._groups:
            waits.append(self._groups[chat].wait(0 if answers else rates.kept_in_group, now))
        return longest if (longest := max(waits)) > ALMOST else 0.0

    def begin(self, chat: int, now: float) -> Turn:
        """One more goes there. What cannot wait counts too, and the rest waits the longer."""
        self._tidy(now)
        turn = Turn(chat, now)
        rates = self._rates
        if chat not in self._chats:
            self._chats[chat] = _Bucket(rates.in_chat / rates.second, rates.chat_burst)
        if chat < 0 and chat not in self._groups:
            self._groups[chat] = self._window(rates.in_group, rates.minute)
        for each in self._parts(chat):
            each.begin(turn)
        return turn

    def end(self, turn: Turn, now: float, *, called: bool = True) -> None:
        """It was answered, or given up; not `called`: there was nothing to say after all."""
        for each in self._parts(turn.chat):
            each.end(turn, now, called=called)

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

    def _window(self, most: int, length: float) -> "_Window":
        return _Window(most, length, self._rates.hangs * self._rates.second)

    def _parts(self, chat: int) -> "list[_Window | _Bucket]":
        found = (self._all, self._chats.get(chat), self._groups.get(chat))
        return [each for each in found if each is not None]

    def _tidy(self, now: float) -> None:
        """Once a minute, forgets the chats that may have a whole burst again."""
        if now - self._tidied_at < self._rates.minute:
            return
        self._tidied_at = now
        self._chats = {chat: one for chat, one in self._chats.items() if not one.is_full(now)}
        self._groups = {chat: one for chat, one in self._groups.items() if not one.is_empty(now)}
        self._held = {chat: until for chat, until in self._held.items() if until > now}


class _Window:
    """At most `most` messages in any time of that length."""

    def __init__(self, most: int, length: float, hangs: float) -> None:
        self._most = most
        self._length = length
        self._hangs = hangs
        self._on_wire: list[Turn] = []
        self._ended: list[float] = []

    def wait(self, keep: int, now: float) -> float:
        """Seconds until one more fits in so that `keep` still would."""
        self._forget(now)
        over = len(self._on_wire) + len(self._ended) - (self._most - keep)
        if over < 0:
            return 0.0
        if over >= len(self._ended):
            return self._length  # or as soon as an answer comes and asks again
        return self._ended[over] + self._length - now

    def begin(self, turn: Turn) -> None:
        self._on_wire.append(turn)

    def end(self, turn: Turn, now: float, *, called: bool) -> None:
        if turn in self._on_wire:
            self._on_wire.remove(turn)
            if called:
                insort(self._ended, now)

    def is_empty(self, now: float) -> bool:
        self._forget(now)
        return not self._on_wire and not self._ended

    def _forget(self, now: float) -> None:
        for turn in [each for each in self._on_wire if each.at + self._hangs <= now]:
            self.end(turn, turn.at + self._hangs, called=True)
        while self._ended and self._ended[0] <= now - self._length + ALMOST:
            del self._ended[0]


class _Bucket:
    """Holds `size` messages and gets `rate` a second, but not while one of them is on the wire."""

    def __init__(self, rate: float, size: int) -> None:
        self._rate = rate
        self._size = float(size)
        self._level = self._size
        self._at = 0.0
        self._on_wire = 0

    def wait(self, keep: int, now: float) -> float:
        """Seconds until one can be taken so that `keep` remain."""
        return (keep + 1 - ALMOST - self._filled(now)) / self._rate

    def begin(self, turn: Turn) -> None:
        """Takes one, into debt if need be, but never deeper than a bucketful."""
        self._level = max(self._filled(turn.at) - 1, -self._size)
        self._at = turn.at
        self._on_wire += 1

    def end(self, _turn: Turn, now: float, *, called: bool) -> None:
        self._level = self._filled(now) if called else min(self._size, self._filled(now) + 1)
        self._at = now
        self._on_wire = max(self._on_wire - 1, 0)

    def is_full(self, now: float) -> bool:
        return not self._on_wire and self._filled(now) >= self._size

    def _filled(self, now: float) -> float:
        if self._on_wire:
            return self._level
        return min(self._size, self._level + (now - self._at) * self._rate)
