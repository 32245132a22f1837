"""How much of a portal's bucket is used by calls that all want to go at once."""

import asyncio
import time

from benchmarks.figures import Row
from benchmarks.portals import client, webhook_at
from benchmarks.server_side import server_side

CALLS = 400
SIZE, PER_SECOND = 50, 50
METHOD = "mail.mailbox.senders"
BAR = 0.95


async def bucket_use() -> list[Row]:
    """What the bucket allows until the last call was answered, against what was called."""
    async with server_side() as server:
        webhook = await webhook_at(server)
        await server.play("bucket", size=SIZE, per_second=PER_SECOND)
        async with (
            client(webhook, f"{SIZE}/{PER_SECOND}") as (calling, _),
            server.watched() as load,
        ):
            began = time.perf_counter()
            await asyncio.gather(*(calling.call(webhook, METHOD, {}) for _ in range(CALLS)))
            seconds = time.perf_counter() - began
        refused = await server.play("refused")
    use = CALLS / (SIZE + seconds * PER_SECOND)
    return [
        Row(
            f"Use of the bucket, {CALLS} calls at {SIZE}/{PER_SECOND}",
            f"{use:.1%} in {seconds:.2f} s, {refused} × 503",
            f"at least {BAR:.0%}, no 503",
            use >= BAR and not refused,
            load.share,
        )
    ]
