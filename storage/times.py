"""Times in rows: always 27 characters of UTC, so that their text order is their order in time."""

from datetime import UTC, datetime

LENGTH = 27  # 2026-01-31T23:59:59.000000Z


def as_text(time: datetime) -> str:
    """Refuses a naive datetime, whose zone nobody knows."""
    if time.tzinfo is None:
        raise ValueError("a stored time needs a zone")
    return time.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def as_time(text: str) -> datetime:
    """Takes only what `as_text` makes; the answer is aware, in UTC."""
    if len(text) != LENGTH or not text.endswith("Z"):
        raise ValueError("not a stored time")
    return datetime.fromisoformat(text)
