"""Hands stored updates to their handler: in order within a key, all keys side by side.

A row ends in a commit of its own after its handler, so a crash in between hands it over again:
handlers know by the update's id what has had its effect. What fails three times is set aside, and
at once what cannot be read.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from itertools import chain, repeat
from types import TracebackType
from typing import Final, TypeVar

from bot.stopping import unless_stopped
from bot.tasks import Stop
from bot.telegram import plainly
from storage import updates
from storage.database import Database, Transaction
from storage.errors import AlreadyApplied, DatabaseDamaged, StorageUnavailable
from storage.records.updates import StoredUpdate

AT_ONCE: Final = 100  # keys; each holds one update in memory
RETRY_SECONDS: Final = (1.0, 5.0)  # after the first and the second failure; the third is the last
STORAGE_SECONDS: Final = 2.0  # between two tries while the storage is unavailable

Handle = Callable[[StoredUpdate], Awaitable[object]]
OnQuarantine = Callable[[Transaction, StoredUpdate], None]
Spawn = Callable[[str, Coroutine[object, object, None]], None]
Pause = Callable[[Stop, float], Awaitable[None]]

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)


class Unreadable(Exception):
    """An update of a shape that nobody can read: another try would not read it either."""


class BrokenOff(Exception):
    """A stop came while the handler waited: the update is handled anew at the next start."""


class Worker:
    """Finds keys that have something waiting, and serves each until it has nothing more.

    `handle` gets the stored update; whatever it raises counts as a failure, except that the storage
    is unavailable, or damaged, which ends the program. `on_quarantine` runs in the transaction that
    sets the update aside, so that the notice to the person is owed from that moment on.
    """

    def __init__(
        self,
        database: Database,
        handle: Handle,
        *,
        spawn: Spawn,
        on_quarantine: OnQuarantine,
        pause: Pause = Stop.pause,
        retry_seconds: tuple[float, ...] = RETRY_SECONDS,
        storage_seconds: float = STORAGE_SECONDS,
        at_once: int = AT_ONCE,
    ) -> None:
        self._database = database
        self._handle = handle
        self._spawn = spawn
        self._on_quarantine = on_quarantine
        self._pause = pause
        self._retry_seconds = retry_seconds
        self._storage_seconds = storage_seconds
        self._at_once = at_once
        self._busy: set[int] = set()
        self._news = asyncio.Event()
        self._stop = Stop()
        database.on_wake(updates.WAKE, self._news.set)

    async def run(self, stop: Stop) -> None:
        """Works until stopped. Handlers in hand go on as spawned tasks; the rest stays on disk."""
        self._stop = stop
        await unless_stopped(stop, self._find())

    async def _find(self) -> None:
        while True:
            self._news.clear()
            for update in await self._waiting():
                self._busy.add(update.key)
                self._spawn(f"update {update.update_id}", self._serve(update))
            await self._news.wait()

    async def _waiting(self) -> list[StoredUpdate]:
        busy = frozenset(self._busy)
        free = self._at_once - len(busy)
        if free <= 0:
            return []
        return await self._persist(
            lambda: self._database.read(lambda tx: updates.waiting(tx, free, busy))
        )

    async def _serve(self, update: StoredUpdate) -> None:
        """One key, until it has nothing more; the search then looks again for what came late."""
        following: StoredUpdate | None = update
        try:
            while following is not None and not self._stop.asked:
                following = await self._settle(following)
        except (StorageUnavailable, BrokenOff):
            log.warning("update %d waits for the next start", update.update_id)
        except DatabaseDamaged:
            raise  # the program ends: the key stays busy, so that nothing of it begins once more
        except Exception:
            await self._pause(self._stop, self._storage_seconds)  # or it came back at once
            self._free(update.key)
            raise
        self._free(update.key)

    def _free(self, key: int) -> None:
        self._busy.discard(key)
        self._news.set()

    async def _settle(self, update: StoredUpdate) -> StoredUpdate | None:
        """Has it handled until it is ended or set aside; the next of its key, if any."""
        try:
            return await self._try(update)
        except Unreadable:
            log.error("update %d cannot be read", update.update_id)
            return await self._set_aside(update)

    async def _try(self, update: StoredUpdate) -> StoredUpdate | None:
        tries = _tries(update)
        while not await self._handled(update.update_id, tries):
            attempts = await self._commit(lambda tx: updates.fail(tx, update))
            if attempts > len(self._retry_seconds):
                return await self._set_aside(update)
            await self._pause(self._stop, self._retry_seconds[attempts - 1])
            if self._stop.asked:
                return None
        return await self._commit(lambda tx: updates.end(tx, update))

    async def _handled(self, update_id: int, tries: Iterator[StoredUpdate]) -> bool:
        try:
            await self._persist(lambda: self._handle(next(tries)))
        except AlreadyApplied:
            return True
        except (StorageUnavailable, DatabaseDamaged, Unreadable, BrokenOff):
            raise
        except Exception as error:
            log.error("update %d failed", update_id, exc_info=_without_text(error))
            return False
        return True

    async def _set_aside(self, update: StoredUpdate) -> StoredUpdate | None:
        log.error("update %d is set aside", update.update_id)

        def change(tx: Transaction) -> StoredUpdate | None:
            self._on_quarantine(tx, update)
            return updates.quarantine(tx, update)

        try:
            return await self._commit(change)
        except (StorageUnavailable, DatabaseDamaged):
            raise
        except Exception as error:
            log.error("nobody is told of that", exc_info=_without_text(error))
            return await self._commit(lambda tx: updates.quarantine(tx, update))

    async def _commit(self, change: Callable[[Transaction], Answer]) -> Answer:
        return await self._persist(lambda: self._database.write(change))

    async def _persist(self, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Repeats the work while the storage is unavailable, which is not the update's fault.

        Raises StorageUnavailable only once a stop is asked for: the row waits for the next start.
        """
        while True:
            try:
                return await work()
            except StorageUnavailable as error:
                if self._stop.asked:
                    raise
                log.warning("updates wait: the storage is %s", error.trouble)
            await self._pause(self._stop, self._storage_seconds)


def _tries(update: StoredUpdate) -> Iterator[StoredUpdate]:
    """The update for each try; after the first its person is read anew: much may have changed."""
    return chain([update], repeat(replace(update, person=None)))


class _Withheld(Exception):
    """Stands in a log for an error whose own text may quote a letter or an address."""


def _without_text(
    error: Exception,
) -> tuple[type[BaseException], BaseException, TracebackType | None]:
    return _Withheld, _Withheld(plainly(error)), error.__traceback__
