"""Rows of what portals taught us: whether a method honours idempotency keys."""

from typing import Literal

from storage.database import Transaction
from storage.times import as_text


def learn_idempotency(
    tx: Transaction, host: str, method: str, idempotency: Literal["proven", "absent"]
) -> None:
    """Once proven stays proven: a portal that echoed the key once keeps such keys."""
    tx.execute(
        """
        INSERT INTO portals (host, method, idempotency, learned_at)
        VALUES (:host, :method, :idempotency, :now)
        ON CONFLICT (host, method) DO UPDATE SET
            idempotency = excluded.idempotency, learned_at = excluded.learned_at
        WHERE portals.idempotency <> 'proven'
        """,
        host=host,
        method=method,
        idempotency=idempotency,
        now=as_text(tx.now),
    )
