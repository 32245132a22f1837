"""Send is pressed again and again, and the process killed at random: what was shown is in the rows.

    python -m tests.crash.shown_until_killed FOLDER LETTERS

Prints how many letters were shown as "Goes out in", how often it was killed, and which of those
letters the file does not hold. Children are forked from one process that has opened nothing.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path

from mail import delivery
from mail.outbox import Outbox
from mail.scenes import OutboxScene
from storage import drafts
from storage.database import Transaction
from storage.records.outbox import OutboxState
from tests.integration.mail.room import ANNA, HOME, START, UNDO, Room

A_MINUTE = timedelta(minutes=1)  # between two letters: nobody may send more than 200 an hour


async def write_drafts(path: Path, letters: int) -> None:
    room = Room(path)
    await room.open()
    await room.settle()
    draft = await room.review()

    def copy(tx: Transaction) -> None:
        for number in range(letters):
            drafts.save(tx, replace(draft, id=_name(number)))

    await room.database.write(copy)
    await room.close()


def _name(number: int) -> str:
    return f"d{number:015d}"


async def press_send(path: Path, begin: int, letters: int, told: int) -> None:
    """Each letter's id goes through the pipe once its card was shown."""
    room = Room(path, messages=10 * begin + 1000)
    room.clock.now = START + begin * A_MINUTE
    await room.open()
    ids = count(10 * begin + 1000)
    room.outbox = Outbox(room.database, lambda: f"{next(ids):016d}", UNDO)
    await room.database.write(delivery.recover)
    for number in range(begin, letters):
        room.clock.move_on(A_MINUTE)
        draft = await room.draft(_name(number))
        await room.outbox.send(f"7:{number}", ANNA, HOME, room.message(), draft.id, draft.revision)
        for seen in await room.see():
            if isinstance(seen.scene, OutboxScene):
                assert seen.scene.row.state is OutboxState.HELD
                os.write(told, f"{number} {seen.scene.row.id}\n".encode())
    await room.close()


async def lost_of(path: Path, shown: set[str]) -> list[str]:
    room = Room(path)
    await room.open()
    rows = await room.database.read(lambda tx: tx.rows("SELECT id FROM outbox"))
    await room.close()
    return sorted(shown - {row["id"] for row in rows})


def fork(work: Coroutine[object, object, None]) -> int:
    pid = os.fork()
    if pid:
        work.close()
        return pid
    try:
        asyncio.run(work)
    except BaseException:  # noqa: BLE001  (it ends here, and says why)
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    path, letters = Path(sys.argv[1], "bot.db"), int(sys.argv[2])
    _, status = os.waitpid(fork(write_drafts(path, letters)), 0)
    assert status == 0
    dice, shown, kills, begin = random.Random(1), set[str](), 0, 0
    while begin < letters:
        reading, told = os.pipe()
        child = fork(press_send(path, begin, letters, told))
        os.close(told)
        time.sleep(0.1 + dice.random() * 0.4)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        kills += os.WIFSIGNALED(status)
        assert os.WIFSIGNALED(status) or status == 0
        with os.fdopen(reading) as lines:
            told_of = [line.split() for line in lines.read().splitlines()]
        shown |= {row for _number, row in told_of}
        begin = max((int(number) + 2 for number, _row in told_of), default=begin + 1)
    lost = asyncio.run(lost_of(path, shown))
    print(json.dumps({"shown": len(shown), "kills": kills, "lost": lost}))  # noqa: T201


if __name__ == "__main__":
    main()
