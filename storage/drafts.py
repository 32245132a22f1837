"""Rows of drafts, and the pointer that says what typed text in a place answers."""

from datetime import datetime
from typing import Any

from storage.database import Reading, Transaction
from storage.records.drafts import Draft, DraftState, Field, Wants, Written
from storage.records.places import Place
from storage.records.pointers import Pointer, PointsAt
from storage.times import as_text, as_time
from storage.values import as_json, from_json


def _draft(tx: Reading, row: dict[str, Any]) -> Draft | None:
    """None if what was written does not open: then there is no draft any more."""
    written = tx.open_if_whole(row["owner"], "drafts", "written", row["id"], row["written"])
    if written is None:
        return None
    return Draft(
        id=row["id"],
        owner=row["owner"],
        place=Place(row["chat"], row["thread"]),
        state=DraftState(row["state"]),
        revision=row["revision"],
        field=Field(row["field"]),
        guided=bool(row["guided"]),
        reviewed=bool(row["reviewed"]),
        whole=row["whole"],
        wants=Wants(row["wants"]),
        asked_at_revision=row["asked_at_revision"],
        connection=row["connection"],
        letter_number=row["letter_number"],
        letter=row["letter"],
        written=from_json(Written, written),
        created_at=as_time(row["created_at"]),
        updated_at=as_time(row["updated_at"]),
    )


def save(tx: Transaction, draft: Draft) -> None:
    """Writes all of the row; one that wants something wakes those who look it up."""
    tx.execute(
        """
        INSERT INTO drafts
            (id, owner, chat, thread, state, revision, field, guided, reviewed, whole, wants,
             asked_at_revision, connection, letter_number, letter, written, created_at, updated_at)
        VALUES (:id, :owner, :chat, :thread, :state, :revision, :field, :guided, :reviewed, :whole,
                :wants, :asked_at_revision, :connection, :letter_number, :letter, :written,
                :created_at, :now)
        ON CONFLICT (id) DO UPDATE SET
            state = excluded.state, revision = excluded.revision, field = excluded.field,
            guided = excluded.guided, reviewed = excluded.reviewed, whole = excluded.whole,
            wants = excluded.wants, asked_at_revision = excluded.asked_at_revision,
            connection = excluded.connection, letter_number = excluded.letter_number,
            letter = excluded.letter, written = excluded.written, updated_at = excluded.updated_at
        """,
        id=draft.id,
        owner=draft.owner,
        chat=draft.place.chat,
        thread=draft.place.thread,
        state=draft.state.value,
        revision=draft.revision,
        field=draft.field.value,
        guided=int(draft.guided),
        reviewed=int(draft.reviewed),
        whole=draft.whole,
        wants=draft.wants.value,
        asked_at_revision=draft.asked_at_revision,
        connection=draft.connection,
        letter_number=draft.letter_number,
        letter=draft.letter,
        written=tx.seal(draft.owner, "drafts", "written", draft.id, as_json(draft.written)),
        created_at=as_text(draft.created_at),
        now=as_text(tx.now),
    )
    if draft.wants is not Wants.NOTHING:
        tx.wake("lookups")


def find(tx: Reading, owner: int, draft: str) -> Draft | None:
    """One of this person's drafts."""
    row = tx.row("SELECT * FROM drafts WHERE id = :id AND owner = :owner", id=draft, owner=owner)
    return _draft(tx, row) if row else None


def wants_since(tx: Reading, owner: int, draft: str) -> datetime | None:
    """Since when it waits for the portal, if it does."""
    row = tx.row(
        "SELECT updated_at FROM drafts WHERE id = :id AND owner = :owner AND wants <> ''",
        id=draft,
        owner=owner,
    )
    return as_time(row["updated_at"]) if row else None


def newest(tx: Reading, owner: int, place: Place) -> tuple[Draft, ...]:
    """This person's drafts of the last days in this place, the newest first."""
    rows = tx.rows(
        "SELECT * FROM drafts WHERE owner = :owner AND chat = :chat AND thread = :thread "
        "ORDER BY updated_at DESC, id LIMIT 20",
        owner=owner,
        chat=place.chat,
        thread=place.thread,
    )
    return tuple(filter(None, (_draft(tx, row) for row in rows)))


def wanting(tx: Reading) -> tuple[tuple[int, str, int], ...]:
    """Owner, id and question of every draft that waits for the portal."""
    rows = tx.rows(
        "SELECT owner, id, asked_at_revision FROM drafts WHERE wants <> '' AND state = 'composing'"
    )
    return tuple((row["owner"], row["id"], row["asked_at_revision"]) for row in rows)


def of_connection(tx: Reading, owner: int, connection: str) -> tuple[Draft, ...]:
    """This person's unfinished drafts that would go through this connection."""
    rows = tx.rows(
        "SELECT * FROM drafts WHERE owner = :owner AND connection = :connection "
        "AND state = 'composing' ORDER BY id",
        owner=owner,
        connection=connection,
    )
    return tuple(filter(None, (_draft(tx, row) for row in rows)))


def point(tx: Transaction, pointer: Pointer) -> None:
    """From now on typed text in this place answers this."""
    tx.execute(
        """
        INSERT INTO pointers (person, chat, thread, kind, subject)
        VALUES (:person, :chat, :thread, :kind, :subject)
        ON CONFLICT (person, chat, thread) DO UPDATE SET
            kind = excluded.kind, subject = excluded.subject
        """,
        person=pointer.person,
        chat=pointer.place.chat,
        thread=pointer.place.thread,
        kind=pointer.kind.value,
        subject=pointer.subject,
    )


def unpoint(tx: Transaction, person: int, place: Place) -> None:
    """Nothing was asked last here; typed text finds the newest draft."""
    tx.execute(
        "DELETE FROM pointers WHERE person = :person AND chat = :chat AND thread = :thread",
        person=person,
        chat=place.chat,
        thread=place.thread,
    )


def pointer(tx: Reading, person: int, place: Place) -> Pointer | None:
    """What typed text in this place answers; nothing, if nothing was asked yet."""
    row = tx.row(
        "SELECT * FROM pointers WHERE person = :person AND chat = :chat AND thread = :thread",
        person=person,
        chat=place.chat,
        thread=place.thread,
    )
    if row is None:
        return None
    return Pointer(person, place, PointsAt(row["kind"]), row["subject"])
