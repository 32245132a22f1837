from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from storage.database import Database
from storage.migrations import migrations
from storage.sealing import SecretKeys
from tests.integration.bot.bot_api import BotApi


@pytest.fixture
def bot_api() -> BotApi:
    return BotApi()


@pytest.fixture
async def api_url(bot_api: BotApi) -> AsyncIterator[str]:
    server = TestServer(bot_api.app())
    await server.start_server(shutdown_timeout=0)
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest.fixture
def database_path(tmp_path: Path) -> Path:
    return tmp_path / "bot.db"


@pytest.fixture
async def database(database_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(
        database_path,
        SecretKeys([b"k" * 32]),
        migrations,
        clock=lambda: datetime.now(UTC),
        busy_seconds=0.1,
    )
    yield opened
    await opened.close()
