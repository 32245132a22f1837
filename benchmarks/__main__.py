"""`python -m benchmarks [NAME…]`: measures all figures, or those named, and prints their table."""

import argparse
import asyncio
import os
import platform
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bucket import bucket_use
from benchmarks.figures import Figure, Row, table
from benchmarks.presses import presses
from benchmarks.quick_replies import quick_replies
from benchmarks.rest_calls import rest_calls
from benchmarks.sending import held_rows, outbox_speed
from benchmarks.start import start
from benchmarks.turns import persons_turn

FIGURES: dict[str, Figure] = {
    "rest_calls": rest_calls,
    "bucket": bucket_use,
    "turns": persons_turn,
    "quick_replies": quick_replies,
    "presses": presses,
    "start": start,
    "outbox": outbox_speed,
    "held_rows": held_rows,
}


async def measure(names: list[str]) -> list[Row]:
    """One figure after another: none disturbs the next."""
    rows: list[Row] = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)  # noqa: T201  (what a person waits for)
        rows += await FIGURES[name]()
    return rows


def machine() -> str:
    """What it was measured on, and how busy that was before."""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} CPUs ({_cpu()}), {platform.system()}, "
        f"Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}; load before: {os.getloadavg()[0]:.1f}"
    )


def _cpu() -> str:
    """The model, as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())


def main() -> None:
    """Prints the table once all is measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(FIGURES)}")
    names = parser.parse_args().names or list(FIGURES)
    if unknown := set(names) - set(FIGURES):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    where = machine()
    rows = asyncio.run(measure(names))
    print(f"{where}\n\n{table(rows)}")  # noqa: T201  (the result)


if __name__ == "__main__":
    main()
