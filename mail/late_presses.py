"""Presses by which a letter leaves, on a card that is old or after a backlog: made once more."""

from datetime import datetime, timedelta

from storage.database import Reading
from storage.records.notices import Card

LATE_PRESS = timedelta(seconds=120)  # a press that is handled later than this is made again
OLD_CARD = timedelta(minutes=10)  # after that an irrevocable press is made again


def is_old(tx: Reading, card: Card | None) -> bool:
    """Nobody remembers what it showed."""
    return card is not None and tx.now - card.shown_at > OLD_CARD


def came_late(tx: Reading, pressed_at: datetime | None) -> bool:
    """After a backlog the person may long have thought better of it."""
    return pressed_at is not None and tx.now - pressed_at > LATE_PRESS
