"""A letter that its portal puts off until a time: its card says when, and stays true."""

from datetime import datetime, timedelta
from itertools import pairwise

from bitrix24.errors import Busy, Failure, FailureCode, Unknown
from bitrix24.models import Sent
from handlers.outbox_card import outbox_card
from mail.scenes import OutboxScene
from mail.waits import WAITS
from storage import portals
from storage.records.outbox import OutboxState
from tests.integration.languages import EN
from tests.integration.mail.room import JANE, Room

BUSY = Busy(Failure(FailureCode.TOO_MANY_CALLS, 503))
REFUSALS = 20
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


async def test_row_45_twenty_refusals_by_the_limit_delay_the_letter_and_it_leaves_once(
    room: Room,
) -> None:
    calls: list[datetime] = []

    async def refuse_twenty_times() -> None:
        calls.append(room.clock.now)
        room.portal.accepts = BUSY if len(calls) <= REFUSALS else Sent(to=(JANE,))

    room.portal.on_send = refuse_twenty_times
    row = await room.told_to_go()
    await room.go(OutboxState.SENT, every=timedelta(seconds=15))
    assert room.portal.sends == [(row.body, row.idempotency_key)] * (REFUSALS + 1)
    pauses = [later - call for call, later in pairwise(calls)]
    assert min(pauses[6:]) >= WAITS.longest_pause, "a busy portal is not called twice a second"


async def test_a_letter_was_on_its_way_while_its_portal_had_no_working_time_for_it(
    room: Room,
) -> None:
    async def refuse() -> None:
        raise until(room, timedelta(minutes=8))

    room.portal.on_turn = refuse
    await room.told_to_go()
    row = await room.go(OutboxState.DEFERRED)
    assert row.next_at == room.clock.now + timedelta(minutes=8) + WAITS.settled
    assert (row.attempts, room.portal.sends) == (0, [])
    (seen,) = await room.see()
    assert isinstance(seen.scene, OutboxScene)
    shown = outbox_card(seen.scene, EN).content()[0]
    assert "used up the working time" in shown
    assert "It is tried from 10:08 on, about once a minute" in shown
    room.portal.on_turn = None
    await room.go(OutboxState.SENT, every=timedelta(minutes=1))
    assert len(room.portal.sends) == 1


async def test_a_repeat_was_waited_for_while_its_portal_had_no_working_time_for_it(
    room: Room,
) -> None:
    learn = portals.learn_idempotency
    await room.database.write(lambda tx: learn(tx, "acme.example", "mail.message.reply", "proven"))
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go()
    await room.go(OutboxState.VERIFYING)
    began = room.clock.now

    async def refuse_for_an_hour() -> None:
        if room.clock.now - began < AN_HOUR:
            raise until(room, began + AN_HOUR - room.clock.now)

    room.portal.on_turn = refuse_for_an_hour
    room.portal.accepts = Sent(to=(JANE,))
    await room.go(OutboxState.SENT, every=timedelta(minutes=1))
    assert room.clock.now - began >= AN_HOUR
    assert len(room.portal.sends) == 2


def until(room: Room, pause: timedelta) -> Busy:
    at = room.clock.now + pause
    return Busy(Failure(FailureCode.OPERATING_TIME, 429, retry_at=at))
