"""A database that is a copy: whatever is on its way may have left from the original."""

from datetime import timedelta

import pytest

from bitrix24.models import ThreadLetter
from mail.copies import doubt_everything
from mail.decisions import Decision
from mail.waits import WAITS
from storage import outbox
from storage.records.notices import Manner, NoticeKind
from storage.records.outbox import Looked, OutboxState, Why
from tests.integration.mail.room import ANNA, JANE, SUPPORT, Room, manners

TICK = timedelta(seconds=20)


async def start_as_copy(room: Room) -> None:
    await room.database.write(lambda tx: doubt_everything(tx, WAITS))
    await room.sending.recover()


@pytest.mark.parametrize(
    "state",
    [
        OutboxState.HELD,
        OutboxState.QUEUED,
        OutboxState.BLOCKED,
        OutboxState.DEFERRED,
        OutboxState.EXPIRED,
    ],
)
async def test_row_62_what_is_on_its_way_in_a_copy_is_asked_about_and_never_sent(
    room: Room, state: OutboxState
) -> None:
    row = await room.told_to_go()
    if state is not OutboxState.HELD:
        await room.database.write(lambda tx: outbox.move(tx, row, state, next_at=tx.now))
    await start_as_copy(room)
    row = await room.go(OutboxState.UNKNOWN)
    assert (row.state, row.why) == (OutboxState.UNKNOWN, Why.RESTORED)
    assert not room.portal.sends
    told = manners(await room.see())
    assert (NoticeKind.OUTBOX_LIST, Manner.NEW) in told
    assert (NoticeKind.OUTBOX, Manner.EDIT) in told


async def test_row_62_what_was_owed_when_the_copy_was_made_is_dropped(room: Room) -> None:
    await room.review()
    await room.say("more")
    assert await room.owed()
    await start_as_copy(room)
    assert not await room.owed()


async def test_what_has_ended_stays_as_it_is_in_a_copy(room: Room) -> None:
    await room.told_to_go()
    await room.go(OutboxState.SENT)
    await start_as_copy(room)
    assert await room.state() is OutboxState.SENT
    assert len(room.portal.sends) == 1


async def test_a_copy_can_look_for_its_letter(room: Room) -> None:
    """Check again finds what the original sent, and repeats nothing."""
    await room.told_to_go()
    await start_as_copy(room)
    await room.see()
    left = {
        "id": 17,
        "from": SUPPORT,
        "to": JANE,
        "date": room.clock.now.isoformat(),
        "body": "Thanks",
    }
    room.portal.correspondence = (ThreadLetter.model_validate(left),)
    await room.decide(await room.row(), Decision.CHECK_AGAIN)
    row = await room.go(OutboxState.SENT, OutboxState.UNKNOWN, every=TICK)
    assert (row.state, row.why) == (OutboxState.SENT, Why.THREAD)
    assert not room.portal.sends


async def test_a_look_in_vain_forgot_that_the_database_is_a_copy(room: Room) -> None:
    await room.told_to_go()
    await start_as_copy(room)
    await room.see()
    await room.decide(await room.row(), Decision.CHECK_AGAIN)
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    assert (row.why, row.looked) == (Why.RESTORED, Looked.NOT_FOUND)


async def test_a_copy_does_not_take_an_earlier_letter_of_the_same_text_for_this_one(
    room: Room,
) -> None:
    await room.told_to_go()
    first = await room.row()
    await room.database.write(lambda tx: outbox.move(tx, first, OutboxState.UNKNOWN))
    await room.see()
    assert await room.decide(await room.row(), Decision.SEND_AGAIN)
    await start_as_copy(room)
    again = await room.row()
    assert (again.state, again.baseline) == (OutboxState.UNKNOWN, None)
    found = await room.database.read(lambda tx: outbox.find(tx, ANNA, again.id))
    assert found is not None
    assert found.first_wire_at == again.created_at


async def test_what_a_copy_asks_about_is_asked_again_later(room: Room) -> None:
    await room.told_to_go()
    await start_as_copy(room)
    await room.see()
    async with room.running(room.sending.run):
        room.clock.move_on(timedelta(hours=1, seconds=1))
        await room.wake("outbox")
        await room.until(lambda: _is_owed(room))
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())


async def _is_owed(room: Room) -> bool:
    return ("outcome", "new") in await room.owed()
