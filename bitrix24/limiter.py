"""Spends what a portal's bucket allows: all of it, never more, people before the watcher.

One bucket per portal address, because a portal counts all calls from one machine together. Whoever
wants to call waits for a turn, in order, and may stop waiting. Only a method that has used up its
working time has none for minutes: that is said at once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum

from bitrix24.bucket import Bucket
from bitrix24.errors import Failure, FailureCode
from bitrix24.learned import Learned
from bitrix24.rates import PortalRates
from bitrix24.webhook import Webhook
from bitrix24.working_time import UsedUp, WorkingTime

LONGEST_SLEEP = 0.25  # seconds; whoever sleeps for all must not miss what changes meanwhile
FORGET_EVERY = 60.0  # seconds

Sleep = Callable[[float], Awaitable[None]]


class Turn(Enum):
    """Who goes first."""

    PERSON = "person"
    WATCHER = "watcher"


class Limiter:
    """`clock` is monotonic, in seconds."""

    def __init__(
        self,
        rates: PortalRates | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._rates = rates or PortalRates()
        self._clock = clock
        self._sleep = sleep
        self._queues: dict[str, _Queue] = {}
        self._forget_at = clock()

    async def turn(self, webhook: Webhook, method: str, kind: Turn = Turn.PERSON) -> None:
        """Waits until this call may go, behind those of its kind that came before.

        Returns without a pause if it may go at once. A wait that is cancelled takes nothing. Raises
        UsedUp if the portal would refuse this method, also where that turns out during the wait.
        """
        await self._queue(webhook).turn((webhook.user_id, method), kind)

    def answered(
        self,
        webhook: Webhook,
        method: str,
        learned: Learned,
        failure: Failure | None = None,
        *,
        at: datetime,
    ) -> None:
        """Tells what came back of a call that had its turn; `at` is the time of day."""
        queue = self._queue(webhook)
        code = failure.code if failure else None
        reset_at = learned.operating_reset_at
        if failure is not None and code is FailureCode.OPERATING_TIME:
            reset_at = failure.retry_at
        reset_in = (reset_at - at).total_seconds() if reset_at else None
        queue.time.learn((webhook.user_id, method), learned, reset_in, code, self._clock())
        queue.answered(code)
        queue.wake_used_up()

    def used_up(self, webhook: Webhook, method: str) -> float:
        """In how many seconds this method runs again; 0 if it runs now, or if nobody knows."""
        return self._queue(webhook).time.wait((webhook.user_id, method), self._clock())

    def not_sent(self, webhook: Webhook) -> None:
        """Tells that a call that had its turn never left."""
        self._queue(webhook).not_sent()

    @property
    def remembered(self) -> int:
        """How many portals are."""
        return len(self._queues)

    def _queue(self, webhook: Webhook) -> "_Queue":
        self._forget()
        place = f"{webhook.host} {webhook.effective_port}"
        if place not in self._queues:
            bucket = Bucket(self._rates.rate_for(webhook), self._clock())
            self._queues[place] = _Queue(bucket, self._clock, self._sleep)
        return self._queues[place]

    def _forget(self) -> None:
        now = self._clock()
        if now < self._forget_at:
            return
        self._forget_at = now + FORGET_EVERY
        for place in [place for place, queue in self._queues.items() if queue.is_idle()]:
            del self._queues[place]


class _Waiter:
    def __init__(self, call: tuple[int, str]) -> None:
        self.call = call
        self.woken = asyncio.Event()
        self.may_go = False


class _Queue:
    """Those who wait for one portal. One of them sleeps until there is room, the others rest."""

    def __init__(self, bucket: Bucket, clock: Callable[[], float], sleep: Sleep) -> None:
        self.time = WorkingTime()
        self._bucket = bucket
        self._clock = clock
        self._sleep = sleep
        self._waiting: dict[Turn, deque[_Waiter]] = {kind: deque() for kind in Turn}
        self._sleeper: _Waiter | None = None

    async def turn(self, call: tuple[int, str], kind: Turn) -> None:
        waiter = _Waiter(call)
        self._waiting[kind].append(waiter)
        self._hand_out()
        try:
            while not waiter.may_go:
                self._refuse_if_used_up(call)
                if self._sleeper is None:
                    await self._sleep_for_all(waiter)
                else:
                    await waiter.woken.wait()
                    waiter.woken.clear()
        except asyncio.CancelledError:
            if waiter.may_go:
                self.not_sent()
            raise
        finally:
            if not waiter.may_go:
                self._waiting[kind].remove(waiter)
            self._appoint_sleeper()

    def answered(self, code: FailureCode | None) -> None:
        now = self._clock()
        self._bucket.arrive(now)
        if code is FailureCode.TOO_MANY_CALLS:
            self._bucket.refuse(now)
        elif code is None:
            self._bucket.accept()

    def not_sent(self) -> None:
        self._bucket.give_back()
        self._hand_out()

    def wake_used_up(self) -> None:
        """Whoever waits for a method that has just been used up is to hear of it."""
        now = self._clock()
        for waiter in (one for waiting in self._waiting.values() for one in waiting):
            if self.time.wait(waiter.call, now):
                waiter.woken.set()

    def is_idle(self) -> bool:
        now = self._clock()
        has_nobody = not any(self._waiting.values())
        return has_nobody and self._bucket.is_empty(now) and self.time.is_empty(now)

    def _refuse_if_used_up(self, call: tuple[int, str]) -> None:
        seconds = self.time.wait(call, self._clock())
        if seconds:
            raise UsedUp(seconds)

    async def _sleep_for_all(self, waiter: _Waiter) -> None:
        self._sleeper = waiter
        try:
            pause = self._bucket.wait(self._clock()) or LONGEST_SLEEP
            await self._sleep(min(pause, LONGEST_SLEEP))
        finally:
            self._sleeper = None
        self._hand_out()

    def _hand_out(self) -> None:
        while not self._bucket.wait(self._clock()):
            waiter = self._next()
            if waiter is None:
                return
            self._bucket.take(self._clock())
            waiter.may_go = True
            waiter.woken.set()

    def _next(self) -> _Waiter | None:
        """Takes the next one out of the queue, but nobody whose method is used up."""
        now = self._clock()
        for waiting in self._waiting.values():
            for waiter in waiting:
                if not self.time.wait(waiter.call, now):
                    waiting.remove(waiter)
                    return waiter
        return None

    def _appoint_sleeper(self) -> None:
        if self._sleeper is None:
            first = next((waiter for kind in self._waiting.values() for waiter in kind), None)
            if first is not None:
                first.woken.set()
