"""The loop of the notices over a real database and the sandbox's Telegram, with a test's own rows.

A second of Telegram's limits and of the bot's pace may be shorter than one, by the same factor.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from aiogram import Bot
from aiogram.utils.formatting import Bold, Text

from bot.deliver import Delivery
from bot.messages import Messages
from bot.pacing import RATES, Pacing, Rates
from bot.tasks import Tasks
from bot.telegram import TelegramSession
from handlers.cards import Shown
from mail.admins import Admins
from mail.scenes import Showing, TopicLeftScene, UnreadableScene
from sandbox import Sandbox
from sandbox.telegram.limits import Limits
from storage import notices, people
from storage.database import Database, Transaction
from storage.migrations import migrations
from storage.records.notices import CardKind, Manner, NoticeKind, Priority
from storage.records.people import Access, Person
from storage.records.places import Place
from storage.sealing import SecretKeys
from storage.times import as_text

LOOK = 0.02  # seconds between two looks at the rows
CARD, ALERT, FOLD, TOPIC = "card", "alert", "fold", "topic"
KINDS = {
    CARD: NoticeKind.ACCOUNTS,
    ALERT: NoticeKind.UNREADABLE,
    FOLD: NoticeKind.FOLD,
    TOPIC: NoticeKind.TOPIC_LEFT,
}


def now() -> datetime:
    return datetime.now(UTC)


class Post:
    """People, what they are owed, and the loop that delivers it."""

    def __init__(self, sandbox: Sandbox, database: Database, second: float, rates: Rates) -> None:
        self.sandbox = sandbox
        self.telegram = sandbox.telegram
        self.database = database
        self.second = second
        self._rates = replace(rates, second=second, minute=60 * second)
        self.has_cards = False  # what is shown can be edited, and newer ones fold it
        self.delivery: Delivery
        self._tasks = Tasks()
        self._bot: Bot

    async def start(self) -> None:
        """A new loop over the same rows."""
        session = TelegramSession(self.sandbox.telegram_url, send_seconds=0.5)
        self._bot = Bot(self.telegram.token, session=session)
        self._tasks = Tasks()
        self.delivery = Delivery(
            self.database,
            Messages(self._bot, self._render, now),
            Pacing(self._rates),
            Admins(frozenset()),
            self._tasks.spawn,
            clock=now,
            monotonic=monotonic,
        )
        await self.delivery.recover()
        self._tasks.start("notices", self.delivery.run)

    async def stop(self) -> None:
        await self._tasks.stop(0.1)
        await self._bot.session.close()

    def limit(self) -> None:
        """Telegram's limits hold from now on."""
        self.telegram.limits = Limits(second=self.second, minute=60 * self.second)

    async def meet(self, *ids: int, admin: bool = False) -> None:
        """People who are let in, and have written to the bot."""
        for number in ids:
            self.telegram.person(number, f"P{number}").say("/start")
        rows = [Person(n, f"P{n}", "", "en", Access.ADMITTED, admin, None, None, 1) for n in ids]

        def save(tx: Transaction) -> None:
            for row in rows:
                people.save(tx, row)

        await self.database.write(save)

    async def owe(
        self,
        person: int,
        subjects: Iterable[str] = (),
        *,
        what: str = CARD,
        priority: Priority = Priority.ANSWER,
        place: Place | None = None,
        manner: Manner = Manner.NEW,
    ) -> None:
        """All in one transaction."""
        where = place or Place(person)

        def change(tx: Transaction) -> None:
            for subject in subjects or (str(person),):
                notices.owe(tx, person, KINDS[what], where, subject, manner, priority=priority)

        await self.database.write(change)

    async def shown(self, person: int) -> int:
        """The number of a new card."""
        self.has_cards = True
        await self.owe(person)
        await self.all_done()
        return self.telegram.chats[person].last.id

    async def states(self) -> list[str]:
        rows = await self.database.read(lambda tx: tx.rows("SELECT state FROM notices ORDER BY id"))
        return [row["state"] for row in rows]

    async def hurry(self) -> None:
        """What waits for its time is due."""

        def change(tx: Transaction) -> None:
            due = as_text(now())
            later = as_text(now() + timedelta(hours=1))
            tx.execute(
                "UPDATE notices SET due_at = :due WHERE state = 'owed' AND due_at < :later",
                due=due,
                later=later,
            )
            tx.wake("notices")

        await self.tried()
        await self.database.write(change)

    async def tried(self) -> None:
        """Something waits for its time."""
        for _ in range(500):
            if await self.database.read(notices.next_due) is not None:
                return
            await asyncio.sleep(LOOK)
        raise AssertionError(await self.states())

    async def all_done(self, within: float = 10.0) -> None:
        """Everything that is owed was delivered."""
        await self._all_are({"done"}, within)

    async def all_ended(self) -> None:
        """Nothing is owed any more."""
        await self._all_are({"done", "dropped"}, 10.0)

    async def _all_are(self, wanted: set[str], within: float) -> None:
        for _ in range(int(within / LOOK)):
            if set(await self.states()) <= wanted:
                return
            await asyncio.sleep(LOOK)
        raise AssertionError(await self.states())

    def _render(self, found: Showing) -> Shown:
        """The kind of notice alone."""
        if isinstance(found.scene, UnreadableScene):
            return Shown(Text(ALERT))
        if isinstance(found.scene, TopicLeftScene):
            return Shown(Text(TOPIC))
        kind = CardKind.ACCOUNTS if self.has_cards else None
        return Shown(Text(Bold(CARD)), kind=kind, subject=str(found.reader.id))

    def texts(self, chat: int) -> list[str]:
        return [message.text for message in self.telegram.chats[chat].from_bot]


@asynccontextmanager
async def opened(path: Path, second: float = 0.01, rates: Rates = RATES) -> AsyncIterator[Post]:
    """A running loop."""
    keys = SecretKeys([b"k" * 32])
    database = await Database.open(path, keys, migrations, clock=now)
    async with Sandbox() as sandbox:
        post = Post(sandbox, database, second, rates)
        await post.start()
        yield post
        await post.stop()
    await database.close()
