"""After an absence: whom it is told, once, and what of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mail import absences
from mail.draft_presses import Press
from mail.scenes import AbsenceScene
from storage import connections
from storage.records.connections import Address
from storage.records.notices import NoticeKind
from storage.records.outbox import OutboxState
from storage.records.places import Place
from tests.integration.mail.room import ANNA, CODE, OLEG, Room, Seen, a_connection

BOT = 42
ELSEWHERE = Address("https", "other.example", None, "", 1, CODE)
MINUTES = timedelta(minutes=1)
HOURS = timedelta(hours=1)


async def poll(
    room: Room, after: timedelta = timedelta(seconds=25), *, ran: timedelta | None = None
) -> None:
    """Telegram answers once more; `ran`: to a program that has heard it so long ago."""
    room.clock.move_on(after)
    await room.database.write(lambda tx: absences.heard(tx, BOT, room.new_id, ran))


async def told(room: Room) -> list[tuple[int, Place]]:
    """To whom an absence is owed, and where."""
    rows = await room.database.read(
        lambda tx: tx.rows(
            "SELECT person, chat, thread FROM notices WHERE kind = 'absence' AND state = 'owed' "
            "ORDER BY id"
        )
    )
    return [(row["person"], Place(row["chat"], row["thread"])) for row in rows]


async def see_absences(room: Room) -> list[Seen]:
    return [one for one in await room.see() if one.kind is NoticeKind.ABSENCE]


async def test_row_09_a_chat_with_an_open_review_is_told_once_after_five_minutes(
    room: Room,
) -> None:
    await room.review()
    await poll(room)
    since = room.clock.now
    await poll(room, 5 * MINUTES)
    until = room.clock.now
    await poll(room)
    (seen,) = await see_absences(room)
    assert isinstance(seen.scene, AbsenceScene)
    absence = seen.scene.absence
    assert (absence.since, absence.until, absence.lost_until) == (since, until, None)
    assert seen.scene.zone == "Europe/Berlin"
    assert not seen.edited
    assert await room.owed() == []


@pytest.mark.parametrize(("seconds", "is_told"), [(120, False), (121, True)])
async def test_row_09_two_minutes_lose_nothing(room: Room, seconds: int, is_told: bool) -> None:
    await room.review()
    await poll(room)
    await poll(room, timedelta(seconds=seconds))
    assert await told(room) == ([(ANNA, Place(ANNA))] if is_told else [])


async def test_row_09_a_first_start_was_no_absence(room: Room) -> None:
    await room.review()
    await poll(room, 30 * HOURS)
    assert await told(room) == []


async def test_row_09_each_absence_is_told_of(room: Room) -> None:
    await room.review()
    await poll(room)
    for _ in range(2):
        await poll(room, 5 * MINUTES)
        assert len(await see_absences(room)) == 1


async def test_row_09_a_letter_that_went_out_meanwhile_is_told_of_too(room: Room) -> None:
    """An Undo that was pressed in vain is what matters most."""
    await room.told_to_go()
    await poll(room)
    room.clock.move_on(5 * MINUTES)
    await room.go(OutboxState.SENT)
    await room.see()
    await poll(room)
    assert await told(room) == [(ANNA, Place(ANNA))]


async def test_row_09_letters_that_had_ended_before_are_not(room: Room) -> None:
    await room.told_to_go()
    await room.go(OutboxState.SENT)
    await room.see()
    await poll(room)
    await poll(room, 5 * MINUTES)
    assert await told(room) == []


async def test_row_09_a_held_letter_and_two_reviews_make_one_notice(room: Room) -> None:
    await room.told_to_go()
    await room.review(text="One more")
    await room.review(text="And another")
    await poll(room)
    await poll(room, 5 * MINUTES)
    assert await told(room) == [(ANNA, Place(ANNA))]


async def test_row_09_where_no_press_decides_anything_nobody_is_told(room: Room) -> None:
    draft = await room.review()
    await room.press(draft, Press.CANCEL)
    await room.see()
    await room.begin("15")
    await room.look_up()
    await room.see()
    await poll(room)
    await poll(room, 5 * MINUTES)
    assert await told(room) == []


async def test_row_09_a_review_from_yesterday_is_left_alone(room: Room) -> None:
    await room.review()
    await poll(room, 25 * HOURS)
    await poll(room, 5 * MINUTES)
    assert await told(room) == []


async def test_row_10_after_thirty_hours_everybody_who_is_connected_is_told_once(
    room: Room,
) -> None:
    """And nobody else; who has an open review gets no second one."""
    await room.settle(OLEG, "d" * 16)
    other = replace(a_connection(OLEG, "e" * 16, room.clock.now), address=ELSEWHERE)
    await room.database.write(lambda tx: connections.save(tx, other))
    await room.let_in(3)
    await room.review()
    await poll(room)
    since = room.clock.now
    await poll(room, 30 * HOURS)
    await poll(room)
    assert await told(room) == [(ANNA, Place(ANNA)), (OLEG, Place(OLEG))]
    (seen,) = await see_absences(room)
    assert isinstance(seen.scene, AbsenceScene)
    assert seen.scene.absence.lost_until == since + 6 * HOURS


async def test_row_10_who_disconnected_is_not_told(room: Room) -> None:
    await room.disconnect()
    await poll(room)
    await poll(room, 30 * HOURS)
    assert await told(room) == []


async def test_row_61_a_clock_that_goes_back_is_no_absence(room: Room) -> None:
    await room.review()
    await poll(room)
    await poll(room, -5 * HOURS)
    assert await told(room) == []
    await poll(room)
    assert await told(room) == []


async def test_row_61_a_clock_that_is_set_forward_while_the_bot_runs_is_no_absence(
    room: Room,
) -> None:
    await room.review()
    await poll(room)
    await poll(room, 30 * HOURS, ran=timedelta(seconds=25))
    assert await told(room) == []
    await poll(room, ran=timedelta(seconds=25))
    assert await told(room) == []


@pytest.mark.parametrize("set_by", [-5 * HOURS, -3 * MINUTES, 30 * HOURS])
async def test_row_61_a_clock_that_is_set_hides_no_absence_and_makes_it_no_longer(
    room: Room, set_by: timedelta
) -> None:
    await room.review()
    await poll(room)
    await poll(room, 5 * MINUTES + set_by, ran=5 * MINUTES)
    now = room.clock.now
    (seen,) = await see_absences(room)
    assert isinstance(seen.scene, AbsenceScene)
    absence = seen.scene.absence
    assert (absence.since, absence.until, absence.lost_until) == (now - 5 * MINUTES, now, None)


@pytest.mark.parametrize("set_by", [-5 * HOURS, 30 * HOURS])
async def test_row_61_a_letter_that_ended_before_the_clock_was_set_is_told_of_too(
    room: Room, set_by: timedelta
) -> None:
    await room.told_to_go()
    await poll(room)
    room.clock.move_on(MINUTES)
    await room.go(OutboxState.SENT)
    await room.see()
    await poll(room, 4 * MINUTES + set_by, ran=5 * MINUTES)
    assert await told(room) == [(ANNA, Place(ANNA))]


async def test_row_09_a_slow_clock_does_not_move_when_an_absence_began(room: Room) -> None:
    await room.review()
    await poll(room)
    since = room.clock.now
    await poll(room, 5 * MINUTES, ran=5 * MINUTES - timedelta(seconds=1))
    (seen,) = await see_absences(room)
    assert isinstance(seen.scene, AbsenceScene)
    assert seen.scene.absence.since == since
