"""The queue of updates and its long poll. (Page "getUpdates".)"""

from typing import Any

from sandbox.changes import Changes
from sandbox.telegram.refusals import BotApiError

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
CONFLICT = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


class Updates:
    """Updates in order; one is kept until it is confirmed by a higher offset."""

    def __init__(self, changes: Changes, first_id: int = 700_000_001) -> None:
        self._changes = changes
        self._next_id = first_id
        self._waiting: list[dict[str, Any]] = []
        self._allowed: list[str] = []
        self._poller: object | None = None
        self.confirmed = 0
        """How many updates the bot has confirmed."""

    def __len__(self) -> int:
        return len(self._waiting)

    def push(self, kind: str, payload: dict[str, Any]) -> int | None:
        """Queues an update and gives its id; None if the bot did not ask for this kind."""
        if not self._asked_for(kind):
            return None
        return self.push_raw({kind: payload})

    def push_raw(self, update: dict[str, Any]) -> int:
        """Queues any object, such as one that the bot cannot read. Adds `update_id`."""
        update_id, self._next_id = self._next_id, self._next_id + 1
        self._waiting.append({"update_id": update_id} | update)
        self._changes.note()
        return update_id

    async def poll(
        self, offset: int, limit: int, seconds: float, allowed: list[str] | None
    ) -> list[dict[str, Any]]:
        """What waits, or waits `seconds` for it. An older poll ends with 409."""
        if allowed is not None:
            self._allowed = allowed
        self._confirm(offset)
        self._poller = me = object()
        self._changes.note()

        def ready() -> bool:
            return self._poller is not me or bool(self._waiting)

        try:
            await self._changes.until(ready, seconds)
        except TimeoutError:
            return []
        if self._poller is not me:
            raise BotApiError(409, CONFLICT)
        return self._waiting[: min(max(limit, 1), 100)]

    def drop(self) -> None:
        """Discards everything that waits."""
        self._waiting.clear()

    async def all_confirmed(self, within: float = 5.0) -> None:
        """Waits until the bot has confirmed everything that was queued. Raises TimeoutError."""
        await self._changes.until(lambda: not self._waiting, within)

    def _confirm(self, offset: int) -> None:
        before = len(self._waiting)
        if offset < 0:
            self._waiting = self._waiting[offset:]
        else:
            self._waiting = [each for each in self._waiting if each["update_id"] >= offset]
        self.confirmed += before - len(self._waiting)

    def _asked_for(self, kind: str) -> bool:
        return kind in self._allowed if self._allowed else kind not in NOT_BY_DEFAULT
