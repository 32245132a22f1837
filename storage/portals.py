"""Rows of what portals taught us: whether a method honours idempotency keys."""

from typing import Literal

from storage.database import Reading, Transaction
from storage.times import as_text


def learn_idempotency(
    tx: Transaction, host: str, method: str, idempotency: Literal["proven", "absent"]
) -> None:
    """The newest answer counts: a portal that no longer echoes keys no longer keeps them."""
    tx.execute(
        """
        INSERT INTO portals (host, method, idempotency, learned_at)
        VALUES (:host, :method, :idempotency, :now)
        ON CONFLICT (host, method) DO UPDATE SET
            idempotency = excluded.idempotency, learned_at = excluded.learned_at
        WHERE portals.idempotency <> excluded.idempotency
        """,
        host=host,
        method=method,
        idempotency=idempotency,
        now=as_text(tx.now),
    )


def keeps_keys(tx: Reading, host: str, method: str) -> bool:
    """Has this portal shown that a call repeated under its key does not run twice?"""
    row = tx.row(
        "SELECT idempotency FROM portals WHERE host = :host AND method = :method",
        host=host,
        method=method,
    )
    return row is not None and row["idempotency"] == "proven"
