"""Fetches Telegram's updates and puts them on disk before Telegram is told that they arrived.

What was stored twice is known by its id, what was not stored comes again: nothing here is lost
by a stop, a crash or a full disk.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiogram import Bot
from aiogram.exceptions import AiogramError
from aiogram.types import User
from aiogram.utils.backoff import Backoff, BackoffConfig

from bot.exits import Ending, Exit
from bot.outage import Outage
from bot.presses import Clocks
from bot.stopping import unless_stopped
from bot.tasks import Stop
from bot.telegram import POLL_SECONDS, RawUpdates, plainly
from bot.verdicts import Outcome, Verdict, classify
from mail import absences
from mail.ports import NewId
from storage import updates
from storage.database import Database, Transaction
from storage.errors import StorageUnavailable
from storage.records.updates import Kept

MEETING: Final = BackoffConfig(min_delay=1.0, max_delay=60.0, factor=2.0, jitter=0.0)
POLLING: Final = BackoffConfig(min_delay=0.5, max_delay=5.0, factor=2.0, jitter=0.0)
RENEW_SECONDS: Final = 100.0  # without a good answer; with the poll under way that is two minutes
SILENT_SECONDS: Final = 600.0  # failing for so long while running ends the program
RIVAL_SECONDS: Final = 30.0  # so long somebody else may fetch the same updates
RIVAL_FORGOTTEN_SECONDS: Final = 60.0  # without a sign of the rival, it is gone

Sleep = Callable[[float], Awaitable[None]]

log = logging.getLogger(__name__)


class TokenRefused(Ending):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__(Exit.DOES_NOT_FIT, "BOT_TOKEN: Telegram does not accept this token.")


class TelegramConflict(Ending):
    """Another process fetches the updates of the same bot."""

    def __init__(self) -> None:
        super().__init__(
            Exit.TRY_LATER,
            "Another program fetches the updates of this bot: stop one of the two.",
        )


class WebhookActive(Ending):
    """Telegram sends the bot's updates to an address; nobody but its owner may remove that."""

    def __init__(self) -> None:
        super().__init__(
            Exit.DOES_NOT_FIT,
            "Telegram sends the updates of this bot to a webhook: "
            "remove it with deleteWebhook, or use another BOT_TOKEN.",
        )


class TelegramSilent(Ending):
    """Telegram was not reached for too long; a fresh process may fare better."""

    def __init__(self, seconds: float) -> None:
        super().__init__(Exit.TRY_LATER, f"Telegram gave no updates for {seconds:.0f} seconds.")


class Receiver:
    """The only one who calls getUpdates."""

    def __init__(
        self,
        bot: Bot,
        database: Database,
        *,
        new_id: NewId,
        monotonic: Callable[[], float],
        sleep: Sleep,
        outage: Outage | None = None,
        clocks: Clocks | None = None,
        renew: Callable[[], Awaitable[None]] | None = None,
        on_return: Callable[[], None] | None = None,
        poll_seconds: int = POLL_SECONDS,
        renew_seconds: float = RENEW_SECONDS,
        silent_seconds: float = SILENT_SECONDS,
        rival_seconds: float = RIVAL_SECONDS,
    ) -> None:
        """`on_return` is told of the first good answer, and of each first one after failures."""
        self._bot = bot
        self._database = database
        self._new_id = new_id
        self._monotonic = monotonic
        self._sleep = sleep
        self._outage = outage
        self._clocks = clocks
        self._renew = renew
        self._on_return = on_return
        self._poll_seconds = poll_seconds
        self._renew_seconds = renew_seconds
        self._silent_seconds = silent_seconds
        self._rival_seconds = rival_seconds
        self._offset: int | None = None
        self._pauses = Backoff(POLLING)
        self._answered = False
        self._trusted_since = 0.0
        self._failing_since: float | None = None
        self._rival_since = 0.0
        self._rival_seen: float | None = None

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
        pauses = Backoff(MEETING)
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
        self._trusted_since = self._monotonic()
        while True:
            seconds = self._poll_seconds if self._answered else 0
            try:
                batch = await self._bot(RawUpdates(offset=self._offset, timeout=seconds))
            except AiogramError as error:
                await self._recover(error)
            else:
                if self._on_return is not None and not self._answered:
                    self._on_return()
                self._failing_since = None
                self._answered, self._trusted_since = True, self._monotonic()
                await self._store(batch)

    async def _store(self, batch: list[Any]) -> None:
        """Moves the offset only past what is on disk.

        After an empty answer nothing is left to confirm, and the offset is dropped: the ids that
        follow a quiet week may be lower (the Update object's page).
        """
        if self._outage is not None:
            self._outage.storing(batch)
        try:
            kept = await self._database.write(lambda tx: self._kept(tx, batch))
        except StorageUnavailable as error:
            if self._outage is not None:
                await self._outage.tell(batch)
            await self._hold(f"updates wait at Telegram: the storage is {error.trouble}")
            return
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

    def _kept(self, tx: Transaction, batch: list[Any]) -> Kept:
        absences.heard(tx, self._bot.id, self._new_id)
        return updates.keep(tx, self._bot.id, batch)

    async def _recover(self, error: AiogramError) -> None:
        self._answered = False
        verdict = classify(error)
        now = self._monotonic()
        if verdict.outcome is Outcome.UNAUTHORIZED:
            raise TokenRefused from None
        if verdict.outcome is Outcome.CONFLICT:
            self._note_rival(plainly(error), now)
        if self._failing_since is None:
            self._failing_since = now
        if now - self._failing_since > self._silent_seconds:
            raise TelegramSilent(self._silent_seconds) from None
        await self._watch(now)
        await self._wait("no updates from Telegram", error, verdict, self._pauses)

    async def _watch(self, now: float) -> None:
        """A connection that stopped working, or led to where Telegram was, is not kept for ever."""
        if self._renew is not None and now - self._trusted_since > self._renew_seconds:
            log.warning("no answer for %.0f s: Telegram is connected anew", self._renew_seconds)
            self._trusted_since = now
            await self._renew()

    def _note_rival(self, said: str, now: float) -> None:
        """Two pollers end each other's polls by turns: the first to lose patience leaves."""
        if "webhook" in said:
            raise WebhookActive from None
        if self._rival_seen is None or now - self._rival_seen > RIVAL_FORGOTTEN_SECONDS:
            self._rival_since = now
        self._rival_seen = now
        if now - self._rival_since > self._rival_seconds:
            raise TelegramConflict from None

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
