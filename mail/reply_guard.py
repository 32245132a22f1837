"""The reply guard: right before a reply the thread is read again, so that nobody answers twice.

What it reads is also the baseline: letters that were there before our own left.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bitrix24.models import ThreadLetter
from mail.reconcile import own_letters
from storage.records.connections import Connection
from storage.records.drafts import Draft


def look(
    thread: Sequence[ThreadLetter], draft: Draft | None, connection: Connection, now: datetime
) -> tuple[ThreadLetter, ...]:
    """The answers that stop the reply, oldest first: since it was begun, or the person told."""
    if draft is None or not connection.guarded:
        return ()
    since = _told_until(draft)
    since -= _put_forward(connection.account.zone, since, now)
    senders = [sender.email for sender in connection.account.senders]
    answers = [
        (letter.date, letter)
        for letter in own_letters(thread, senders)
        if letter.date is not None and letter.date > since
    ]
    return tuple(letter for _date, letter in sorted(answers, key=lambda answer: answer[0]))


def _told_until(draft: Draft) -> datetime:
    """The portal's clock may be ahead of ours: an answer that was told of stops nothing again."""
    stopped = draft.written.stopped
    if stopped is None:
        return draft.created_at
    return max(stopped.asked_at, stopped.answered_at or stopped.asked_at)


def _put_forward(zone: str, since: datetime, now: datetime) -> timedelta:
    """By how much the clocks on the wall were put forward since then.

    Threads hold dates without their offset, and what was written before that is read by today's
    offset: too early.
    """
    try:
        there = ZoneInfo(zone)
    except (LookupError, ValueError, OSError):  # OSError: "America" is a folder of zones
        return timedelta(0)
    offsets = [at.astimezone(there).utcoffset() or timedelta(0) for at in (since, now)]
    return max(offsets[1] - offsets[0], timedelta(0))


def baseline(thread: Iterable[ThreadLetter]) -> tuple[int, ...]:
    """The ids that are no news later."""
    return tuple(letter.id for letter in thread)
