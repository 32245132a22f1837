"""The disk refuses an answer for a minute, the clock is set, the program stands still: one letter
leaves, in good time, and nothing untrue is said."""

import asyncio
from datetime import timedelta

import pytest

from bitrix24.errors import Failure, FailureCode, NotSent, Unknown
from bitrix24.models import Sent
from mail.sending import STORE_AGAIN
from mail.waits import WAITS
from storage import notices, portals
from storage.records.notices import Manner, NoticeKind
from storage.records.outbox import OutboxState
from tests.integration.mail.room import ANNA, HOME, JANE, START, UNDO, Room

HOST = "acme.example"
HOUR = timedelta(hours=1)


async def writable(room: Room, yes: bool) -> None:
    """A disk that turns read-only, as one that fails does."""
    writer = room.database._writer
    assert writer is not None
    await room.database._in_writer(lambda: writer.execute(f"PRAGMA query_only = {int(not yes)}"))


async def is_in(room: Room, state: OutboxState) -> bool:
    return await room.state() is state


async def test_row_51_an_answer_that_was_not_stored_within_a_minute_is_looked_for_later(
    room: Room,
) -> None:
    room.portal.on_send = lambda: writable(room, False)
    row = await room.told_to_go()
    room.clock.move_on(UNDO)

    async def gave_up() -> bool:
        return len(room.slept) == len(STORE_AGAIN) and row.id not in room.sending._busy

    async with room.running(room.sending.run):
        await room.wake("outbox")
        await room.until(gave_up)
        assert await is_in(room, OutboxState.SENDING), "nothing is said about it"
        await writable(room, True)
        room.clock.move_on(WAITS.lease(HOST) + timedelta(seconds=1))
        await room.wake("outbox")
        await room.until(lambda: is_in(room, OutboxState.UNKNOWN))
    assert sum(room.slept) == 60
    assert len(room.portal.sends) == 1


async def set_clock(room: Room, by: timedelta) -> None:
    """And the program noticed: no row is from the future any more."""
    room.clock.jump(by)
    await room.wake("outbox")

    async def noticed() -> bool:
        return (await room.row()).updated_at <= room.clock.now

    await room.until(noticed)


@pytest.mark.parametrize("by", [HOUR, -HOUR, 30 * HOUR])
async def test_row_61_a_held_letter_leaves_once_within_its_time_or_asks(
    room: Room, by: timedelta
) -> None:
    """Set back by an hour, the clock kept it for an hour."""
    await room.told_to_go()
    async with room.running(room.sending.run):
        await set_clock(room, by)
        room.clock.move_on(UNDO)
        await room.wake("outbox")
        ended = OutboxState.EXPIRED if by > WAITS.expire else OutboxState.SENT
        await room.until(lambda: is_in(room, ended))
    assert len(room.portal.sends) == (ended is OutboxState.SENT)


@pytest.mark.parametrize("restarted", [True, False])
async def test_row_65_a_held_letter_that_slept_for_a_day_raced_with_its_own_question(
    room: Room, restarted: bool
) -> None:
    """It was on its way already when it was found to be a day late, and mostly came too late."""
    await room.told_to_go()
    room.portal.asked.clear()
    room.clock.move_on(UNDO + WAITS.expire + timedelta(seconds=1))
    if restarted:
        await room.restart()
    async with room.running(room.sending.run):
        await room.round("outbox")
    assert await is_in(room, OutboxState.EXPIRED)
    assert room.portal.asked == [], "nobody looked into its thread, as before it goes"


async def test_row_61_what_was_put_off_goes_in_its_time_after_the_clock_was_set_back(
    room: Room,
) -> None:
    room.portal.accepts = NotSent(Failure(FailureCode.UNREACHABLE))
    await room.told_to_go()
    await room.go(OutboxState.DEFERRED)
    room.portal.accepts = Sent(to=(JANE,))
    async with room.running(room.sending.run):
        await set_clock(room, -HOUR)
        room.clock.move_on(WAITS.longest_pause)
        await room.wake("outbox")
        await room.until(lambda: is_in(room, OutboxState.SENT))


async def test_row_61_a_call_that_hangs_while_the_clock_is_set_back_is_looked_for_in_its_time(
    room: Room,
) -> None:
    """As if it were known to have begun an hour from now, nobody looked for an hour."""
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go()
    room.portal.gate = asyncio.Event()
    room.clock.move_on(UNDO)
    async with room.running(room.sending.run):
        await room.wake("outbox")
        await room.until(lambda: is_in(room, OutboxState.SENDING))
        await set_clock(room, -HOUR)
        room.clock.move_on(WAITS.lease(HOST) + timedelta(seconds=1))
        await room.wake("outbox")
        await room.until(lambda: is_in(room, OutboxState.VERIFYING))
        room.portal.gate.set()
        room.clock.move_on(WAITS.quiet(HOST))
        await room.wake("outbox")
        await room.until(lambda: is_in(room, OutboxState.UNKNOWN))
    assert len(room.portal.sends) == 1


async def test_row_61_a_start_with_a_clock_that_is_behind_keeps_nothing_waiting(
    room: Room,
) -> None:
    """A small computer without a clock of its own begins at any time of the past."""
    await room.told_to_go()
    await room.database.write(
        lambda tx: notices.owe(tx, ANNA, NoticeKind.ACCOUNTS, HOME, "", Manner.NEW)
    )
    room.clock.jump(-30 * HOUR)
    await room.restart()
    assert await room.take() is not None
    await room.go(OutboxState.SENT)


async def test_row_61_a_letter_that_was_on_its_way_before_such_a_start_is_not_repeated(
    room: Room,
) -> None:
    await room.database.write(
        lambda tx: portals.learn_idempotency(tx, HOST, "mail.message.reply", "proven")
    )
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go()
    await room.go(OutboxState.VERIFYING)
    room.clock.jump(-HOUR)
    await room.restart()
    await room.go(OutboxState.UNKNOWN, every=timedelta(seconds=20))
    assert room.clock.now < START, "in its time"
    assert len(room.portal.sends) == 1


async def test_row_61_a_notice_does_not_wait_for_a_time_that_comes_twice(room: Room) -> None:
    later = timedelta(seconds=5)
    await room.told_to_go()
    await room.database.write(
        lambda tx: notices.owe(tx, ANNA, NoticeKind.ACCOUNTS, HOME, "", Manner.NEW, after=later)
    )
    async with room.running(room.sending.run):
        await set_clock(room, -HOUR)
    room.clock.move_on(later)
    assert await room.take() is not None


@pytest.mark.parametrize(
    "set_back", [False, True], ids=["", "and the clock was set back by as much"]
)
async def test_row_68_a_loop_that_is_blocked_after_its_claim_writes_nothing_to_the_socket(
    room: Room, set_back: bool
) -> None:
    """The lease may be over: somebody else may have the row by now."""
    await room.told_to_go()
    sends_before: list[int] = []
    blocked = WAITS.held_up(HOST) + timedelta(seconds=1)

    def on_step(name: str) -> None:
        if name == "sending":
            sends_before.append(len(room.portal.sends))
            first = len(sends_before) == 1
            room.clock.move_on(blocked if first else timedelta(seconds=5))
            if first and set_back:
                room.clock.jump(-blocked)

    room.on_step = on_step
    await room.go(OutboxState.SENT)
    assert sends_before == [0, 0], "the first time nothing was written"
    assert len(room.portal.sends) == 1
