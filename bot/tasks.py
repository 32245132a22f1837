"""The one place that starts asyncio tasks: each is watched, and none outlives the program.

A loop gets a `Stop` and looks at it between two items, so that stopping never cuts an item in
half. A loop that crashes is logged and started again after a pause that grows.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine

from bot.exits import Ending
from storage.errors import StorageUnavailable

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0  # seconds between a loop's crash and its next start; doubles each time
LONGEST_PAUSE = 60.0  # seconds; a loop that ran for so long before it crashed begins anew
STORAGE_PAUSE = 10.0  # seconds at most, where only the disk is waited for: it costs nobody a call
CANCEL_SECONDS = 2.0  # how long a cancelled task may take to tidy up


class Stop:
    """Asked once, for good."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    @property
    def asked(self) -> bool:
        return self._event.is_set()

    def ask(self) -> None:
        self._event.set()

    async def wait(self) -> None:
        await self._event.wait()

    async def pause(self, seconds: float) -> None:
        """Sleeps, but not beyond the moment when a stop is asked for."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return


Loop = Callable[[Stop], Awaitable[None]]
Pause = Callable[[Stop, float], Awaitable[None]]
Ends = Callable[[Exception], Ending | None]


class Tasks:
    """The running tasks of one program. `ends`: which errors end it, as trying again cannot help.

    Ending itself always does.
    """

    def __init__(
        self,
        *,
        ends: Ends = lambda _error: None,
        clock: Callable[[], float] = time.monotonic,
        pause: Pause = Stop.pause,
    ) -> None:
        self._ends = ends
        self._clock = clock
        self._pause = pause
        self._stop = Stop()
        self._running: set[asyncio.Task[None]] = set()
        self._repeatable: set[asyncio.Task[None]] = set()
        self._closed = False
        self._ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()

    def start(self, name: str, loop: Loop) -> None:
        """Runs a loop until it is stopped; Ending raised by it ends the program."""
        self.spawn(name, self._keep_running(name, loop))

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        """Runs a piece of work once; what it raises is logged. Too late, it is not begun."""
        self._run(self._running, name, work)

    def spawn_repeatable(self, name: str, work: Coroutine[object, object, None]) -> None:
        """As `spawn`, for what the next start does anew: it is cut off once a stop is asked for."""
        self._run(self._repeatable, name, work)

    def _run(
        self, kept: set[asyncio.Task[None]], name: str, work: Coroutine[object, object, None]
    ) -> None:
        if self._closed:
            work.close()
            return
        task = asyncio.create_task(self._watch(name, work), name=name)
        kept.add(task)
        task.add_done_callback(kept.discard)

    def end(self, ending: Ending) -> None:
        """Asks for the program's end; the first asked for is the one that counts."""
        if not self._ending.done():
            self._ending.set_result(ending)

    async def ended(self) -> Ending:
        """Returns when somebody has asked for the end; `stop` is still to be called."""
        return await asyncio.shield(self._ending)

    async def stop(self, seconds: float) -> None:
        """Asks every loop to stop, lets items in hand finish for so long, then cancels the rest."""
        self._stop.ask()
        await _cut_off(self._repeatable)
        until = self._clock() + seconds
        while self._others() and (left := until - self._clock()) > 0:
            await asyncio.wait(self._others(), timeout=left)
        self._closed = True
        await self._cancel(self._others())
        await _cut_off(self._repeatable)

    async def _cancel(self, late: set[asyncio.Task[None]]) -> None:
        for task in late:
            log.warning("%s did not finish in time and is cut off", task.get_name())
        await _cut_off(late)

    def _others(self) -> set[asyncio.Task[None]]:
        return {task for task in self._running if task is not asyncio.current_task()}

    async def _watch(self, name: str, work: Coroutine[object, object, None]) -> None:
        try:
            await work
        except Ending as ending:
            self.end(ending)
        except Exception as error:
            final = self._ends(error)
            if final is not None:
                self.end(final)
            elif isinstance(error, StorageUnavailable):
                log.warning("%s breaks off: the storage is %s", name, error.trouble)
            else:
                log.exception("%s failed", name)

    async def _keep_running(self, name: str, loop: Loop) -> None:
        seconds = FIRST_PAUSE
        while not self._stop.asked:
            began = self._clock()
            try:
                await loop(self._stop)
                return
            except Ending:
                raise
            except Exception as error:
                if self._ends(error):
                    raise
                if self._clock() - began >= LONGEST_PAUSE:
                    seconds = FIRST_PAUSE
                if isinstance(error, StorageUnavailable):
                    seconds = min(seconds, STORAGE_PAUSE)
                    log.warning("%s waits %.0f s: the storage is %s", name, seconds, error.trouble)
                else:
                    log.exception("%s crashed and starts again in %.0f s", name, seconds)
            await self._pause(self._stop, seconds)
            seconds = min(seconds * 2, LONGEST_PAUSE)


async def _cut_off(tasks: set[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=CANCEL_SECONDS)
