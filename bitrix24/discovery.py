"""Which methods a portal has for a webhook (`rest.documentation.openapi`), asked once a day."""

import time
from collections.abc import Callable

from bitrix24.client import MIB, Client
from bitrix24.errors import FailureCode, Refused
from bitrix24.webhook import Webhook

DOCUMENT_SIZE = 4 * MIB  # 100 KB and more are usual
KEPT = 24 * 3600.0
MOST_KEPT = 1000  # webhooks
NAMES = ("rest.documentation.openapi", "documentation")


class Discovery:
    """`clock` is monotonic, in seconds. Nothing is stored beyond the process."""

    def __init__(self, client: Client, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[Webhook, tuple[float, frozenset[str] | None]] = {}

    async def methods(self, webhook: Webhook) -> frozenset[str] | None:
        """Names in lower case; None where the portal does not tell. Raises PortalError."""
        until, methods = self._known.get(webhook, (self._clock(), None))
        if self._clock() < until:
            return methods
        methods = await self._ask(webhook)
        self._known.pop(webhook, None)
        self._known[webhook] = self._clock() + KEPT, methods
        if len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]
        return methods

    async def _ask(self, webhook: Webhook) -> frozenset[str] | None:
        for name in NAMES:
            try:
                answer = await self._client.call(
                    webhook, name, {}, is_bare=True, size=DOCUMENT_SIZE
                )
            except Refused as error:
                if error.failure.code is not FailureCode.METHOD_MISSING:
                    raise
                continue
            document = answer.result
            paths = document.get("paths") if isinstance(document, dict) else None
            if isinstance(paths, dict):
                return frozenset(path.strip("/").lower() for path in paths)
        return None
