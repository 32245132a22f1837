from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrations import migrations
from tests.integration.storage.places import KEYS, NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def db(path: Path) -> AsyncIterator[Database]:
    database = await Database.open(path, KEYS, migrations, clock=lambda: NOON, busy_seconds=0.2)
    yield database
    await database.close()
