"""Fetches Telegram's updates and puts them on disk before Telegram is told that they arrived.

What was stored twice is known by its id, what was not stored comes again: nothing here is lost
by a stop, a crash or a full disk.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import User
from aiogram.utils.backoff import Backoff, BackoffConfig

from bot.outage import Outage
from bot.patience import RENEW_SECONDS, Patience
from bot.presses import Clocks
from bot.stopping import unless_stopped
from bot.tasks import Stop
from bot.telegram import POLL_SECONDS, RawUpdates, plainly
from bot.telegram_endings import TokenRefused
from bot.verdicts import Outcome, Verdict, classify
from mail import absences
from mail.ports import NewId
from storage import updates
from storage.database import Database, Transaction
from storage.errors import StorageUnavailable
from storage.records.updates import Kept

FULL: Final = 100  # updates of one answer; behind so many there may be more
PAUSES: Final = BackoffConfig(min_delay=0.5, max_delay=5.0, factor=2.0, jitter=0.0)

Sleep = Callable[[float], Awaitable[None]]

log = logging.getLogger(__name__)


class Receiver:
    """The only one who calls getUpdates."""

    def __init__(
        self,
        bot: Bot,
        database: Database,
        *,
        new_id: NewId,
        monotonic: Callable[[], float],
        since_boot: Callable[[], float],
        sleep: Sleep,
        outage: Outage | None = None,
        clocks: Clocks | None = None,
        renew: Callable[[], Awaitable[None]] | None = None,
        on_return: Callable[[], None] | None = None,
        on_fetched: Callable[[], None] | None = None,
        poll_seconds: int = POLL_SECONDS,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        """`since_boot` goes on while the machine sleeps, which `monotonic` need not; in seconds.

        `on_return` is told of the first good answer, and of each first one after failures;
        `on_fetched` whenever all that Telegram had is stored.
        """
        self._bot = bot
        self._database = database
        self._new_id = new_id
        self._since_boot = since_boot
        self._sleep = sleep
        self._outage = outage
        self._clocks = clocks
        self._renew = renew
        self._on_return = on_return
        self._on_fetched = on_fetched
        self._poll_seconds = poll_seconds
        self._offset: int | None = None
        self._pauses = Backoff(PAUSES)
        self._patience = Patience(monotonic, renew_seconds=renew_seconds)
        self._answered = False
        self._heard_at: float | None = None

    async def meet(self, stop: Stop) -> User | None:
        """The bot's own account, waited for while Telegram is away; None if stopped meanwhile.

        Raises TokenRefused.
        """
        return await unless_stopped(stop, self._meet())

    async def run(self, stop: Stop) -> None:
        """Stores updates until stopped, in the middle of a poll if need be.

        Raises TokenRefused, TelegramConflict, WebhookActive or TelegramSilent.
        """
        await unless_stopped(stop, self._receive())

    async def _meet(self) -> User:
        pauses = Backoff(PAUSES)
        while True:
            try:
                return await self._bot.get_me()
            except AiogramError as error:
                verdict = classify(error)
                if verdict.outcome in (Outcome.UNAUTHORIZED, Outcome.UNSUPPORTED):
                    raise TokenRefused from None
                await self._wait("Telegram cannot be reached", error, verdict, pauses)

    async def _receive(self) -> None:
        """The first poll, and each after a failure, is a short one: is Telegram there again?"""
        self._patience.begins()
        while True:
            seconds = self._poll_seconds if self._answered else 0
            try:
                batch = await self._bot(RawUpdates(offset=self._offset, timeout=seconds))
            except AiogramError as error:
                await self._recover(error)
            else:
                if self._on_return is not None and not self._answered:
                    self._on_return()
                self._patience.answered()
                self._answered = True
                await self._store(batch)

    async def _store(self, batch: list[Any]) -> None:
        """Moves the offset only past what is on disk.

        After an empty answer nothing is left to confirm, and the offset is dropped: the ids that
        follow a quiet week may be lower (the Update object's page).
        """
        if self._outage is not None:
            self._outage.storing(batch)
        heard_at = self._since_boot()
        try:
            kept = await self._database.write(lambda tx: self._kept(tx, batch, heard_at))
        except StorageUnavailable as error:
            if self._outage is not None:
                await self._outage.tell(batch)
            await self._hold(f"updates wait at Telegram: the storage is {error.trouble}")
            return
        self._heard_at = heard_at
        if self._on_fetched is not None and len(batch) < FULL:
            self._on_fetched()
        if self._outage is not None:
            self._outage.over()
        if self._clocks is not None:
            self._clocks.start(kept.new)
        if not batch:
            self._pauses.reset()
            self._offset = None
            return
        if kept.highest is None:
            await self._hold("Telegram's answer held no update that can be told from another")
            return
        self._pauses.reset()
        self._offset = kept.highest + 1

    def _kept(self, tx: Transaction, batch: list[Any], heard_at: float) -> Kept:
        ran = None if self._heard_at is None else timedelta(seconds=heard_at - self._heard_at)
        absences.heard(tx, self._bot.id, self._new_id, ran)
        return updates.keep(tx, self._bot.id, batch)

    async def _recover(self, error: AiogramError) -> None:
        self._answered = False
        verdict = classify(error)
        self._patience.failed(error, verdict)
        if self._renew is not None and self._patience.has_run_out():
            log.warning("no answer for long: Telegram is connected anew")
            await self._renew()
        await self._wait("no updates from Telegram", error, verdict, self._pauses)

    async def _wait(
        self, what: str, error: AiogramError, verdict: Verdict, pauses: Backoff
    ) -> None:
        seconds = max(next(pauses), float(verdict.seconds))
        log.warning("%s (%s), trying again in %.1f s", what, plainly(error), seconds)
        await self._sleep(seconds)

    async def _hold(self, why: str) -> None:
        seconds = next(self._pauses)
        log.error("%s, trying again in %.1f s", why, seconds)
        await self._sleep(seconds)
