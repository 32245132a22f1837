"""A draft as it begins: through which connection, and in whose stead.

Everything here runs inside the caller's one transaction.
"""

from dataclasses import replace

from mail.asked_draft import asked_last
from mail.errors import NotConnected
from storage import connections, people
from storage.database import Reading, Transaction
from storage.records.connections import AttemptState
from storage.records.drafts import Draft, DraftState, Field, Wants, Written
from storage.records.places import Place


def active_connection(tx: Reading, person: int) -> str:
    """The id of the one that letters go through; NotConnected if there is none."""
    active = people.get(tx, person).active_connection
    if active is None or connections.find(tx, person, active) is None:
        attempts = connections.open_attempts(tx, person)
        raise NotConnected(any(one.state is AttemptState.CHECKING for one in attempts))
    return active


def new_draft(
    tx: Transaction, draft_id: str, person: int, place: Place, connection: str, *, guided: bool
) -> Draft:
    """Nothing is known of it yet; not stored."""
    return Draft(
        id=draft_id,
        owner=person,
        place=place,
        state=DraftState.COMPOSING,
        revision=1,
        field=Field.LETTER,
        guided=guided,
        reviewed=False,
        whole=0,
        wants=Wants.NOTHING,
        asked_at_revision=0,
        connection=connection,
        letter_number=None,
        letter=None,
        written=Written(),
        created_at=tx.now,
        updated_at=tx.now,
    )


def to_begin_with(tx: Reading, draft: Draft) -> Draft:
    """What was asked last here, if nothing was ever said to it: no second one stands beside it."""
    empty = asked_last(tx, draft.owner, draft.place)
    if empty is None or empty.state is not DraftState.COMPOSING or not _is_empty(empty):
        return draft
    return replace(draft, id=empty.id, revision=empty.revision, created_at=empty.created_at)


def _is_empty(draft: Draft) -> bool:
    """Asks for its letter, or did not find it, and holds nothing that was typed."""
    if draft.field is not Field.LETTER or draft.wants is Wants.LETTER or draft.letter is not None:
        return False
    return replace(draft.written, choices=(), failure=None) == Written()
