"""The worker on a real database file: order within a key, and failures that stay alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from bot.exits import Ending, Exit
from bot.tasks import Stop, Tasks
from bot.work import Handle, Worker
from storage import people, updates
from storage.database import Database, Transaction
from storage.errors import AlreadyApplied, DatabaseDamaged, StorageUnavailable, Trouble
from storage.records.people import Access, Person
from storage.records.updates import StoredUpdate
from storage.times import as_time
from tests.integration.bot.shapes import Raw, message, press
from tests.integration.bot.waiting import eventually
from tests.support.scale import times

BOT, JANE = 42, 7
SECRET = "canary-4711"


class Desk:
    """A handler that notes what it was given, and does with it what a test says."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.ended: list[int] = []
        self.hold = asyncio.Event()
        self.held: set[int] = set()
        self.failing: dict[int, list[Exception]] = {}

    async def handle(self, update: StoredUpdate) -> None:
        update_id = update.raw["update_id"]
        self.begun.append(update_id)
        if errors := self.failing.get(update_id):
            raise errors.pop(0)
        if update_id in self.held:
            await self.hold.wait()
        else:
            await asyncio.sleep(0)
        self.ended.append(update_id)


@pytest.fixture
def desk() -> Desk:
    return Desk()


class Told:
    """Who was told that an update was set aside."""

    def __init__(self) -> None:
        self.updates: list[StoredUpdate] = []

    def __call__(self, _: Transaction, update: StoredUpdate) -> None:
        self.updates.append(update)


@pytest.fixture
def told() -> Told:
    return Told()


class Pauses:
    """Notes how long was waited, and does not wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, _: Stop, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


Work = Callable[..., Any]


@pytest.fixture
def work(database: Database, told: Told, pauses: Pauses) -> Work:
    """`async with work(handle):` keeps a worker at work for the block."""

    @asynccontextmanager
    async def at_work(
        handle: Handle, *, patience: float = 5, **options: Any
    ) -> AsyncIterator[Worker]:
        tasks = Tasks()
        settings: dict[str, Any] = {
            "spawn": tasks.spawn,
            "on_quarantine": told,
            "pause": pauses,
        } | options
        worker = Worker(database, handle, **settings)
        tasks.start("work", worker.run)
        yield worker
        await tasks.stop(patience)

    return at_work


async def keep(database: Database, *raw: Raw) -> None:
    await database.write(lambda tx: updates.keep(tx, BOT, raw))


async def rows(database: Database) -> dict[int, dict[str, Any]]:
    found = await database.read(lambda tx: tx.rows("SELECT * FROM updates"))
    return {row["update_id"]: row for row in found}


async def states(database: Database) -> dict[int, str]:
    return {update_id: row["state"] for update_id, row in (await rows(database)).items()}


async def settled(database: Database) -> dict[int, str]:
    """The states, once nothing waits any more."""
    for _ in range(3000):
        if "waiting" not in (found := await states(database)).values():
            return found
        await asyncio.sleep(0.01)
    raise TimeoutError


async def test_row_12_and_13_what_one_person_sends_is_handled_one_by_one(
    database: Database, work: Work, desk: Desk
) -> None:
    """A press, a message in private and one in a group: all are the person's."""
    desk.held = {1}
    async with work(desk.handle):
        await keep(database, message(1), press(2))
        await keep(database, message(3, chat=-100), press(4), message(5))
        await eventually(lambda: desk.begun == [1])
        await asyncio.sleep(0.05)
        assert desk.begun == [1]
        desk.hold.set()
        await settled(database)
    assert desk.ended == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("second", [message, press], ids=["row 12", "row 13"])
async def test_row_12_and_13_what_comes_at_the_same_moment_is_handled_one_by_one(
    database: Database, work: Work, second: Callable[..., Raw]
) -> None:
    """Telegram queues a message and a press apart: both may come at once, and in any order."""
    begun: list[int] = []
    at_work: set[int] = set()

    async def handle(update: StoredUpdate) -> None:
        assert update.key not in at_work
        at_work.add(update.key)
        begun.append(update.update_id)
        await asyncio.sleep(0.001)
        at_work.remove(update.key)

    count = times(25, full=1000)
    async with work(handle, patience=60):
        for one in range(0, 2 * count, 2):
            both = message(one, person=one % 7), second(one + 1, person=one % 7)
            await asyncio.gather(*(keep(database, each) for each in both))
        assert set((await settled(database)).values()) == {"done"}
    assert sorted(begun) == list(range(2 * count))


async def has_states(database: Database, wanted: dict[int, str]) -> None:
    """An update ends in a commit of its own, after its handler."""
    for _ in range(500):
        if await states(database) == wanted:
            return
        await asyncio.sleep(0.01)
    assert await states(database) == wanted


