"""A database that is a copy: its original may have sent since whatever here is still on its way.

Nobody can know that, so people are asked, by their list. What was owed to them may have been told
by the original, too, and is dropped; cards are shown anew when somebody asks.
"""

from mail.outbox_changes import show_state
from mail.waits import Waits
from storage import notices, outbox, outbox_lists
from storage.database import Transaction
from storage.records.notices import Manner, NoticeKind
from storage.records.outbox import OutboxRow, OutboxState, Why

_ON_THEIR_WAY = (
    OutboxState.HELD,
    OutboxState.QUEUED,
    OutboxState.SENDING,
    OutboxState.BLOCKED,
    OutboxState.DEFERRED,
    OutboxState.VERIFYING,
    OutboxState.EXPIRED,
)


def doubt_everything(tx: Transaction, waits: Waits) -> None:
    """In the commit in which the copy becomes an original of its own."""
    notices.drop_all(tx)
    rows = outbox_lists.in_state(tx, *_ON_THEIR_WAY)
    for row in (row for row in rows if row.why is not Why.AGAIN):  # that is only looked for
        _doubt(tx, row, waits)
    for person, place in dict.fromkeys((row.owner, row.place) for row in rows):
        notices.owe(tx, person, NoticeKind.OUTBOX_LIST, place, "", Manner.NEW)


def _doubt(tx: Transaction, row: OutboxRow, waits: Waits) -> None:
    """Even what never was on the wire here may have been there, from the original."""
    outbox.may_have_left(tx, row)
    if outbox.move(tx, row, OutboxState.UNKNOWN, why=Why.RESTORED, no_replay=True):
        outbox.remind(tx, row, tx.now + waits.reminders[0])
        show_state(tx, row, None)
