"""Delivers notices: takes a row, renders it from the records as they are now, stores the answer.

One message at a time goes to each chat, the most urgent first and then in the order in which they
were owed; chats do not wait for each other, but each for its turn. A notice is on disk as being on
the wire before Telegram hears of it.
"""

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from aiogram.exceptions import AiogramError

from bot import policies
from bot.held_back import HeldBack
from bot.messages import Messages
from bot.pacing import Pacing, Turn
from bot.policies import Again
from bot.tasks import Stop
from bot.telegram import plainly
from bot.verdicts import Outcome, Verdict, classify
from mail import delivery, rerouting, showing
from mail.admins import Admins
from mail.bell import Bell
from mail.ports import Clock, Spawn
from mail.scenes import Showing
from storage import notices
from storage.database import Database, Reading, Transaction
from storage.errors import DatabaseDamaged, StorageUnavailable
from storage.records.notices import Card, Notice, Priority

IDLE_SECONDS: Final = 5.0
AT_ONCE: Final = 50  # messages on the wire
KEPT_FOR_ANSWERS: Final = 10  # of them, or a burst that hangs would hold up what people wait for
LOOKED_AT: Final = 2 * AT_ONCE  # chats; where those that must wait hide others, all are looked at
OWN_TRIES: Final = 5  # how often a notice is tried that fails here, not at Telegram
STORE_SECONDS: Final = 1.0  # between two tries to store what Telegram answered

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """A notice that is on the wire, with what it shows if that was read in the same change."""

    notice: Notice
    found: Showing | None
    is_read: bool = True


