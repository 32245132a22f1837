"""How long a person's call waits for its turn while calls of the lower class take all there is.

The watcher, which will make those calls, does not exist yet: loops that only call stand for it.
"""

import asyncio
import random
import time
from contextlib import suppress

from benchmarks.figures import Row
from benchmarks.portals import client, percentile, webhook_at
from benchmarks.server_side import server_side
from bitrix24.client import Client
from bitrix24.limiter import Limiter, Turn
from bitrix24.webhook import Webhook
from storage.ids import new_id

SIZE, PER_SECOND = 50, 50
WATCHERS = 100  # calls of the lower class that wait at any time
PERSONS = 150  # calls, one after another
METHOD = "mail.mailbox.senders"
FILL_SECONDS = 2.0
BAR = 1 / PER_SECOND + 0.05


async def persons_turn() -> list[Row]:
    """From asking for a turn to having it."""
    async with server_side() as server:
        webhook = await webhook_at(server)
        await server.play("bucket", size=SIZE, per_second=PER_SECOND)
        async with client(webhook, f"{SIZE}/{PER_SECOND}") as (calling, limiter):
            watching = asyncio.gather(*(_watch(calling, limiter, webhook) for _ in range(WATCHERS)))
            await asyncio.sleep(FILL_SECONDS)
            async with server.watched() as load:
                waits = [await _call(calling, limiter, webhook) for _ in range(PERSONS)]
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
    slow = percentile(waits, 95)
    return [
        Row(
            "A person's call while the lower class saturates the portal, p95",
            f"{slow * 1000:.0f} ms (p50 {percentile(waits, 50) * 1000:.0f} ms)",
            f"within {BAR * 1000:.0f} ms",
            slow <= BAR,
            load.share,
        )
    ]


async def _watch(calling: Client, limiter: Limiter, webhook: Webhook) -> None:
    while True:
        await limiter.turn(webhook, METHOD, Turn.WATCHER)
        await calling.send_bytes(webhook, METHOD, b"{}", new_id())


async def _call(calling: Client, limiter: Limiter, webhook: Webhook) -> float:
    await asyncio.sleep(random.uniform(0, 2 / PER_SECOND))  # noqa: S311  (no secret)
    began = time.perf_counter()
    await limiter.turn(webhook, METHOD)
    waited = time.perf_counter() - began
    await calling.send_bytes(webhook, METHOD, b"{}", new_id())
    return waited
