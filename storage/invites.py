"""Rows of invites. Of a token its SHA-256 alone is stored: the file lets nobody in."""

from typing import Any

from storage.database import Reading, Transaction
from storage.records.invites import Invite
from storage.times import as_text, as_time


def _invite(row: dict[str, Any]) -> Invite:
    return Invite(
        token_sha256=row["token_sha256"],
        admin=row["admin"],
        created_at=as_time(row["created_at"]),
        expires_at=as_time(row["expires_at"]),
        used_by=row["used_by"],
    )


def add(tx: Transaction, invite: Invite) -> None:
    """A new one, which nobody has used."""
    tx.execute(
        """
        INSERT INTO invites (token_sha256, admin, created_at, expires_at)
        VALUES (:token, :admin, :created_at, :expires_at)
        """,
        token=invite.token_sha256,
        admin=invite.admin,
        created_at=as_text(invite.created_at),
        expires_at=as_text(invite.expires_at),
    )


def find(tx: Reading, token_sha256: bytes) -> Invite | None:
    """The invite of this token, used or not."""
    row = tx.row("SELECT * FROM invites WHERE token_sha256 = :token", token=token_sha256)
    return _invite(row) if row else None


def use(tx: Transaction, invite: Invite, person: int) -> bool:
    """Its one use, within its time; False: somebody was quicker, or it is over."""
    return bool(
        tx.execute(
            "UPDATE invites SET used_by = :person, used_at = :now "
            "WHERE token_sha256 = :token AND used_by IS NULL AND expires_at > :now",
            token=invite.token_sha256,
            person=person,
            now=as_text(tx.now),
        )
    )


def host_of(tx: Reading, person: int) -> int | None:
    """The admin by whose link this person came in last."""
    row = tx.row(
        "SELECT admin FROM invites WHERE used_by = :person ORDER BY used_at DESC LIMIT 1",
        person=person,
    )
    return row["admin"] if row else None


def forget_guest(tx: Transaction, person: int) -> None:
    """This person asks at the door now: how they came in before matters no more."""
    tx.execute("DELETE FROM invites WHERE used_by = :person", person=person)
