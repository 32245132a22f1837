"""A burst of updates of many people asks the disk for little."""

from functools import partial

from bot.tasks import Tasks
from bot.work import Worker
from storage import updates
from storage.database import Database
from storage.records.updates import StoredUpdate
from tests.integration.bot.shapes import message
from tests.integration.bot.waiting import eventually

PEOPLE = 100
BOT = 42


async def test_a_burst_of_a_hundred_updates_shares_few_commits(database: Database) -> None:
    """One stores them all; the handlers' changes, and the ends of the updates, come together."""
    commits: list[str] = []
    done: list[int] = []
    tasks = Tasks()

    def note(sql: str) -> None:
        if sql == "COMMIT":
            commits.append(sql)

    async def handle(update: StoredUpdate) -> None:
        await database.write(lambda tx: tx.once(f"{BOT}:{update.update_id}"))
        done.append(update.update_id)

    assert database._writer is not None
    await database._in_writer(partial(database._writer.conn.set_trace_callback, note))
    worker = Worker(database, handle, spawn=tasks.spawn, on_quarantine=lambda _tx, _update: None)
    tasks.start("work", worker.run)
    burst = [message(one, person=1 + one) for one in range(PEOPLE)]
    await database.write(lambda tx: updates.keep(tx, BOT, burst))
    await eventually(lambda: len(done) == PEOPLE, seconds=20)
    await tasks.stop(20)
    rows = await database.read(lambda tx: tx.rows("SELECT state FROM updates"))
    assert [row["state"] for row in rows] == ["done"] * PEOPLE
    assert len(commits) <= PEOPLE / 5, "instead of 201"
