"""Texts are forgotten after 30 days; what waits or is not known is not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import retention
from storage.database import Database, Transaction
from storage.errors import AlreadyApplied
from storage.migrations import migrations
from storage.sealing import SecretKeys, new_key

START = datetime(2026, 9, 1, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(tmp_path: Path, clock: Clock) -> AsyncIterator[Database]:
    keys = SecretKeys.read(new_key())
    opened = await Database.open(tmp_path / "bot.db", keys, migrations, clock=clock)
    yield opened
    await opened.close()


def _fill(tx: Transaction) -> None:
    at = "2026-09-01T00:00:00.000000Z"
    tx.execute(
        "INSERT INTO people (id, name, username, language, access, admin, revision, created_at) "
        "VALUES (1, 'Anna', '', 'en', 'admitted', 0, 1, :at)",
        at=at,
    )
    tx.execute(
        "INSERT INTO letters (id, owner, connection, number, text, read_at) "
        "VALUES ('l', 1, 'c', 15, x'00', :at)",
        at=at,
    )
    for state in ("composing", "aside", "confirmed"):
        tx.execute(
            "INSERT INTO drafts VALUES (:id, 1, 1, 0, :state, 1, 'text', 1, 0, 0, '', 0, 'c', 15, "
            "'l', x'00', :at, :at)",
            id=state,
            state=state,
            at=at,
        )
    for state in ("sent", "unknown"):
        tx.execute(
            "INSERT INTO outbox (id, owner, chat, thread, draft, connection, method, "
            "idempotency_key, body, body_sha256, envelope, state, why, revision, due_at, "
            "lease_epoch, attempts, replays, created_at, updated_at) VALUES (:state, 1, 1, 0, "
            "'confirmed', 'c', 'm', :state, x'00', '', x'00', :state, '', 1, :at, 0, 0, 0, :at, "
            ":at)",
            state=state,
            at=at,
        )
    tx.once("update 1")


def _left(tx: Transaction) -> dict[str, list[str]]:
    rows = tx.rows(
        "SELECT 'letters' AS name, id FROM letters UNION ALL SELECT 'drafts', id FROM drafts "
        "UNION ALL SELECT 'outbox', id FROM outbox ORDER BY name, id"
    )
    found: dict[str, list[str]] = {"letters": [], "drafts": [], "outbox": []}
    for row in rows:
        found[row["name"]].append(row["id"])
    return found


async def test_texts_are_forgotten_after_thirty_days(database: Database, clock: Clock) -> None:
    await database.write(_fill)
    clock.now = START + timedelta(days=29)
    await database.write(retention.forget_old)
    assert (await database.write(_left))["letters"] == ["l"]
    clock.now = START + timedelta(days=31)
    await database.write(retention.forget_old)
    left = await database.write(_left)
    assert left == {"letters": [], "drafts": ["composing", "confirmed"], "outbox": ["unknown"]}


async def test_a_cause_is_forgotten_after_two_days(database: Database, clock: Clock) -> None:
    """Telegram keeps what was not confirmed for one."""
    await database.write(_fill)
    clock.now = START + timedelta(hours=47)
    await database.write(retention.forget_old)
    with pytest.raises(AlreadyApplied):
        await database.write(lambda tx: tx.once("update 1"))
    clock.now = START + timedelta(hours=49)
    await database.write(retention.forget_old)
    await database.write(lambda tx: tx.once("update 1"))
