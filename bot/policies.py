"""When a notice that could not be delivered is tried again: pure, from what an error proves."""

from typing import Final

from bot.verdicts import Outcome, Verdict
from storage.records.notices import Manner, Notice

LONGEST_PAUSE: Final = 60.0  # seconds between two tries to reach Telegram
UNCERTAIN_PAUSE: Final = 3.0  # seconds before what may have arrived is shown once more
NEW_TRIES: Final = 2  # how often a new message goes out that may have arrived


def pause(notice: Notice, verdict: Verdict) -> float | None:
    """Seconds until the next try; None: no further try."""
    match verdict.outcome:
        case Outcome.RETRY_AFTER:
            return verdict.seconds + 0.5
        case Outcome.NOT_SENT:
            return float(min(2**notice.tries, LONGEST_PAUSE))
        case Outcome.UNCERTAIN:
            once_more = notice.manner is Manner.EDIT or notice.tries + 1 < NEW_TRIES
            return UNCERTAIN_PAUSE if once_more else None
        case _:
            return None
