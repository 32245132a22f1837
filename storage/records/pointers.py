"""The conversation pointer: what typed text in a place answers."""

from dataclasses import dataclass
from enum import StrEnum

from storage.records.places import Place


class PointsAt(StrEnum):
    """What may be asked."""

    DRAFT = "draft"
    ATTEMPT = "attempt"
    CONNECTION = "connection"  # its name


@dataclass(frozen=True, slots=True)
class Pointer:
    """`subject` is the id of the draft, of the attempt or of the connection."""

    person: int
    place: Place
    kind: PointsAt
    subject: str