async def test_other_people_do_not_wait(database: Database, work: Work, desk: Desk) -> None:
    desk.held = {1}
    async with work(desk.handle):
        await keep(database, message(1, person=7), message(2, person=8), message(3, person=7))
        await eventually(lambda: desk.ended == [2])
        await has_states(database, {1: "waiting", 2: "done", 3: "waiting"})
        desk.hold.set()


async def test_what_was_said_is_cleared_when_the_update_ends(
    database: Database, work: Work, desk: Desk
) -> None:
    async with work(desk.handle):
        await keep(database, message(1))
        await settled(database)
    row = (await rows(database))[1]
    assert row["payload"] is None
    assert row["ended_at"] >= row["received_at"]


async def test_row_01_an_update_that_comes_again_after_it_ended_has_no_second_effect(
    database: Database, work: Work, desk: Desk
) -> None:
    async with work(desk.handle):
        for _ in range(5):
            await keep(database, message(1))
            await settled(database)
        await keep(database, message(2))
        await settled(database)
    assert desk.begun == [1, 2]


async def test_row_03_what_fails_three_times_is_set_aside_and_told_once(
    database: Database, work: Work, desk: Desk, told: Told, pauses: Pauses
) -> None:
    desk.failing = {1: [ValueError(), KeyError(), OSError(), OSError()]}
    async with work(desk.handle):
        await keep(database, message(1, text=SECRET), message(2))
        assert await settled(database) == {1: "quarantined", 2: "done"}
    assert desk.begun == [1, 1, 1, 2]
    assert pauses.seconds == [1.0, 5.0]
    assert [(one.update_id, one.raw["message"]["text"]) for one in told.updates] == [(1, SECRET)]
    assert SECRET not in str((await rows(database))[1]) + str(told.updates)


async def test_what_fails_once_or_twice_is_tried_again(
    database: Database, work: Work, desk: Desk, told: Told
) -> None:
    desk.failing = {1: [ValueError(), ValueError()]}
    async with work(desk.handle):
        await keep(database, message(1))
        assert await settled(database) == {1: "done"}
    assert desk.ended == [1]
    assert told.updates == []


async def test_a_try_after_the_first_does_not_trust_what_was_read_with_the_update(
    database: Database, work: Work
) -> None:
    given: list[Person | None] = []

    async def handle(update: StoredUpdate) -> None:
        given.append(update.person)
        if len(given) == 1:
            raise StorageUnavailable(Trouble.LOCKED)
        if len(given) == 2:
            raise ValueError

    jane = Person(JANE, "Jane", "", "en", Access.ADMITTED, False, None, None, 1)
    await database.write(lambda tx: people.save(tx, jane))
    async with work(handle):
        await keep(database, message(1, JANE), message(2, JANE))
        assert await settled(database) == {1: "done", 2: "done"}
    assert given == [jane, None, None, jane]


async def test_tries_are_counted_across_restarts(
    database: Database, work: Work, desk: Desk
) -> None:
    desk.failing = {1: [ValueError()] * 3}
    await keep(database, message(1))
    async with work(desk.handle, pause=until_stopped):
        await eventually(lambda: desk.begun == [1])
    async with work(desk.handle, pause=until_stopped):
        await eventually(lambda: desk.begun == [1, 1])
    async with work(desk.handle):
        assert await settled(database) == {1: "quarantined"}
    assert desk.begun == [1, 1, 1]


async def until_stopped(stop: Stop, _: float) -> None:
    await stop.wait()


async def test_while_one_update_waits_for_its_next_try_others_are_handled(
    database: Database, work: Work, desk: Desk
) -> None:
    desk.failing = {1: [ValueError()]}
    async with work(desk.handle, pause=Stop.pause, retry_seconds=(0.3, 0.3)):
        await keep(database, message(1, person=7), message(2, person=8))
        await eventually(lambda: desk.ended == [2])
        assert await settled(database) == {1: "done", 2: "done"}
    assert desk.begun == [1, 2, 1]


async def test_nobody_can_be_told_and_still_the_update_is_set_aside(
    database: Database, work: Work, desk: Desk
) -> None:
    def fails(_: Transaction, update: StoredUpdate) -> None:
        raise LookupError(update.update_id)

    desk.failing = {1: [ValueError()] * 3}
    async with work(desk.handle, on_quarantine=fails):
        await keep(database, message(1), message(2))
        assert await settled(database) == {1: "quarantined", 2: "done"}


async def test_an_update_whose_seal_is_broken_fails_alone(
    database: Database, work: Work, desk: Desk
) -> None:
    await keep(database, message(1, person=7), message(2, person=8))
    await database.write(
        lambda tx: tx.execute("UPDATE updates SET payload = x'00' WHERE update_id = 1")
    )
    async with work(desk.handle):
        assert await settled(database) == {1: "quarantined", 2: "done"}


async def test_row_06_what_was_cut_off_in_its_handler_is_handled_again(
    database: Database, work: Work, desk: Desk
) -> None:
    desk.held = {1}
    await keep(database, message(1))
    async with work(desk.handle, patience=0.05):
        await eventually(lambda: desk.begun == [1])
    assert await states(database) == {1: "waiting"}
    desk.held = set()
    async with work(desk.handle):
        assert await settled(database) == {1: "done"}
    assert desk.begun == [1, 1]
    assert desk.ended == [1]