class Delivery:
    """The loop of the notices."""

    def __init__(
        self,
        database: Database,
        messages: Messages,
        pacing: Pacing,
        admins: Admins,
        spawn: Spawn,
        *,
        clock: Clock,
        monotonic: Callable[[], float],
    ) -> None:
        self._database = database
        self._messages = messages
        self._pacing = pacing
        self._admins = admins
        self._spawn = spawn
        self._clock = clock
        self._monotonic = monotonic
        self._busy: set[int] = set()
        self._left: deque[Notice] = deque()
        self._held_back = HeldBack(database)
        self._stop = Stop()
        self._bell = Bell()
        database.on_wake("notices", self._bell.ring)

    async def recover(self) -> None:
        """At start: what the last run left on the wire is shown once more."""
        await self._database.write(delivery.recover)

    def returned(self) -> None:
        """Telegram can be reached again: what waited for that alone is due."""
        self._held_back.returned()
        self._bell.ring()

    async def run(self, stop: Stop) -> None:
        """Delivers what is owed, in its time and turn."""
        self._stop = stop
        while not stop.asked:
            await self._put_back()
            await self._held_back.release()
            chats, at = await self._database.read(lambda tx: _agenda(tx, LOOKED_AT))
            pause, more_fit = self._begin(chats)
            if more_fit and len(chats) == LOOKED_AT:
                chats, at = await self._database.read(_agenda)
                pause, _ = self._begin(chats)
            await self._bell.wait(min(pause, self._seconds_until(at)))

    def _begin(self, chats: tuple[tuple[int, Priority], ...]) -> tuple[float, bool]:
        """Starts a task for each chat whose turn it is.

        Seconds until the next one's turn, and whether all of them fit on the wire.
        """
        pause = IDLE_SECONDS
        for chat, priority in chats:
            if len(self._busy) >= _at_once(priority):
                return pause, False
            if chat in self._busy:
                continue
            now = self._monotonic()
            if wait := self._pacing.wait(chat, priority, now):
                pause = min(pause, wait)
                continue
            self._busy.add(chat)
            turn = self._pacing.begin(chat, now)
            self._spawn(f"deliver to {chat}", self._deliver_next(turn))
        return pause, True

    def _seconds_until(self, at: datetime | None) -> float:
        if at is None:
            return IDLE_SECONDS
        return min(max((at - self._clock()).total_seconds(), 0.01), IDLE_SECONDS)

    async def _deliver_next(self, turn: Turn) -> None:
        """Whatever it raises leaves the chat to the loop's next turn, which comes in its time."""
        called = True
        try:
            taken = await self._take(turn.chat)
            called = taken is not None and await self._deliver_or_keep(taken)
            self._bell.ring()
        finally:
            self._pacing.end(turn, self._monotonic(), called=called)
            self._busy.discard(turn.chat)

    async def _take(self, chat: int) -> Taken | None:
        """The chat's next notice. What cannot be read is taken alone, and fails as a try."""
        try:
            return await self._database.write(lambda tx: _taken(tx, chat))
        except (StorageUnavailable, DatabaseDamaged):
            raise
        except Exception:  # noqa: BLE001  (it is raised again where that counts as a try)
            notice = await self._database.write(lambda tx: notices.take(tx, chat))
            return Taken(notice, None, is_read=False) if notice else None

    async def _deliver_or_keep(self, taken: Taken) -> bool:
        ended = False
        try:
            called = await self._deliver(taken.notice, await self._found(taken))
            ended = True
        finally:
            if not ended:
                self._left.append(taken.notice)
                self._bell.ring()  # its pause begins now
        return called

    async def _found(self, taken: Taken) -> Showing | None:
        if taken.is_read:
            return taken.found
        return await self._database.read(lambda tx: showing.load(tx, taken.notice))

    async def _put_back(self) -> None:
        """What a failure of ours left on the wire is owed again, a few times."""
        while self._left:
            notice = self._left[0]
            if notice.tries + 1 < OWN_TRIES:
                await self._put_off(notice, Again(float(2**notice.tries)))
            else:
                log.error("a %s notice was dropped: it cannot be delivered", notice.kind)
                await self._drop(notice)
            self._left.popleft()

    async def _deliver(self, notice: Notice, found: Showing | None) -> bool:
        """False: there was nothing to call Telegram for."""
        if found is None:
            await self._drop(notice)
            return False
        if notice.repeats and found.target is None and not await self._messages.are_answered():
            await self._put_off(notice, policies.unheard(notice))
            return True
        returns = self._held_back.returns
        try:
            card = await self._messages.put(notice, found)
        except AiogramError as error:
            if returns != self._held_back.returns:  # its pauses begin anew, too
                notice = replace(notice, tries=0)
            await self._failed(notice, found, classify(error), error)
        else:
            await self._shown(notice, found, card)
        return True

    async def _shown(self, notice: Notice, found: Showing, card: Card | None) -> None:
        """A failure of ours means no more than that Telegram's answer was lost."""
        try:
            await self._store(lambda tx: delivery.delivered(tx, notice, found.scene, card))
        except (StorageUnavailable, DatabaseDamaged):
            raise
        except Exception as error:
            log.exception("a %s notice was shown, and that could not be stored", notice.kind)
            await self._failed(notice, found, Verdict(Outcome.UNCERTAIN), error)

    async def _store(self, change: Callable[[Transaction], None]) -> None:
        """What came of a call is kept until there is room for it, or it was made once too often."""
        while True:
            try:
                await self._database.write(change)
            except StorageUnavailable as error:
                if self._stop.asked:
                    raise
                log.warning("an answer of Telegram waits: the storage is %s", error.trouble)
            else:
                return
            await self._stop.pause(STORE_SECONDS)

    async def _failed(
        self, notice: Notice, found: Showing, verdict: Verdict, error: Exception
    ) -> None:
        """One place for what Telegram's refusals mean to a notice."""
        change = self._elsewhere(notice, found, verdict)
        if change is not None:
            log.warning("a %s notice goes another way: %s", notice.kind, plainly(error))
            await self._store(change)
            return
        again = policies.again(notice, verdict, edits=found.target is not None)
        if again is None:
            log.error("a %s notice was dropped: %s", notice.kind, plainly(error))
            await self._drop(notice)
            return
        if verdict.outcome is Outcome.RETRY_AFTER:
            self._pacing.refused(notice.place.chat, again.seconds, self._monotonic())
        wait = "until its person is heard of" if again.when_heard else f"{again.seconds:.1f} s"
        log.warning("a %s notice waits %s: %s", notice.kind, wait, plainly(error))
        await self._put_off(notice, again)

    def _elsewhere(
        self, notice: Notice, found: Showing, verdict: Verdict
    ) -> Callable[[Transaction], None] | None:
        """What a refusal changes that is about the message, the topic or the chat."""
        target, group = found.target, verdict.chat_id
        match verdict.outcome:
            case Outcome.NOT_FOUND | Outcome.TOO_OLD if target is not None:
                return lambda tx: delivery.gone(tx, notice, target)
            case Outcome.MIGRATED if group is not None:
                return lambda tx: rerouting.follow_group(tx, notice, group)
            case Outcome.TOPIC if notice.place.thread:
                return lambda tx: rerouting.leave_topic(tx, notice, self._admins)
            case Outcome.GONE | Outcome.TOPIC:
                return lambda tx: delivery.wait_for_them(tx, notice)
            case _:
                return None

    async def _drop(self, notice: Notice) -> None:
        await self._store(lambda tx: delivery.drop(tx, notice))

    async def _put_off(self, notice: Notice, again: Again) -> None:
        now = self._clock()
        until = now + timedelta(seconds=again.seconds)
        if again.when_heard:
            until = notices.UNTIL_HEARD
        if again.unless_back:
            self._held_back.hold(notice.place.chat, until, now)
        await self._store(
            lambda tx: notices.put_off(
                tx,
                notice,
                until,
                counts=again.counts,
                may_have_arrived=again.may_have_arrived,
                alone=again.alone,
            )
        )


def _taken(tx: Transaction, chat: int) -> Taken | None:
    notice = notices.take(tx, chat)
    return Taken(notice, showing.load(tx, notice)) if notice else None


def _at_once(priority: Priority) -> int:
    """How many messages may be on the wire before one more of these."""
    return AT_ONCE if priority is Priority.ANSWER else AT_ONCE - KEPT_FOR_ANSWERS


def _agenda(
    tx: Reading, most: int | None = None
) -> tuple[tuple[tuple[int, Priority], ...], datetime | None]:
    """Chats to serve now, and when the next one's time comes: one look, so that none is missed."""
    return notices.owed_chats(tx, most), notices.next_due(tx)
