"""What is forgotten by itself: texts after 30 days, the traces of updates after two."""

from datetime import timedelta

from storage import updates
from storage.database import Transaction
from storage.times import as_text

TEXTS_KEPT = timedelta(days=30)
TRACES_KEPT = timedelta(hours=48)

_TEXTS = (
    (
        "DELETE FROM letters WHERE read_at < :before AND NOT EXISTS ("
        "  SELECT 1 FROM drafts WHERE drafts.letter = letters.id AND drafts.updated_at >= :before)"
    ),
    (
        "DELETE FROM outbox WHERE updated_at < :before"
        "  AND state IN ('sent', 'rejected', 'cancelled', 'abandoned')"
    ),
    (
        "DELETE FROM drafts WHERE updated_at < :before AND state <> 'composing' AND NOT EXISTS ("
        "  SELECT 1 FROM outbox WHERE outbox.draft = drafts.id)"
    ),
    "DELETE FROM connect_attempts WHERE created_at < :before",
    "DELETE FROM invites WHERE expires_at < :before",
    "DELETE FROM cards WHERE shown_at < :before",
    "DELETE FROM absences WHERE until < :before",
)
_TRACES = (
    "DELETE FROM causes WHERE at < :before",
    "DELETE FROM notices WHERE created_at < :before AND state IN ('done', 'dropped')",
)


def forget_old(tx: Transaction) -> None:
    """Deletes what nobody needs any more; what waits, or is not known, stays."""
    for statement in _TEXTS:
        tx.execute(statement, before=as_text(tx.now - TEXTS_KEPT))
    for statement in _TRACES:
        tx.execute(statement, before=as_text(tx.now - TRACES_KEPT))
    updates.forget_old(tx, tx.now - TRACES_KEPT)