async def test_row_06_an_update_that_has_had_its_effect_is_done(
    database: Database, work: Work, desk: Desk, told: Told
) -> None:
    """The handler's transaction is on disk, and the bot was killed before the update ended."""
    desk.failing = {1: [AlreadyApplied("42:1")]}
    async with work(desk.handle):
        await keep(database, message(1))
        assert await settled(database) == {1: "done"}
    assert desk.begun == [1]


async def test_row_07_a_stop_lets_handlers_finish_and_leaves_the_rest(
    database: Database, work: Work, desk: Desk
) -> None:
    desk.held = set(range(50))
    await keep(database, *[message(one, person=1000 + one) for one in range(50)])
    await keep(database, *[message(50 + one, person=1000 + one) for one in range(50)])
    async with asyncio.TaskGroup() as group, work(desk.handle):
        await eventually(lambda: len(desk.begun) == 50)
        group.create_task(release(desk))  # begins once the stop was asked for and waits
    found = await states(database)
    assert {found[one] for one in range(50)} == {"done"}
    assert {found[one] for one in range(50, 100)} == {"waiting"}


async def release(desk: Desk) -> None:
    desk.hold.set()


async def test_row_11_a_backlog_is_handled_in_order_at_start(
    database: Database, work: Work, desk: Desk
) -> None:
    waiting = range(1, times(500, full=5000) + 1)
    await keep(database, *[message(one, person=one % 7 + 1) for one in waiting])
    async with work(desk.handle, at_once=5):
        await settled(database)
    assert sorted(desk.ended) == list(waiting)
    for person in range(7):
        of_person = [one for one in desk.ended if one % 7 == person]
        assert of_person == sorted(of_person)


async def test_no_more_people_are_served_at_once_than_allowed(
    database: Database, work: Work, desk: Desk
) -> None:
    desk.held = set(range(1, 6))
    async with work(desk.handle, at_once=2):
        await keep(database, *[message(one, person=one) for one in range(1, 6)])
        await eventually(lambda: len(desk.begun) == 2)
        await asyncio.sleep(0.05)
        assert len(desk.begun) == 2
        desk.hold.set()
        await settled(database)
    assert desk.ended == [1, 2, 3, 4, 5]


async def test_storage_that_is_unavailable_is_not_the_updates_fault(
    database: Database, work: Work, desk: Desk, told: Told, pauses: Pauses
) -> None:
    desk.failing = {1: [StorageUnavailable(Trouble.FULL)] * 10}
    async with work(desk.handle, storage_seconds=2.0):
        await keep(database, message(1))
        assert await settled(database) == {1: "done"}
    assert pauses.seconds == [2.0] * 10
    assert (await rows(database))[1]["attempts"] == 0


async def test_damage_that_a_handler_meets_ends_the_program_at_once(
    database: Database, desk: Desk, told: Told, pauses: Pauses
) -> None:
    """It was the update's own failure, and the update was set aside before the program ended."""
    ending = Ending(Exit.DATABASE_DAMAGED, "The database is damaged.")
    tasks = Tasks(ends=lambda error: ending if isinstance(error, DatabaseDamaged) else None)
    desk.failing = {1: [DatabaseDamaged("page 7")]}
    worker = Worker(database, desk.handle, spawn=tasks.spawn, on_quarantine=told, pause=pauses)
    tasks.start("work", worker.run)
    await keep(database, message(1))
    assert await asyncio.wait_for(tasks.ended(), 5) is ending
    await tasks.stop(1)
    row = (await rows(database))[1]
    assert (row["state"], row["attempts"], pauses.seconds) == ("waiting", 0, [])


async def test_a_handler_that_fails_does_not_bring_private_text_into_the_log(
    database: Database, work: Work, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.failing = {1: [ValueError(SECRET)]}
    async with work(desk.handle):
        await keep(database, message(1))
        await settled(database)
    assert "update 1 failed" in caplog.text
    assert "raise errors.pop(0)" in caplog.text
    assert SECRET not in caplog.text


async def test_ended_updates_are_forgotten_and_waiting_ones_are_not(
    database: Database, work: Work, desk: Desk
) -> None:
    desk.failing = {1: [ValueError()] * 3}
    async with work(desk.handle):
        await keep(database, message(1), message(2))
        await settled(database)
    await keep(database, message(3))
    ended = (await rows(database))[2]["ended_at"]
    assert await database.write(lambda tx: updates.forget_old(tx, as_time(ended))) == 1
    assert await states(database) == {2: "done", 3: "waiting"}
    later = as_time(ended) + timedelta(hours=48)
    assert await database.write(lambda tx: updates.forget_old(tx, later)) == 1
    assert await states(database) == {3: "waiting"}
