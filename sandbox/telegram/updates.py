"""The queue of updates and its long poll. (Pages "getUpdates" and "Update".)

What the pages leave open is as in the source of Telegram's Bot API server: how long updates live,
the delay of conflicts, and what an offset far in the future does.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sandbox.changes import Changes
from sandbox.clock import Clock, system_clock
from sandbox.telegram.refusals import BotApiError
from sandbox.telegram.repeats import Repeats

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
LIFE = timedelta(hours=24)
LIVES = {"callback_query": timedelta(seconds=150)}
QUIET = timedelta(days=7)
FUTURE = 10
NEVER = datetime.max.replace(tzinfo=UTC)
OTHER_POLL = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_CAME = "Conflict: terminated by setWebhook request"
WEBHOOK_IS_SET = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)


@dataclass(frozen=True)
class Waiting:
    """An update that nobody has confirmed yet."""

    update: dict[str, Any]
    at: datetime

    @property
    def end(self) -> datetime:
        """When its life ends."""
        return self.at + next((LIVES[kind] for kind in LIVES if kind in self.update), LIFE)


class Poll:
    """One long poll; `end` is what it is answered with if something ends it."""

    end: BotApiError | None = None


class Updates:
    """Updates in order; one is kept until a higher offset confirms it or its life is over."""

    def __init__(
        self, changes: Changes, clock: Clock = system_clock, first_id: int = 700_000_001
    ) -> None:
        self._changes = changes
        self._clock = clock
        self._next_id = first_id
        self._random = Random(first_id)
        self._last_at: datetime | None = None
        self._waiting: list[Waiting] = []
        self._next_end = NEVER
        """No update that waits dies earlier: a long queue is not looked through in vain."""
        self._allowed: list[str] = []
        self._poll: Poll | None = None
        self._next_conflict = 0.0
        self.conflict_delay = 3.0
        """Seconds that a conflict's answer takes if one was answered within as many seconds."""
        self.webhook = ""
        """Its address; as long as it is set, polls are refused."""
        self.confirmed = 0
        """How many updates the bot has confirmed."""
        self.lost: list[dict[str, Any]] = []
        """Updates whose life ended before the bot confirmed them."""
        self.repeats = Repeats()

    def __len__(self) -> int:
        self._bury()
        return len(self._waiting)

    def push(self, kind: str, payload: dict[str, Any]) -> int | None:
        """Queues an update and gives its id; None if the bot did not ask for this kind."""
        if not self._asked_for(kind):
            return None
        return self.push_raw({kind: payload})

    def push_raw(self, update: dict[str, Any], *, age: timedelta = timedelta()) -> int:
        """Queues any object, such as one that the bot cannot read. Adds `update_id`.

        `age`: how long it has been in the queue already.
        """
        now = self._clock()
        if self._last_at is not None and now - self._last_at >= QUIET:
            self.jump()
        self._last_at = now
        update_id, self._next_id = self._next_id, self._next_id + 1
        waiting = Waiting({"update_id": update_id} | update, now - age)
        self._waiting.append(waiting)
        self._next_end = min(self._next_end, waiting.end)
        self._changes.note()
        return update_id

    def jump(self, to: int | None = None) -> int:
        """The next update's id: any, higher or lower. None: a random one, as after a quiet week."""
        self._next_id = self._random.randrange(1, 2**31 - 10**6) if to is None else to
        return self._next_id

    async def poll(
        self, offset: int, limit: int, seconds: float, allowed: list[str] | None
    ) -> list[dict[str, Any]]:
        """What waits, or waits `seconds` for it. An older poll ends with 409."""
        if self.webhook:
            raise await self._conflict(WEBHOOK_IS_SET)
        if allowed is not None:
            self._allowed = allowed
        self._confirm(offset)
        self.end_poll(BotApiError(409, OTHER_POLL))
        self._poll = me = Poll()
        try:
            await self._changes.until(lambda: me.end or self._ready(), seconds)
        except TimeoutError:
            return []
        finally:
            if self._poll is me:
                self._poll = None
        if me.end is not None:
            raise await self._conflict(me.end.description) if me.end.code == 409 else me.end
        fresh = [each.update for each in self._waiting[: min(max(limit, 1), 100)]]
        return self.repeats.answer(fresh)

    def end_poll(self, error: BotApiError) -> None:
        """Answers the poll that waits, if there is one, with an error."""
        if self._poll is not None:
            self._poll.end = error
        self._changes.note()

    def set_webhook(self, url: str) -> None:
        """Somebody sets a webhook, or removes it with an empty address."""
        self.webhook = url
        if url:
            self.end_poll(BotApiError(409, WEBHOOK_CAME))

    def drop(self) -> None:
        """Discards everything that waits."""
        self._waiting.clear()

    async def all_confirmed(self, within: float = 15.0) -> None:
        """Waits until the bot has confirmed everything that was queued. Raises TimeoutError."""
        await self._changes.until(lambda: not self._ready(), within)

    def _ready(self) -> bool:
        self._bury()
        return bool(self._waiting) or self.repeats.due

    def _bury(self) -> None:
        now = self._clock()
        if now < self._next_end:
            return
        self.lost += [each.update for each in self._waiting if each.end <= now]
        self._waiting = [each for each in self._waiting if each.end > now]
        self._next_end = min((each.end for each in self._waiting), default=NEVER)

    def _confirm(self, offset: int) -> None:
        """An offset more than ten above the next id confirms nothing: it is of another queue."""
        before = len(self._waiting)
        if offset < 0:
            self._waiting = self._waiting[offset:]
        elif offset <= self._next_id + FUTURE:
            self._waiting = [each for each in self._waiting if each.update["update_id"] >= offset]
        self.confirmed += before - len(self._waiting)

    async def _conflict(self, description: str) -> BotApiError:
        now = asyncio.get_running_loop().time()
        if now >= self._next_conflict:
            self._next_conflict = now + self.conflict_delay
        else:
            await asyncio.sleep(self.conflict_delay)
        return BotApiError(409, description)

    def _asked_for(self, kind: str) -> bool:
        return kind in self._allowed if self._allowed else kind not in NOT_BY_DEFAULT
