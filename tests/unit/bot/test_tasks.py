"""Loops come back after a crash, finish the item in hand when stopped, and leave no task."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from bot.exits import Ending, Exit
from bot.tasks import LONGEST_PAUSE, Stop, Tasks
from storage.errors import StorageUnavailable, Trouble


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Pauses:
    """Notes how long each pause was to be, and does not sleep."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, stop: Stop, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
async def _no_task_is_leaked() -> AsyncIterator[None]:
    yield
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_crashed_loop_starts_again_after_a_pause_that_grows_up_to_a_cap(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pauses, runs = Pauses(), 0

    async def loop(stop: Stop) -> None:
        nonlocal runs
        runs += 1
        if runs <= 8:
            raise RuntimeError("no luck")
        stopping.set()
        await stop.wait()

    stopping = asyncio.Event()
    tasks = Tasks(pause=pauses)
    tasks.start("outbox", loop)
    await stopping.wait()
    await tasks.stop(1)
    assert pauses.seconds == [1, 2, 4, 8, 16, 32, 60, 60]
    assert "outbox crashed and starts again in 1 s" in caplog.text
    assert "RuntimeError: no luck" in caplog.text


@pytest.mark.parametrize("full", [3600.0, 3630.0])
async def test_row_52_after_an_hour_of_a_full_disk_a_loop_is_back_within_seconds(
    full: float,
) -> None:
    clock, over = Clock(), asyncio.Event()

    async def pause(_stop: Stop, seconds: float) -> None:
        clock.now += seconds
        await asyncio.sleep(0)

    async def loop(stop: Stop) -> None:
        if clock.now < full:
            raise StorageUnavailable(Trouble.FULL)
        over.set()

    tasks = Tasks(pause=pause, clock=clock)
    tasks.start("outbox", loop)
    await over.wait()
    await tasks.stop(1)
    assert clock.now < full + 10


async def test_a_loop_that_ran_for_long_is_not_punished_for_old_crashes() -> None:
    pauses, clock, lengths = Pauses(), Clock(), [0.0, 0.0, LONGEST_PAUSE, 0.0]

    async def loop(stop: Stop) -> None:
        if not lengths:
            over.set()
            return
        clock.now += lengths.pop(0)
        raise RuntimeError

    over = asyncio.Event()
    tasks = Tasks(pause=pauses, clock=clock)
    tasks.start("outbox", loop)
    await over.wait()
    await tasks.stop(1)
    assert pauses.seconds == [1, 2, 1, 2]


async def test_a_loop_finishes_the_item_in_hand_before_it_stops() -> None:
    done: list[int] = []
    item_in_hand = asyncio.Event()

    async def loop(stop: Stop) -> None:
        while not stop.asked:
            item_in_hand.set()
            await asyncio.sleep(0.01)
            done.append(1)

    tasks = Tasks()
    tasks.start("outbox", loop)
    await item_in_hand.wait()
    before = len(done)
    await tasks.stop(5)
    assert len(done) == before + 1


async def test_a_waiting_loop_stops_at_once() -> None:
    async def loop(stop: Stop) -> None:
        while not stop.asked:
            await stop.pause(3600)

    tasks = Tasks()
    tasks.start("watcher", loop)
    await asyncio.sleep(0)
    await asyncio.wait_for(tasks.stop(3600), 1)


async def test_a_pause_ends_by_itself() -> None:
    stop = Stop()
    await stop.pause(0.001)
    assert not stop.asked


async def test_work_that_outlasts_the_deadline_is_cut_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    cut = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            cut.set()

    tasks = Tasks()
    tasks.spawn("look-up 7", work())
    await asyncio.sleep(0)
    await tasks.stop(0.01)
    assert cut.is_set()
    assert "look-up 7 did not finish in time" in caplog.text


async def test_what_work_raises_is_logged_and_nothing_else_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def bad() -> None:
        raise ValueError("portal said no")

    async def good() -> None:
        await asyncio.sleep(0.005)
        finished.set()

    finished = asyncio.Event()
    tasks = Tasks()
    tasks.spawn("bad", bad())
    tasks.spawn("good", good())
    await tasks.stop(5)
    assert finished.is_set()
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert record.getMessage() == "bad failed"
    assert "portal said no" in caplog.text


async def test_work_begun_while_stopping_is_finished_and_work_begun_later_is_not_started() -> None:
    done: list[str] = []

    async def note(text: str) -> None:
        done.append(text)

    async def loop(stop: Stop) -> None:
        await stop.wait()
        tasks.spawn("last words", note("in time"))

    tasks = Tasks()
    tasks.start("loop", loop)
    await asyncio.sleep(0)
    await tasks.stop(5)
    tasks.spawn("too late", note("late"))
    await asyncio.sleep(0)
    assert done == ["in time"]


async def test_a_loop_ends_the_program_with_its_exit_code_and_is_not_started_again() -> None:
    runs = 0

    async def loop(stop: Stop) -> None:
        nonlocal runs
        runs += 1
        raise Ending(Exit.DOES_NOT_FIT, "Telegram does not know BOT_TOKEN.")

    tasks = Tasks(pause=Pauses())
    tasks.start("receiver", loop)
    ending = await asyncio.wait_for(tasks.ended(), 1)
    tasks.end(Ending(Exit.STOPPED))
    assert (await tasks.ended()) is ending
    assert ending.exit == 78
    await tasks.stop(1)
    assert runs == 1


async def test_stop_may_be_called_by_one_of_the_tasks() -> None:
    async def loop(stop: Stop) -> None:
        await stop.wait()

    async def end_all() -> None:
        await tasks.stop(1)
        ended.set()

    ended = asyncio.Event()
    tasks = Tasks()
    tasks.start("loop", loop)
    tasks.spawn("end", end_all())
    await asyncio.wait_for(ended.wait(), 1)
    await asyncio.sleep(0)


async def test_what_the_next_start_does_anew_is_cut_off_at_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks, begun = Tasks(), asyncio.Event()

    async def look_up() -> None:
        begun.set()
        await asyncio.Event().wait()

    tasks.spawn_repeatable("look up", look_up())
    await begun.wait()
    async with asyncio.timeout(1):
        await tasks.stop(60)
    assert caplog.text == ""
    tasks.spawn_repeatable("look up", look_up())


async def test_an_error_that_cannot_pass_ends_the_program(caplog: pytest.LogCaptureFixture) -> None:
    """A loop that met a damaged database was started again and again, with a traceback each."""
    damaged = Ending(Exit.DATABASE_DAMAGED, "The database is damaged.")
    tasks = Tasks(ends=lambda error: damaged if isinstance(error, OSError) else None)

    async def loop(_stop: Stop) -> None:
        raise OSError

    tasks.start("outbox", loop)
    assert await tasks.ended() is damaged
    await tasks.stop(1)
    assert caplog.text == ""
