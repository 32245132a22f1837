"""Somebody takes the right to write from the database of a running bot: it goes on with the files
that it holds open, and the next start says what is wrong and leaves everything as it is."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REVIEW, TEXT, press, review, settled
from tests.flows.conftest import ANNA
from tests.integration.storage.open_as_nobody import NOBODY
from tests.support.bot_process import BotProcess, ForkServer

DOES_NOT_FIT = 78


@pytest.fixture
def folder() -> Iterator[Path]:
    """Outside of pytest's own folder, which nobody else may enter."""
    made = Path(tempfile.mkdtemp(prefix="read-only-"))
    if os.geteuid() == 0:
        os.chown(made, NOBODY, NOBODY)
    yield made
    (made / "data").chmod(0o700)
    shutil.rmtree(made)


@pytest.fixture
async def bot(fork_server: ForkServer, sandbox: Sandbox, folder: Path) -> AsyncIterator[BotProcess]:
    """Runs without root's rights."""
    settings = {
        "BOT_TOKEN": sandbox.telegram.token,
        "TELEGRAM_API_URL": sandbox.telegram_url,
        "TRUSTED_PORTALS": sandbox.portal_host,
        "ADMINS": str(ANNA),
        "UNDO_SECONDS": "0",
    }
    process = BotProcess(fork_server, folder, settings, user=NOBODY)
    await process.start()
    yield process
    await process.stop()
    assert "Traceback" not in process.log


@pytest.mark.parametrize("closed", ["data/bot.db", "data"])
async def test_row_56_a_database_that_turns_read_only_is_78_at_the_next_start_and_kept(
    connected: Person, sandbox: Sandbox, bot: BotProcess, closed: str
) -> None:
    anna, chat = connected, connected.chat
    path = bot.folder / closed
    mode = path.stat().st_mode & 0o777
    path.chmod(mode & 0o555)
    card = await review(anna)
    await settled(anna)
    await bot.stop()
    before = (bot.folder / "data" / "bot.db").read_bytes()

    await bot.start()
    assert await bot.ended(within=10) == DOES_NOT_FIT
    assert "rights" in bot.log.splitlines()[-1]
    assert (bot.folder / "data" / "bot.db").read_bytes() == before

    anna.say("And one more thing.")
    path.chmod(mode)
    await bot.start()
    card = await chat.wait_for(lambda each: REVIEW in each.text and "one more" in each.text)
    await press(anna, card, "Send", f"Sent to {JANE}")
    (letter,) = sandbox.portal.sent
    assert TEXT in letter.body
