"""The limiter in front of a portal that really counts."""

import asyncio
import time

from bitrix24.client import Client
from bitrix24.limiter import Limiter
from bitrix24.methods import Mail
from bitrix24.rates import PortalRates
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import read_webhook
from sandbox import Sandbox
from sandbox.portal.limits import Bucket
from tests.integration.bitrix24.test_methods import NOW

SIZE, PER_SECOND, CALLS = 20, 50, 80


async def test_the_bucket_is_used_up_without_one_refusal() -> None:
    async with Sandbox() as sandbox:
        bucket = sandbox.portal.bucket = Bucket(SIZE, PER_SECOND)
        trusted = TrustedPortals.read(sandbox.portal_host)
        webhook = read_webhook(sandbox.webhook, trusted)
        rates = PortalRates.read(f"{sandbox.portal_host}={SIZE}/{PER_SECOND}")
        sessions = Sessions(trusted)
        mail = Mail(Client(sessions, clock=lambda: NOW, user_agent="bot/1", limiter=Limiter(rates)))
        began = time.monotonic()
        try:
            await asyncio.gather(*(mail.letter(webhook, 15) for _ in range(CALLS)))
        finally:
            await sessions.close()
        seconds = time.monotonic() - began
    assert bucket.refused == 0
    assert len(bucket.calls) == CALLS
    assert seconds < 2 * (CALLS - SIZE) / PER_SECOND + 1  # a loose bound: machines differ
