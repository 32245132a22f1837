"""Confirms letters, some at once, and prints each one's number once "Goes out" may be said."""

import asyncio
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from storage import drafts
from storage.records.drafts import Draft
from tests.integration.mail.room import ANNA, HOME, START, Room

AT_ONCE = 8
APART = timedelta(seconds=20)  # a person may send two hundred an hour


async def confirm(room: Room, template: Draft, number: int) -> None:
    room.clock.now = START + APART * number
    draft = replace(template, id=f"-{number:015}")  # sorts before the template
    await room.database.write(lambda tx: drafts.save(tx, draft))
    assert await room.outbox.send(
        f"cause:{number}", ANNA, HOME, room.message(), draft.id, draft.revision
    )


async def confirm_on(room: Room, template: Draft, number: int) -> None:
    while True:
        await confirm(room, template, number)
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += AT_ONCE


async def main(path: Path, start: int) -> None:
    room = Room(path)
    room._ids = room._causes = room._messages = 10 * start  # no process before has made these
    await room.open()
    await room.settle()
    template = await room.review()
    await asyncio.gather(*(confirm_on(room, template, start + lane) for lane in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
