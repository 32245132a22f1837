"""What a person does about a letter that nobody knows about: sends it again, and may regret it."""

from enum import StrEnum
from typing import cast

from mail.decisions import Decision
from mail.outbox import Outbox
from storage import cards
from storage.database import Database
from storage.records.notices import CardKind
from storage.records.outbox import NOT_LEFT, OutboxRow, OutboxState
from tests.crash.rows import Rows
from tests.integration.mail.room import ANNA, HOME, UNDO


class Again(StrEnum):
    """`LATE_COPY`: what left before shows only now, `LATER_COPY`: once the second is gone."""

    NEVER = "left to itself"
    SENT = "sent again"
    LATE_COPY = "sent again, and the first copy shows then"
    LATER_COPY = "sent again, and the first copy shows after that"
    UNDONE = "sent again, and taken back at once"
    CANCELLED = "sent again, and taken back while it waits"


class Decider:
    """Presses the buttons of the newest card."""

    def __init__(self, rows: Rows, again: Again) -> None:
        self._rows = rows
        self._again = again
        self._outbox = Outbox(cast("Database", rows), self._new_id, UNDO)
        self._ids = 0
        self.sent_again = False

    def _new_id(self) -> str:
        self._ids += 1
        return f"again{self._ids:011d}"

    def wants(self, row: OutboxRow) -> Decision | None:
        """The button that is pressed now, if any."""
        if self._again is Again.NEVER:
            return None
        if not self.sent_again:
            return Decision.SEND_AGAIN if row.state is OutboxState.UNKNOWN else None
        if self._again is Again.UNDONE and row.state is OutboxState.HELD:
            return Decision.UNDO
        waits = row.state in NOT_LEFT and row.state is not OutboxState.HELD and row.attempts
        return Decision.CANCEL if self._again is Again.CANCELLED and waits else None

    async def press(self, row: OutboxRow, decision: Decision) -> bool:
        """Did it count? An old card asks once more."""
        card = self._rows.read_now(lambda tx: cards.live(tx, CardKind.OUTBOX, HOME, row.id))
        assert card is not None, "the card is on the screen"
        cause = f"bot:{self._new_id()}"
        counted = await self._outbox.decide(
            cause, ANNA, HOME, card.message, row.id, row.revision, decision
        )
        self.sent_again = self.sent_again or (counted and decision is Decision.SEND_AGAIN)
        return counted
