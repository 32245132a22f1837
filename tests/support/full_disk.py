"""A disk without room for a running bot: the kernel refuses to let its files grow."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.bot_process import BotProcess


@contextmanager
def full_disk(bot: BotProcess, room: int = 0) -> Iterator[None]:
    """For the block, the database's journal may grow by `room` bytes and no more."""
    journal = bot.folder / "data" / "bot.db-wal"
    most = journal.stat().st_size + room
    assert bot.log_file.stat().st_size + 20_000 < most, "the log needs room of its own"
    _limit(bot, most)
    try:
        yield
    finally:
        if bot.runs:
            _limit(bot, resource.RLIM_INFINITY)


def _limit(bot: BotProcess, size: int) -> None:
    _, hard = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (size, hard))
