"""Tells people what the bot cannot have heard while it was away.

Telegram keeps presses for 150 seconds and messages for a day; what is older never comes.
"""

from datetime import timedelta
from typing import Final

from mail.ports import NewId
from storage import absences, notices
from storage.database import Transaction
from storage.records.absences import Absence
from storage.records.notices import Manner, NoticeKind, Priority
from storage.records.places import Place

UNNOTICED: Final = timedelta(seconds=120)
TOLERATED: Final = timedelta(seconds=30)  # by which clocks that nobody set may differ


def heard(tx: Transaction, bot_id: int, new_id: NewId, ran: timedelta | None) -> None:
    """In each transaction that stores what Telegram answered: after an absence it is told of, once.

    A message, where some are lost: to everybody who is connected; else where a lost press matters.
    `ran`: how long this program has run since it heard before, by a clock that nobody sets; None,
    where another did, and the rows' times are all that is known.
    """
    before = absences.heard(tx, bot_id)
    if before is None:
        return
    passed = tx.now - before
    away = passed if ran is None else ran
    if away <= UNNOTICED:
        return
    since = before if abs(passed - away) <= TOLERATED else tx.now - away
    absence = Absence(new_id(), since, tx.now)
    absences.add(tx, absence)
    if absence.lost_until is None:
        concerned = absences.open_cards(tx, min(before, since))
    else:
        concerned = tuple((one, Place(one)) for one in absences.connected_people(tx))
    for person, place in concerned:
        notices.owe(
            tx,
            person,
            NoticeKind.ABSENCE,
            place,
            absence.id,
            Manner.NEW,
            priority=Priority.ALERT,
        )
