"""Commits one pair of rows after another and prints each number once its commit is acknowledged."""

import asyncio
import sys
from functools import partial
from itertools import count
from pathlib import Path

from storage.database import Transaction
from tests.integration.storage.places import open_database


def pair(number: int, tx: Transaction) -> None:
    tx.once(f"cause:{number}")
    tx.execute("INSERT INTO facts VALUES (:name, '')", name=f"fact:{number}")


async def main(path: Path, start: int) -> None:
    database = await open_database(path)
    for number in count(start):
        await database.write(partial(pair, number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
