"""Other answers of the same person to the letter that a draft answers."""

from storage.database import Reading
from storage.records.drafts import Draft
from storage.records.outbox import OtherAnswer, OutboxState

_STAND = {
    OutboxState.VERIFYING: OtherAnswer.MAY_HAVE_LEFT,
    OutboxState.UNKNOWN: OtherAnswer.MAY_HAVE_LEFT,
    OutboxState.ABANDONED: OtherAnswer.MAY_HAVE_LEFT,
    OutboxState.BLOCKED: OtherAnswer.WAITS_FOR_PERSON,
    OutboxState.EXPIRED: OtherAnswer.WAITS_FOR_PERSON,
}


def of_draft(tx: Reading, draft: Draft) -> tuple[OtherAnswer, ...]:
    """How they stand, gravest first; one that left is no news, and the next may follow it."""
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
    stand = {_STAND.get(OutboxState(row["state"]), OtherAnswer.ON_ITS_WAY) for row in found}
    return tuple(one for one in OtherAnswer if one in stand)
