"""Row 61: the clocks on the wall change while a letter waits, on a machine that lives by them."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bitrix24.errors import Failure, FailureCode, NotSent, Unknown
from bitrix24.models import Sent, ThreadLetter
from mail.decisions import Decision
from mail.waits import WAITS
from storage import portals
from storage.records.notices import NoticeKind
from storage.records.outbox import OutboxState, Why
from tests.integration.mail.room import JANE, SUPPORT, UNDO, Room

BERLIN = "Europe/Berlin"
FORWARD = datetime(2027, 3, 28, 1, tzinfo=UTC)  # 01:59 is followed by 03:00: a day of 23 hours
BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)  # 02:59 is followed by 02:00: a day of 25 hours
HOURS, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
TICK = timedelta(seconds=20)

CHANGES = pytest.mark.parametrize("change", [FORWARD, BACK], ids=["forward", "back"])


@pytest.fixture(autouse=True)
def machine_in_berlin() -> Iterator[None]:
    """Whatever asks for local time gets Berlin's."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = BERLIN
    time.tzset()
    yield
    del os.environ["TZ"]
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


async def is_in(room: Room, state: OutboxState) -> bool:
    async with room.running(room.sending.run):
        await room.round("outbox")
    return await room.state() is state


@CHANGES
async def test_row_61_undo_ends_and_the_letter_leaves_when_its_seconds_are_over(
    room: Room, change: datetime
) -> None:
    room.clock.now = change - UNDO / 2
    await room.told_to_go()
    room.clock.move_on(UNDO - SECOND)
    assert room.clock.now > change
    assert await is_in(room, OutboxState.HELD)
    room.clock.move_on(SECOND)
    assert await is_in(room, OutboxState.SENT)


@CHANGES
async def test_row_61_undo_takes_a_letter_back_over_the_change(
    room: Room, change: datetime
) -> None:
    room.clock.now = change - UNDO / 2
    row = await room.told_to_go()
    room.clock.now = change
    await room.decide(row, Decision.UNDO)
    room.clock.move_on(2 * HOURS)
    assert await is_in(room, OutboxState.CANCELLED)
    assert room.portal.sends == []


@CHANGES
async def test_row_61_a_letter_asks_after_24_hours_whatever_the_day_has(
    room: Room, change: datetime
) -> None:
    room.portal.accepts = NotSent(Failure(FailureCode.UNREACHABLE))
    room.clock.now = change - 12 * HOURS
    await room.told_to_go()
    await room.go(OutboxState.DEFERRED)
    due_at = room.clock.now
    room.clock.now = due_at + WAITS.expire
    assert await is_in(room, OutboxState.DEFERRED)
    tries = len(room.portal.sends)
    room.clock.now = due_at + WAITS.expire + SECOND
    assert await is_in(room, OutboxState.EXPIRED)
    assert len(room.portal.sends) == tries


@CHANGES
@pytest.mark.parametrize(("late", "repeats"), [(-MINUTE, 1), (MINUTE, 0)])
async def test_row_61_a_key_is_safe_for_23_hours_whatever_the_day_has(
    room: Room, change: datetime, late: timedelta, repeats: int
) -> None:
    """And a change of the wall's clocks is no jump of the machine's, which forbids all repeats."""
    await room.database.write(
        lambda tx: portals.learn_idempotency(tx, "acme.example", "mail.message.reply", "proven")
    )
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    room.clock.now = change - 12 * HOURS
    await room.told_to_go()
    await room.go(OutboxState.VERIFYING)
    room.portal.accepts = Sent(to=(JANE,))
    room.clock.move_on(WAITS.key_safe + late)
    assert await is_in(room, OutboxState.SENT if repeats else OutboxState.UNKNOWN)
    assert len(room.portal.sends) == 1 + repeats


@CHANGES
async def test_row_61_what_nobody_knows_is_told_again_after_an_hour_and_after_24(
    room: Room, change: datetime
) -> None:
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    room.clock.now = change - 30 * MINUTE
    await room.told_to_go()
    await room.go(OutboxState.UNKNOWN, every=TICK)
    since = room.clock.now
    await room.see()
    rang = []
    for hours in (1, 24):
        for at in (since + hours * HOURS - MINUTE, since + hours * HOURS):
            room.clock.now = at
            assert await is_in(room, OutboxState.UNKNOWN)
            seen = await room.see(after=timedelta(0))
            rang.append(NoticeKind.OUTCOME in [one.kind for one in seen])
    assert rang == [False, True] * 2


def answered(written: str, portals_offset: timedelta) -> ThreadLetter:
    """As the portal writes it, which leaves the offset out, read by that of its answer."""
    letter = {"id": 16, "from": SUPPORT, "to": JANE, "date": written, "body": "I answered"}
    return ThreadLetter.model_validate(letter, context={"utc_offset": portals_offset})


async def test_row_61_an_answer_given_before_the_change_was_taken_for_one_before_the_draft(
    room: Room,
) -> None:
    """The portal writes 01:55, and from 03:00 on its offset is another."""
    room.clock.now = FORWARD - 10 * MINUTE
    await room.told_to_go()
    room.clock.now = FORWARD + MINUTE
    room.portal.correspondence = (answered("2027-03-28 01:55:00", 2 * HOURS),)
    row = await room.go(OutboxState.CANCELLED)
    assert (row.why, room.portal.sends) == (Why.ANSWERED, [])
