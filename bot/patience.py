"""How long polls may fail until something else is done: connect anew, or end the program."""

from collections.abc import Callable
from typing import Final

from aiogram.exceptions import AiogramError

from bot.telegram import plainly
from bot.telegram_endings import TelegramConflict, TelegramSilent, TokenRefused, WebhookActive
from bot.verdicts import Outcome, Verdict

RENEW_SECONDS: Final = 100.0  # without a good answer; with the poll under way that is two minutes
SILENT_SECONDS: Final = 600.0  # failing for so long while running ends the program
RIVAL_SECONDS: Final = 30.0  # so long somebody else may fetch the same updates
RIVAL_FORGOTTEN_SECONDS: Final = 60.0  # without a sign of the rival, it is gone


class Patience:
    """Is told how each poll ended. `monotonic` is in seconds."""

    def __init__(
        self, monotonic: Callable[[], float], *, renew_seconds: float = RENEW_SECONDS
    ) -> None:
        self._monotonic = monotonic
        self._renew_seconds = renew_seconds
        self._trusted_since = 0.0
        self._failing_since: float | None = None
        self._rival_since = 0.0
        self._rival_seen: float | None = None

    def begins(self) -> None:
        """The connection is as good as new."""
        self._trusted_since = self._monotonic()

    def answered(self) -> None:
        """By Telegram, with updates or none."""
        self._failing_since = None
        self._trusted_since = self._monotonic()

    def failed(self, error: AiogramError, verdict: Verdict) -> None:
        """Raises TokenRefused, TelegramConflict, WebhookActive or TelegramSilent."""
        now = self._monotonic()
        if verdict.outcome is Outcome.UNAUTHORIZED:
            raise TokenRefused from None
        if verdict.outcome is Outcome.CONFLICT:
            self._note_rival(plainly(error), now)
        if self._failing_since is None:
            self._failing_since = now
        if now - self._failing_since > SILENT_SECONDS:
            raise TelegramSilent(SILENT_SECONDS) from None

    def _note_rival(self, said: str, now: float) -> None:
        """Two pollers end each other's polls by turns: the first to lose patience leaves."""
        if "webhook" in said:
            raise WebhookActive from None
        if self._rival_seen is None or now - self._rival_seen > RIVAL_FORGOTTEN_SECONDS:
            self._rival_since = now
        self._rival_seen = now
        if now - self._rival_since > RIVAL_SECONDS:
            raise TelegramConflict from None

    def has_run_out(self) -> bool:
        """A connection that stopped working, or leads to where Telegram was, is not kept for ever.

        True: it is to be made anew, which starts the time anew too.
        """
        now = self._monotonic()
        if now - self._trusted_since <= self._renew_seconds:
            return False
        self._trusted_since = now
        return True
