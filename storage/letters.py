"""Rows of letters: what was read from the portal, the text sealed."""

from typing import Any

from storage.database import Reading, Transaction
from storage.records.letters import Letter, LetterText
from storage.times import as_text, as_time
from storage.values import as_json, from_json


def _letter(tx: Reading, row: dict[str, Any]) -> Letter | None:
    """None if its text does not open: it is only a copy of what the portal has."""
    text = tx.open_if_whole(row["owner"], "letters", "text", row["id"], row["text"])
    if text is None:
        return None
    return Letter(
        id=row["id"],
        owner=row["owner"],
        connection=row["connection"],
        number=row["number"],
        text=from_json(LetterText, text),
        read_at=as_time(row["read_at"]),
    )


def save(tx: Transaction, letter: Letter) -> Letter:
    """Writes the letter; one that was read before keeps its id. Returns it as stored."""
    known = tx.row(
        "SELECT id FROM letters WHERE owner = :owner AND connection = :connection "
        "AND number = :number",
        owner=letter.owner,
        connection=letter.connection,
        number=letter.number,
    )
    row_id = known["id"] if known else letter.id
    tx.execute(
        """
        INSERT INTO letters (id, owner, connection, number, text, read_at)
        VALUES (:id, :owner, :connection, :number, :text, :read_at)
        ON CONFLICT (id) DO UPDATE SET text = excluded.text, read_at = excluded.read_at
        """,
        id=row_id,
        owner=letter.owner,
        connection=letter.connection,
        number=letter.number,
        text=tx.seal(letter.owner, "letters", "text", row_id, as_json(letter.text)),
        read_at=as_text(letter.read_at),
    )
    return Letter(
        id=row_id,
        owner=letter.owner,
        connection=letter.connection,
        number=letter.number,
        text=letter.text,
        read_at=letter.read_at,
    )


def find(tx: Reading, owner: int, letter: str) -> Letter | None:
    """One of this person's letters."""
    row = tx.row("SELECT * FROM letters WHERE id = :id AND owner = :owner", id=letter, owner=owner)
    return _letter(tx, row) if row else None
