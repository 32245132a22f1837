"""The `Idempotency-Key` header, as the REST 3.0 overview describes it."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from sandbox.portal.people import Webhook
from sandbox.portal.portal import Portal, Stored
from sandbox.portal.refusals import nested

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)
WRITES = {"mail.message.reply"}

_KEY = re.compile(r"[!-~]{1,255}")


def once(
    portal: Portal,
    webhook: Webhook,
    method: str,
    key: str | None,
    raw: bytes,
    run: Callable[[], object],
) -> tuple[object, dict[str, str]]:
    """The result and the headers to answer with: run, or taken from the first success."""
    if key is None or method not in WRITES or portal.idempotency == "ignored":
        return run(), {}
    if not _KEY.fullmatch(key):
        raise nested(400, "INVALIDIDEMPOTENCYKEYEXCEPTION", portal.language)
    place = (f"{webhook.employee.id}/{webhook.code}", method, key)
    body_hash = hashlib.sha256(raw).digest()
    stored = portal.remembered.get(place)
    if stored is None or portal.clock() - stored.at >= KEPT:
        result = run()
        portal.remembered[place] = Stored(body_hash, result, portal.clock())
        return result, {HEADER: key}
    if stored.body_hash != body_hash:
        raise nested(422, "IDEMPOTENCYKEYREUSEDEXCEPTION", portal.language)
    return stored.result, {HEADER: key, REPLAYED: "true"}
