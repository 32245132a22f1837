"""An invite: a link that lets one person in."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Invite:
    """`token_sha256` is all that is kept of the token; `used_by` is the person who came by it."""

    token_sha256: bytes
    admin: int
    created_at: datetime
    expires_at: datetime
    used_by: int | None = None
