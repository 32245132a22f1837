"""The `Idempotency-Key` header, as the REST 3.0 overview describes it, and the ledger of runs."""

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sandbox.portal.ledgers import Flight, Run, Stored
from sandbox.portal.people import Webhook
from sandbox.portal.portal import Portal
from sandbox.portal.refusals import nested

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)

_KEY = re.compile(r"[!-~]{1,255}")


@dataclass(frozen=True)
class Writing:
    """One call of a method that changes something."""

    portal: Portal
    webhook: Webhook
    method: str
    key: str | None
    raw: bytes
    flight: Flight | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """What a key is good for: one webhook of one person, and one method."""
        return f"{self.webhook.employee.id}/{self.webhook.code}", self.method, self.key or ""


async def once(writing: Writing, run: Callable[[], object]) -> tuple[object, dict[str, str]]:
    """The result and the headers to answer with: run, or taken from the first success.

    Two calls with one key that come at the same time both run.
    """
    portal, key = writing.portal, writing.key
    if key is None or not portal.minds_keys(writing.method):
        return await _run(writing, run), {}
    if not _KEY.fullmatch(key):
        raise nested(400, "INVALIDIDEMPOTENCYKEYEXCEPTION", portal.language)
    body_hash = hashlib.sha256(writing.raw).digest()
    stored = portal.remembered.get(writing.place)
    if stored is None or portal.clock() - stored.at >= KEPT:
        result = await _run(writing, run)
        portal.remembered[writing.place] = Stored(body_hash, result, portal.clock())
        return result, {HEADER: key}
    if stored.body_hash != body_hash:
        raise nested(422, "IDEMPOTENCYKEYREUSEDEXCEPTION", portal.language)
    return stored.result, {HEADER: key, REPLAYED: "true"}


async def _run(writing: Writing, run: Callable[[], object]) -> object:
    """Runs and writes it down; a call that is refused or cut off did not run."""
    portal = writing.portal
    entry = Run(writing.method, writing.webhook.code, writing.key, writing.raw, portal.clock())
    entry.flight = writing.flight
    portal.runs.append(entry)
    portal.changes.note()
    try:
        if portal.write_seconds:
            await asyncio.sleep(portal.write_seconds)
        letters = len(portal.sent)
        result = run()
    except BaseException:
        portal.runs.remove(entry)
        raise
    entry.end = portal.clock()
    entry.sent = portal.sent[-1] if len(portal.sent) > letters else None
    return result
