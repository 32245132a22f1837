"""One person's private chat over a real database: what they say and press, and what they see.

Telegram is left out: notices are taken from their rows and "shown" as numbered messages.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from mail import delivery, showing
from mail.decisions import Decision
from mail.draft_presses import Press
from mail.drafts import Drafts
from mail.errors import BadValue, Closed
from mail.lookups import Lookups
from mail.outbox import Outbox
from mail.outbox_list import OutboxList
from mail.ports import Senses, Spawn
from mail.scenes import (
    AttemptScene,
    DraftScene,
    LetterScene,
    OutboxListScene,
    OutboxScene,
    Scene,
    Showing,
)
from mail.sending import Sending
from mail.waits import WAITS
from storage import cards, connections, drafts, notices, outbox_lists, people
from storage.database import Database
from storage.errors import StorageUnavailable
from storage.migrations import migrations
from storage.records.connections import Account, Address, Connection, Mailbox, Sender
from storage.records.drafts import Draft, Typed
from storage.records.notices import Card, CardKind, Manner, Notice, NoticeKind
from storage.records.outbox import OutboxRow, OutboxState
from storage.records.people import Access, Person
from storage.records.places import Place
from storage.sealing import SecretKeys
from tests.integration.mail.scripted_portal import ScriptedPortal

ANNA, OLEG = 1, 2
HOME = Place(ANNA)
START = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
SUPPORT = "support@acme.example"
JANE = "jane@client.example"
CODE = "s3cretc0des3cret"
CONNECTION = "c" * 16
UNDO = timedelta(seconds=10)
LATER = timedelta(seconds=1)  # longer than any notice waits on purpose
PATIENCE = 30.0  # seconds of real time until a test gives up
LOOK = 0.002  # seconds between two looks at the rows


class Clock:
    def __init__(self) -> None:
        self.now = START
        self._jumps = timedelta(0)

    def jump(self, by: timedelta) -> None:
        """Somebody set the clock."""
        self.now += by
        self._jumps += by

    def __call__(self) -> datetime:
        return self.now

    def move_on(self, by: timedelta) -> None:
        self.now += by

    def monotonic(self) -> float:
        return (self.now - self._jumps - START).total_seconds()


class Stop:
    """Tells when it was looked at: a loop does so once a turn."""

    def __init__(self) -> None:
        self.looked = asyncio.Event()
        self._asked = False

    @property
    def asked(self) -> bool:
        self.looked.set()
        return self._asked

    def ask(self) -> None:
        self._asked = True


@dataclass(frozen=True)
class Seen:
    """A message that was sent or edited; `edited` tells which."""

    kind: NoticeKind
    message: int
    edited: bool
    scene: Scene
    reply_to: int | None


class Room:
    """Anna, her connection, and the parts under test over one database."""

    def __init__(self, path: Path, *, messages: int = 100) -> None:
        self.path = path
        self.clock = Clock()
        self.portal = ScriptedPortal()
        self.steps: list[str] = []
        self.slept: list[float] = []
        self.on_sleep: Callable[[int], None] = lambda _times: None
        self.on_step: Callable[[str], None] = lambda _name: None
        self.database: Database
        self.senses = Senses(self.clock, self.clock.monotonic, self.sleep, lambda: 1.0)
        self.waits = WAITS
        self._ids = 0
        self._causes = 0
        self._messages = messages
        self._group: asyncio.TaskGroup | None = None
        self._stop = Stop()
        self._at_work: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self.database = await Database.open(
            self.path, SecretKeys([b"k" * 32]), migrations, clock=self.clock, busy_seconds=0.2
        )
        self.drafts = Drafts(self.database, self.new_id, self.sleep)
        self.outbox = Outbox(self.database, self.new_id, UNDO)
        self.lookups = self.new_lookups()
        self.sending = self.new_sending()

    async def close(self) -> None:
        await self.database.close()

    async def restart(self) -> None:
        """The program stops, and starts again over the same file."""
        await self.close()
        await self.open()
        await self.sending.recover()
        await self.database.write(delivery.recover)

    def new_lookups(self, spawn: Spawn | None = None) -> Lookups:
        return Lookups(
            self.database,
            self.portal,
            self.clock,
            self.new_id,
            spawn or self.spawn,
            _nobody_connects,
            _nobody_connects,
        )

    def new_sending(self) -> Sending:
        return self.sending_with(self.spawn, self.spawn)

    def sending_with(self, spawn: Spawn, spawn_repeatable: Spawn) -> Sending:
        return Sending(
            self.database,
            self.portal,
            self.senses,
            spawn,
            spawn_repeatable,
            self.step,
            self.waits,
        )

    def step(self, name: str) -> None:
        self.steps.append(name)
        self.on_step(name)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.on_sleep(len(self.slept))

    def new_id(self) -> str:
        self._ids += 1
        return f"{self._ids:016d}"

    def cause(self) -> str:
        self._causes += 1
        return f"bot:{self._causes}"

    def message(self) -> int:
        self._messages += 1
        return self._messages

    def typed(self, text: str) -> Typed:
        return Typed(self.message(), text, text)

    async def settle(self, person: int = ANNA, connection: str = CONNECTION) -> None:
        """The person was let in and has a connection, which is the active one."""
        await self.let_in(person, active=connection)
        await self.database.write(
            lambda tx: connections.save(tx, a_connection(person, connection, self.clock.now))
        )

    async def settle_over(self, host: str) -> None:
        """A webhook of another person's, on this portal, is the active connection."""
        other = with_senders(a_connection(ANNA, "d" * 16, self.clock.now), "oleg@acme.example")
        other = replace(other, address=replace(other.address, host=host, user_id=7))
        await self.let_in(ANNA, active=other.id)
        await self.database.write(lambda tx: connections.save(tx, other))

    async def let_in(self, person: int, *, active: str | None = None) -> None:
        row = Person(person, "Anna", "anna", "en", Access.ADMITTED, False, active, None, 1)
        await self.database.write(lambda tx: people.save(tx, row))

    async def disconnect(self, connection: str = CONNECTION) -> None:
        await self.database.write(lambda tx: connections.remove(tx, ANNA, connection))

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        assert self._group is not None, "only within `running`"
        task = self._group.create_task(_watched(work), name=name)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    @asynccontextmanager
    async def running(self, *loops: Callable[[Stop], Awaitable[None]]) -> AsyncIterator[None]:
        """The loops run inside this block; an error in any of their tasks fails the test."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            self._stop = stop = Stop()
            tasks = [group.create_task(_run(loop, stop)) for loop in loops]
            try:
                async with asyncio.timeout(PATIENCE):
                    yield
            finally:
                stop.ask()  # before 3.12, wait_for can swallow what cancels it
                for task in tasks:
                    task.cancel()
        self._group = None

    async def until(self, true: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(int(PATIENCE / LOOK)):
            if await true():
                return
            await asyncio.sleep(LOOK)
        raise AssertionError("it did not happen")

    async def wake(self, topic: str) -> None:
        await self.database.write(lambda tx: tx.wake(topic))

    async def turn(self, topic: str) -> None:
        """The one loop that runs goes round once, from its first look at the rows to its last."""
        for _begun_then_ended in range(2):
            self._stop.looked.clear()
            await self.wake(topic)
            await self._stop.looked.wait()

    async def round(self, topic: str) -> None:
        """The loop goes round, and what it began on the way is done."""
        await self.turn(topic)
        while self._at_work:
            await asyncio.wait(self._at_work)

    # What the person does.

    async def begin(self, reference: str = "", text: str = "") -> BadValue | None:
        typed = self.typed(text) if text else None
        return await self.drafts.begin(self.cause(), ANNA, HOME, reference, typed)

    async def say(self, text: str, reply_to: int | None = None) -> int:
        typed = self.typed(text)
        await self.drafts.type(self.cause(), ANNA, HOME, typed, reply_to)
        return typed.message

    async def edit(self, message: int, text: str) -> Closed | bool:
        return await self.drafts.edit(self.cause(), ANNA, HOME, Typed(message, text, text))

    async def press(self, draft: Draft, press: Press, argument: str = "") -> Draft:
        """A button of the draft's live card, as it stands now. The draft afterwards."""
        message = await self.live(CardKind.DRAFT, draft.id) or self.message()
        await self.drafts.press(
            self.cause(), ANNA, HOME, message, draft.id, draft.revision, press, argument
        )
        return await self.draft(draft.id)

    async def send(self, draft: Draft) -> bool:
        message = await self.live(CardKind.DRAFT, draft.id) or self.message()
        return await self.outbox.send(self.cause(), ANNA, HOME, message, draft.id, draft.revision)

    async def decide(self, row: OutboxRow, decision: Decision, *, listed: bool = False) -> bool:
        """A button of the letter's own card, or of the list's."""
        kind, subject = (CardKind.OUTBOX_LIST, "") if listed else (CardKind.OUTBOX, row.id)
        message = await self.live(kind, subject) or self.message()
        return await self.outbox.decide(
            self.cause(), ANNA, HOME, message, row.id, row.revision, decision, listed=listed
        )

    async def list_outbox(self) -> None:
        await OutboxList(self.database).show(self.cause(), ANNA, HOME)

    # What is there.

    async def draft(self, draft_id: str | None = None) -> Draft:
        """That draft, else the one that was begun last."""
        if draft_id is None:
            rows = await self.database.read(
                lambda tx: tx.rows("SELECT id FROM drafts ORDER BY id DESC LIMIT 1")
            )
            draft_id = rows[0]["id"]
        found = await self.database.read(lambda tx: drafts.find(tx, ANNA, str(draft_id)))
        assert found is not None
        return found

    async def rows(self) -> list[OutboxRow]:
        """All of the outbox, oldest first."""
        found = await self.database.read(lambda tx: outbox_lists.in_state(tx, *OutboxState))
        return sorted(found, key=lambda row: row.id)

    async def row(self) -> OutboxRow:
        """The letter that was told to go last."""
        return (await self.rows())[-1]

    async def state(self) -> OutboxState:
        return (await self.row()).state

    async def live(self, kind: CardKind, subject: str) -> int | None:
        card = await self.database.read(lambda tx: cards.live(tx, kind, HOME, subject))
        return card.message if card else None

    async def card(self, message: int) -> Card | None:
        return await self.database.read(lambda tx: cards.at(tx, ANNA, ANNA, message))

    async def owed(self) -> list[tuple[str, str]]:
        """Kind and manner of what is owed, in order."""
        found = await self.database.read(
            lambda tx: tx.rows("SELECT kind, manner FROM notices WHERE state = 'owed' ORDER BY id")
        )
        return [(row["kind"], row["manner"]) for row in found]

    # What the person sees.

    async def take(self) -> Notice | None:
        return await self.database.write(lambda tx: notices.take(tx, ANNA))

    async def load(self, notice: Notice) -> Showing | None:
        return await self.database.read(lambda tx: showing.load(tx, notice))

    async def deliver(self, notice: Notice) -> Seen | None:
        """The notice as it reaches the chat; None: there was nothing to show any more."""
        found = await self.load(notice)
        if found is None:
            await self.database.write(lambda tx: delivery.drop(tx, notice))
            return None
        return await self.arrive(notice, found)

    async def arrive(self, notice: Notice, found: Showing) -> Seen:
        """Telegram took it."""
        message = found.target or self.message()
        card = _card(found.scene, message, notice, self.clock.now)
        await self.database.write(lambda tx: delivery.delivered(tx, notice, found.scene, card))
        edited = found.target is not None
        return Seen(notice.kind, message, edited, found.scene, found.reply_to)

    async def see(self, *, after: timedelta = LATER) -> list[Seen]:
        """Everything that is due by then, in the order in which it reaches the chat."""
        self.clock.move_on(after)
        seen: list[Seen] = []
        while (notice := await self.take()) is not None:
            one = await self.deliver(notice)
            if one is not None:
                seen.append(one)
        return seen

    # Short ways to where a test begins.

    async def look_up(self) -> Draft:
        """Everything that drafts want is found. The newest draft afterwards."""

        async def nothing_wanted() -> bool:
            return not await self.database.read(drafts.wanting)

        async with self.running(self.lookups.run):
            await self.until(nothing_wanted)
        return await self.draft()

    async def review(self, number: str = "15", text: str = "Thanks") -> Draft:
        """A quick reply whose review is on the screen."""
        assert await self.begin(number, text) is None
        draft = await self.look_up()
        await self.see()
        return draft

    async def told_to_go(self, number: str = "15", text: str = "Thanks") -> OutboxRow:
        """A letter that is held, and its card on the screen."""
        assert await self.send(await self.review(number, text))
        await self.see(after=timedelta(0))
        return await self.row()

    async def go(self, *wanted: OutboxState, every: timedelta = timedelta(0)) -> OutboxRow:
        """The time for Undo passes, and the letter goes until it ends in one of these states.

        Between two looks at it the clock goes on by `every`, but not while its call is begun: a
        lease that ends meanwhile is another story.
        """
        self.clock.move_on(UNDO)

        async def there() -> bool:
            state = await self.state()
            if state in wanted:
                return True
            if every and state not in (OutboxState.QUEUED, OutboxState.SENDING):
                self.clock.move_on(every)
                await self.round("outbox")
            return False

        async with self.running(self.sending.run):
            await self.wake("outbox")
            await self.until(there)
        return await self.row()


