"""The product's own client, in our process, against the portal of the other side."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from statistics import quantiles

from benchmarks.seeding import now
from benchmarks.server_side import ServerSide
from bitrix24.client import Client
from bitrix24.limiter import Limiter
from bitrix24.rates import PortalRates
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook, read_webhook


async def webhook_at(server: ServerSide) -> Webhook:
    """Anna's, who works at the portal of the other side."""
    address = await server.play("webhook")
    return read_webhook(address, TrustedPortals.read(address.split("/")[2]))


@asynccontextmanager
async def client(webhook: Webhook, rate: str) -> AsyncIterator[tuple[Client, Limiter]]:
    """A client that keeps to this rate at the webhook's portal, and its limiter."""
    sessions = Sessions(TrustedPortals.read(webhook.label))
    limiter = Limiter(PortalRates.read(f"{webhook.label}={rate}"), clock=time.monotonic)
    try:
        yield Client(sessions, clock=now, user_agent="benchmark", limiter=limiter), limiter
    finally:
        await sessions.close()


def percentile(values: Sequence[float], percent: int) -> float:
    """At least two values; such that `percent` of them are below."""
    return quantiles(values, n=100, method="inclusive")[percent - 1]
