"""How long a press waits for its answer while the portal hangs: of Send, and of other buttons."""

import tempfile
from pathlib import Path

from benchmarks.figures import Row
from benchmarks.portals import percentile
from benchmarks.programs import program
from benchmarks.quick_replies import FIRST, seed
from benchmarks.server_side import server_side

PEOPLE = 200
PER_SECOND = 20
BAR = 1.0


async def presses() -> list[Row]:
    """Everybody presses Send, one after another; then everybody presses Edit on a new review."""
    async with server_side() as server:
        with tempfile.TemporaryDirectory() as path:
            folder = Path(path)
            await server.play("crowd", first=FIRST, count=PEOPLE)
            settings = await seed(server, folder, PEOPLE)
            async with program("bot", server, folder, **settings):
                who = {"first": FIRST, "count": PEOPLE}
                await server.play("answers", **who, each=1)
                await server.play("hang")
                async with server.watched() as load:
                    waits = await server.play("presses", **who, label="Send", per_second=PER_SECOND)
                    await server.play("answers", **who, each=1)
                    waits += await server.play(
                        "presses", **who, label="Edit", per_second=PER_SECOND
                    )
                await server.play("end_faults")
    slow = percentile(waits, 95)
    return [
        Row(
            f"A press answered while the portal hangs, p95 of {len(waits)}",
            f"{slow * 1000:.0f} ms (p99 {percentile(waits, 99) * 1000:.0f} ms)",
            f"within {BAR:.0f} s",
            slow <= BAR,
            load.share,
        )
    ]
