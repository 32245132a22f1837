"""A reply may be quicker than Telegram's answer that says which card the message is."""

from collections.abc import Awaitable, Callable

from storage import cards, notices
from storage.database import Database, Reading
from storage.records.places import Place

CARD_SECONDS = 5.0  # how long a reply waits for the card that it answers
CARD_PAUSE = 0.1


class CardIsComing(Exception):
    """The card that is replied to is on its way, and not known yet."""


def card_is_coming(tx: Reading, person: int, place: Place, reply_to: int | None) -> bool:
    """May the message that is replied to be one that is on the wire?"""
    if reply_to is None or cards.at(tx, person, place.chat, reply_to) is not None:
        return False
    return notices.is_on_wire(tx, place.chat)


async def await_card(
    database: Database,
    sleep: Callable[[float], Awaitable[None]],
    person: int,
    place: Place,
    reply_to: int | None,
) -> None:
    """Returns when it came, or after a while."""
    for _ in range(round(CARD_SECONDS / CARD_PAUSE)):
        await sleep(CARD_PAUSE)
        if not await database.read(lambda tx: card_is_coming(tx, person, place, reply_to)):
            return
