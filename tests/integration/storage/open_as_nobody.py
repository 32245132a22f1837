"""Opens a database as a user without rights and prints what came of it; root may do anything, so
that the tests' own process cannot show it. Everything is imported before the rights are dropped."""

import asyncio
import os
import sys
from pathlib import Path

from storage.errors import DatabaseRefused
from storage.inspection import inspect
from storage.migrations import migrations
from tests.integration.storage.places import KEYS, open_database

NOBODY = 65534


async def outcome(path: Path) -> str:
    try:
        await (await open_database(path)).close()
    except DatabaseRefused as error:
        return error.reason
    return "opened"


def drop_rights() -> None:
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


if __name__ == "__main__":
    path = Path(sys.argv[1])
    drop_rights()
    found = inspect(path, KEYS, migrations, lambda reading: None).finding
    sys.stdout.write(f"{found} {asyncio.run(outcome(path))}\n")
