"""Rows 42 and 43: Send pressed more than once, and Undo pressed as the letter goes."""

import asyncio
import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mail.decisions import Decision
from mail.errors import AlreadyApplied, Stale, TooLate
from mail.outbox import Outbox
from storage import outbox
from storage.database import Database
from storage.errors import StorageUnavailable
from storage.migrations import migrations
from storage.records.drafts import Draft
from storage.records.notices import CardKind
from storage.records.outbox import OutboxRow, OutboxState
from storage.sealing import SecretKeys
from tests.crash.screen import Told, card_of
from tests.integration.mail.room import ANNA, HOME, UNDO, Room
from tests.support.scale import times

MOST_MOMENTS = 300  # turns of the event loop between a letter's time and the press
TOO_LATE = 0.1  # of the presses come when the letter is on the wire for sure
A_MINUTE = UNDO * 6  # between two letters: nobody may send more than 200 an hour


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    room = Room(tmp_path / "room.db")
    await room.open()
    await room.settle()
    yield room
    await room.close()


@pytest.fixture
async def second(room: Room) -> AsyncIterator[Outbox]:
    """Another process over the same file."""
    keys = SecretKeys([b"k" * 32])
    database = await Database.open(room.path, keys, migrations, clock=room.clock)
    ids = iter(range(10**6))
    yield Outbox(database, lambda: f"s{next(ids):015d}", UNDO)
    await database.close()


async def press_send(by: Outbox, cause: str, draft: Draft, message: int) -> bool:
    """Did this press send the letter? While the other holds the lock it is handled again."""
    while True:
        try:
            return await by.send(cause, ANNA, HOME, message, draft.id, draft.revision)
        except (AlreadyApplied, Stale):
            return False
        except StorageUnavailable:
            await asyncio.sleep(0.01)


async def rows_of(room: Room, draft: Draft) -> int:
    found = await room.database.read(
        lambda tx: tx.row("SELECT count(*) AS n FROM outbox WHERE draft = :id", id=draft.id)
    )
    assert found is not None
    return int(found["n"])


async def test_row_42_a_double_tap_a_redelivered_press_and_two_processes_make_one_row(
    room: Room, second: Outbox
) -> None:
    for number in range(times(12, full=10_000)):
        room.clock.move_on(A_MINUTE)
        draft = await room.review()
        message = await room.live(CardKind.DRAFT, draft.id)
        assert message is not None
        same, other = f"7:{2 * number}", f"7:{2 * number + 1}"
        presses = [(room.outbox, same), (room.outbox, same), (second, same), (second, other)]
        random.Random(number).shuffle(presses)
        sent = await asyncio.gather(
            *(press_send(by, cause, draft, message) for by, cause in presses)
        )
        assert sent.count(True) == 1
        assert await rows_of(room, draft) == 1


async def undo(room: Room, row: OutboxRow, message: int) -> bool:
    """Did it come in time?"""
    try:
        await room.outbox.decide(
            room.cause(), ANNA, HOME, message, row.id, row.revision, Decision.UNDO
        )
    except (TooLate, Stale):
        return False
    return True


async def has_left(room: Room, before: int) -> bool:
    return len(room.portal.sends) > before


async def press_undo_as_it_goes(room: Room, dice: random.Random) -> bool:
    """Was the letter taken back? It did not leave then, it left otherwise, and its card says so."""
    room.clock.move_on(A_MINUTE)
    row = await room.told_to_go()
    message = await room.live(CardKind.OUTBOX, row.id)
    assert message is not None
    before = len(room.portal.sends)
    async with room.running(room.sending.run):
        room.clock.move_on(row.due_at - room.clock.now)
        await room.wake("outbox")
        if dice.random() < TOO_LATE:  # on a busy machine the moments alone may all be too early
            await room.until(lambda: has_left(room, before))
        for _moment in range(dice.randrange(MOST_MOMENTS)):
            await asyncio.sleep(0)
        undone = await undo(room, row, message)
        await room.until(lambda: has_ended(room, row.id))
    left = len(room.portal.sends) - before
    now = await room.database.read(lambda tx: outbox.find(tx, ANNA, row.id))
    assert now is not None
    expected = (0, OutboxState.CANCELLED) if undone else (1, OutboxState.SENT)
    assert (left, now.state) == expected
    told = Told.by(await room.database.read(lambda tx: card_of(tx, now)))
    assert not told.lies(left)
    return undone


async def test_row_43_undo_as_the_letter_goes_is_either_and_the_card_tells_which(
    room: Room,
) -> None:
    dice, games = random.Random(43), times(40, full=5000)
    in_time = sum([await press_undo_as_it_goes(room, dice) for _ in range(games)])
    assert 0 < in_time < games, "both were played"


async def has_ended(room: Room, row_id: str) -> bool:
    row = await room.database.read(lambda tx: outbox.find(tx, ANNA, row_id))
    return row is not None and row.state in (OutboxState.CANCELLED, OutboxState.SENT)