def a_connection(owner: int, connection: str, now: datetime) -> Connection:
    account = Account(
        "Anna", "Europe/Berlin", (Mailbox(3, SUPPORT),), (Sender(SUPPORT, "Support"),)
    )
    address = Address("https", "acme.example", None, "", 1, CODE)
    return Connection(connection, owner, address, account, now, 1)


def with_senders(connection: Connection, *emails: str) -> Connection:
    senders = tuple(Sender(email) for email in emails)
    return replace(connection, account=replace(connection.account, senders=senders))


def manners(seen: list[Seen]) -> list[tuple[NoticeKind, Manner]]:
    """What came, and whether it was a new message."""
    return [(one.kind, Manner.EDIT if one.edited else Manner.NEW) for one in seen]


def _card(scene: Scene, message: int, notice: Notice, now: datetime) -> Card | None:
    """What the renderers say that a message shows."""
    match scene:
        case DraftScene(draft=draft):
            kind, subject, revision = CardKind.DRAFT, draft.id, draft.revision
        case OutboxScene(row=row, draft=draft, rings=True) if (
            row.state is OutboxState.REJECTED and draft is not None
        ):
            kind, subject, revision = CardKind.DRAFT, draft.id, draft.revision
        case OutboxScene(row=row):
            kind, subject, revision = CardKind.OUTBOX, row.id, row.revision
        case LetterScene(letter=letter):
            kind, subject, revision = CardKind.LETTER, letter.id, 0
        case AttemptScene(attempt=attempt):
            kind, subject, revision = CardKind.ATTEMPT, attempt.id, attempt.revision
        case OutboxListScene():
            kind, subject, revision = CardKind.OUTBOX_LIST, "", 0
        case _:
            return None
    return Card(notice.place, message, notice.person, kind, subject, revision, True, now)


async def _run(loop: Callable[[Stop], Awaitable[None]], stop: Stop) -> None:
    """Starts the loop again while the storage is unavailable, as the program's tasks do."""
    while True:
        try:
            await loop(stop)
        except StorageUnavailable:
            await asyncio.sleep(0.01)
        else:
            return


async def _watched(work: Coroutine[object, object, None]) -> None:
    """A piece of work breaks off while the storage is unavailable, as the program's tasks do."""
    with suppress(StorageUnavailable):
        await work


async def _nobody_connects(_owner: int, _attempt: str) -> None:
    raise AssertionError("nobody connects here")
