"""What one answer tells about a portal besides its result; `mail` stores it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal


@dataclass(frozen=True)
class Learned:
    """`idempotency` is said by a successful write only: the portal echoed our key, or did not.

    `operating` is what the method used up, in seconds; `utc_offset` is the portal's own.
    """

    idempotency: Literal["proven", "absent"] | None = None
    replayed: bool = False
    operating: float | None = None
    operating_reset_at: datetime | None = None
    utc_offset: timedelta | None = None


NOTHING = Learned()
