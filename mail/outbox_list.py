"""/outbox: a person's letters on their way, and those that lately ended."""

import zlib

from mail.causes import admit
from mail.draft_changes import check_card, relabel
from mail.errors import Stale
from storage import notices
from storage.database import Database, Transaction
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.places import Place


class OutboxList:
    """The list itself holds nothing: it is read from the rows each time it is shown."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def show(self, cause: str, person: int, place: Place) -> None:
        """As a new message, with buttons for what can be done."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            notices.owe(tx, person, NoticeKind.OUTBOX_LIST, place, "", Manner.NEW)

        await self._database.write(change)

    async def show_here(
        self, cause: str, person: int, place: Place, message: int, row_id: str, revision: int
    ) -> None:
        """In the place of its question about this letter of this revision."""

        def change(tx: Transaction) -> None:
            admit(tx, cause, person)
            card = check_card(tx, person, place, message, CardKind.OUTBOX_LIST, "")
            if card is None or card.revision != question_about(row_id, revision):
                raise Stale
            relabel(tx, person, place, message, CardKind.OUTBOX_LIST, "", 0)
            notices.owe(tx, person, NoticeKind.OUTBOX_LIST, place, "", Manner.EDIT)

        await self._database.write(change)


def question_about(row_id: str, revision: int) -> int:
    """What the list's card has for a revision while it asks about this letter as it stands."""
    return zlib.crc32(f"{row_id} {revision}".encode())
