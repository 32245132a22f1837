"""The whole bot over HTTP: real process, real database, the sandbox's portal and Telegram."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.support.bot_process import BotProcess, ForkServer

Profile = Literal["docs", "observed"]

ANNA = 1001
OLEG = 1002
TOKEN = "4200000001:" + "A" * 35


@pytest.fixture
def profile() -> Profile:
    """Which kind of portal; tests of both override it."""
    return "docs"


@pytest.fixture
async def sandbox(profile: Profile) -> AsyncIterator[Sandbox]:
    async with Sandbox(profile=profile) as running:
        yield running


@pytest.fixture
def bot_settings() -> dict[str, str]:
    """What a test module changes of the settings."""
    return {}


@pytest.fixture
async def bot(
    fork_server: ForkServer, sandbox: Sandbox, tmp_path: Path, bot_settings: dict[str, str]
) -> AsyncIterator[BotProcess]:
    settings = {
        "BOT_TOKEN": sandbox.telegram.token,
        "TELEGRAM_API_URL": sandbox.telegram_url,
        "TRUSTED_PORTALS": sandbox.portal_host,
        "ADMINS": str(ANNA),
        "UNDO_SECONDS": "0",
    }
    process = BotProcess(fork_server, tmp_path, settings | bot_settings)
    await process.start()
    yield process
    sandbox.faults.off()  # what hangs would be waited for
    sandbox.telegram.faults.off()
    await process.stop()
    assert "Traceback" not in process.log
    assert sandbox.webhook.rstrip("/").rsplit("/", 1)[1] not in process.log


@pytest.fixture
def anna(sandbox: Sandbox) -> Person:
    """The admin, who has two addresses on the portal."""
    return sandbox.telegram.person(ANNA, "Anna", "en", "anna")


@pytest.fixture
async def connected(anna: Person, sandbox: Sandbox, bot: BotProcess) -> Person:
    """Anna, whose portal is connected."""
    anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Connected")
    return anna
