"""What typed text is meant as: an address to connect, a name, or words for a letter."""

from enum import Enum, auto

from bitrix24.webhook import holds_webhook
from mail.accounts import named_at
from mail.connections import asked_attempt
from storage import cards, drafts
from storage.database import Database, Reading
from storage.records.drafts import DraftState
from storage.records.notices import Card, CardKind
from storage.records.places import Place
from storage.records.pointers import PointsAt

_TAKE_WORDS = (CardKind.DRAFT, CardKind.LETTER, CardKind.OUTBOX)


class Meaning(Enum):
    ADDRESS = auto()
    NAME = auto()  # of a connection
    WORDS = auto()


class Meanings:
    """Asked before anything that was typed is handled, with one look."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, person: int, place: Place, text: str, reply_to: int | None) -> Meaning:
        """Whatever is typed while an address is asked for is one, but for commands; a webhook alone
        always; one with words around it, unless a draft waits for text.
        """
        if holds_webhook(text) and len(text.split()) == 1 and not text.startswith("/"):
            return Meaning.ADDRESS

        def look(tx: Reading) -> Meaning:
            card = cards.at(tx, person, place.chat, reply_to) if reply_to else None
            if not text.startswith("/") and _is_address(tx, person, place, text, card):
                return Meaning.ADDRESS
            return Meaning.NAME if _is_name(tx, person, place, card) else Meaning.WORDS

        return await self._database.read(look)


def _is_address(tx: Reading, person: int, place: Place, text: str, card: Card | None) -> bool:
    if _answers_draft(tx, person, place, card):
        return False
    return holds_webhook(text) or asked_attempt(tx, person, place) is not None


def _answers_draft(tx: Reading, person: int, place: Place, card: Card | None) -> bool:
    """Does a draft, or a letter's card, wait for text, in reply or because it was asked last?"""
    if card is not None and card.kind in _TAKE_WORDS:
        return True
    pointer = drafts.pointer(tx, person, place)
    if pointer is None or pointer.kind is not PointsAt.DRAFT:
        return False
    draft = drafts.find(tx, person, pointer.subject)
    return draft is not None and draft.state is DraftState.COMPOSING


def _is_name(tx: Reading, person: int, place: Place, card: Card | None) -> bool:
    """A connection is to be named; a reply to any other card is not about that."""
    if card is not None and card.kind is not CardKind.ACCOUNTS:
        return False
    return named_at(tx, person, place) is not None
