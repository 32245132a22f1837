"""A time in which the bot got no updates: it was down, or Telegram or the disk was away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

MESSAGES_LIVE: Final = timedelta(hours=24)  # Telegram drops older messages for good


@dataclass(frozen=True, slots=True)
class Absence:
    """From the last updates that were stored to the next ones."""

    id: str
    since: datetime
    until: datetime

    @property
    def lost_until(self) -> datetime | None:
        """What was written between `since` and then is lost; None: all messages came."""
        lost = self.until - MESSAGES_LIVE
        return lost if lost > self.since else None
