from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrations import migrations
from tests.integration.mail.office import Office, Watch
from tests.integration.mail.room import Room
from tests.integration.storage.places import KEYS


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
async def db(tmp_path: Path, watch: Watch) -> AsyncIterator[Database]:
    database = await Database.open(tmp_path / "bot.db", KEYS, migrations, clock=watch)
    yield database
    await database.close()


@pytest.fixture
async def office(db: Database) -> Office:
    office = Office(db)
    await office.move_in()
    return office


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    """Anna's private chat; she is connected."""
    room = Room(tmp_path / "room.db")
    await room.open()
    await room.settle()
    yield room
    await room.close()
