"""What waits only because Telegram could not be reached, and is due once it can be.

In memory: after a restart it waits for its time, which is a minute at most.
"""

from datetime import datetime

from storage import notices
from storage.database import Database, Transaction


class HeldBack:
    """By chat, until when. A server that is heard but takes nothing meets pauses that grow anew."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[int, set[datetime]] = {}
        self._due: set[tuple[int, datetime]] = set()
        self.returns = 0  # how often Telegram came back

    def hold(self, chat: int, until: datetime, now: datetime) -> None:
        """Before this is stored, so that no return comes in between."""
        others = {other for other in self._waiting.get(chat, ()) if other > now}
        self._waiting[chat] = others | {until}

    def returned(self) -> None:
        """Telegram can be reached again; `release` is still to be called."""
        self.returns += 1
        self._due |= {(chat, until) for chat, times in self._waiting.items() for until in times}
        self._waiting = {}

    async def release(self) -> None:
        """All of it is due now."""
        if not self._due:
            return
        due = set(self._due)

        def change(tx: Transaction) -> None:
            for chat, until in due:
                notices.hasten(tx, chat, until)

        await self._database.write(change)
        self._due -= due
