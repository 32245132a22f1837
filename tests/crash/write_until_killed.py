"""Commits pairs of rows, some at once, and prints each number once its commit is acknowledged."""

import asyncio
import sys
from functools import partial
from pathlib import Path

from storage.database import Database, Transaction
from tests.integration.storage.places import open_database


def pair(number: int, tx: Transaction) -> None:
    tx.once(f"cause:{number}")
    tx.execute("INSERT INTO facts VALUES (:name, '')", name=f"fact:{number}")


AT_ONCE = 8


async def write(database: Database, number: int) -> None:
    while True:
        await database.write(partial(pair, number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += AT_ONCE


async def main(path: Path, start: int) -> None:
    database = await open_database(path)
    await asyncio.gather(*(write(database, start + lane) for lane in range(AT_ONCE)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
