"""Other answers of the same person to the letter that a draft answers."""

from storage.database import Reading
from storage.records.drafts import Draft
from storage.records.outbox import OtherAnswer, OutboxState

_DOUBTFUL = (OutboxState.VERIFYING, OutboxState.UNKNOWN, OutboxState.ABANDONED)


def of_draft(tx: Reading, draft: Draft) -> OtherAnswer:
    """The surest of what is known of them; one that left is no news, and the next may follow it."""
    found = tx.rows(
        """
        SELECT outbox.state FROM drafts JOIN outbox ON outbox.draft = drafts.id
        WHERE drafts.owner = :owner AND drafts.letter_number = :number
            AND drafts.connection = :connection AND drafts.id <> :draft
            AND outbox.state NOT IN ('sent', 'rejected', 'cancelled')
        """,
        owner=draft.owner,
        number=draft.letter_number,
        connection=draft.connection,
        draft=draft.id,
    )
    states = {OutboxState(row["state"]) for row in found}
    if states.difference(_DOUBTFUL):
        return OtherAnswer.ON_ITS_WAY
    return OtherAnswer.MAY_HAVE_LEFT if states else OtherAnswer.NONE
