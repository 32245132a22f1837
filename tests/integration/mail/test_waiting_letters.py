"""A letter that its portal puts off until a time: its card says when, and stays true."""

from datetime import timedelta

from bitrix24.errors import Busy, Failure, FailureCode
from mail.waits import WAITS
from storage.records.outbox import OutboxState
from tests.integration.mail.room import Room

AN_HOUR = timedelta(hours=1)


async def test_a_second_long_wait_left_the_first_ones_time_on_the_card(room: Room) -> None:
    await room.told_to_go()
    room.portal.accepts = until(room, AN_HOUR)
    first = await room.go(OutboxState.DEFERRED)
    assert first.next_at is not None
    await room.see()
    room.clock.now = first.next_at
    room.portal.accepts = until(room, AN_HOUR)

    async def put_off_again() -> bool:
        row = await room.row()
        return row.next_at is not None and row.next_at > room.clock.now

    async with room.running(room.sending.run):
        await room.wake("outbox")
        await room.until(put_off_again)
    (seen,) = await room.see()
    assert seen.edited
    second = await room.row()
    assert second.next_at == room.clock.now - timedelta(seconds=1) + AN_HOUR + WAITS.settled


def until(room: Room, pause: timedelta) -> Busy:
    at = room.clock.now + pause
    return Busy(Failure(FailureCode.OPERATING_TIME, 429, retry_at=at))
