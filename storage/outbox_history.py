"""Each step of a letter on its way leaves a line: of what it was, what it became, and why."""

from storage.database import Transaction
from storage.records.outbox import OutboxState, Why
from storage.times import as_text


def note(
    tx: Transaction, row_id: str, was: OutboxState | str, state: OutboxState, why: Why
) -> None:
    """In the transaction of the step itself."""
    tx.count()
    tx.execute(
        "INSERT INTO outbox_history (outbox, at, was, state, why) "
        "VALUES (:id, :now, :was, :state, :why)",
        id=row_id,
        now=as_text(tx.now),
        was=str(was),
        state=state.value,
        why=why.value,
    )
