"""What a portal refused or how it failed, as stored with a row: codes and values, no sentences."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RefusedField:
    """`field` is our parameter name (`from`, `to`, …) or empty; `text` is the portal's own."""

    field: str
    token: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """`code` is one of ours and has its own sentence; `portal_code` is verbatim."""

    code: str
    status: int | None = None
    portal_code: str = ""
    portal_text: str = ""
    fields: tuple[RefusedField, ...] = ()
    retry_at: datetime | None = None
