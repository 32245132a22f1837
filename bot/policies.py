"""What is tried again of notices that could not be delivered: pure, from what an error proves."""

from dataclasses import dataclass
from typing import Final

from bot.verdicts import Outcome, Verdict
from storage.records.notices import Notice, NoticeKind

LONGEST_PAUSE: Final = 60.0  # seconds between two tries
SPARE: Final = 0.5  # seconds beyond what Telegram asks for
FIRST_EDITS: Final = 8  # repeats of an edit, which are harmless, before its chat goes on without it
MOST_EDITS: Final = 1440  # about a day of them


@dataclass(frozen=True, slots=True)
class Again:
    """Seconds until the next try. `alone`: its chat goes on meanwhile. `counts`: as a try.

    `unless_back`: or as soon as Telegram is reached again. `when_heard`: instead of any time, once
    something comes from its chat.
    """

    seconds: float
    alone: bool = False
    counts: bool = True
    unless_back: bool = False
    when_heard: bool = False
    may_have_arrived: bool = False


PROMPT: Final = Again(3.0, may_have_arrived=True)  # somebody waits; what follows stands below
ALARM: Final = Again(30.0, alone=True, may_have_arrived=True)  # lost is worse than seen twice

# A new message that may have arrived goes out once more, by its kind. Both copies show the same row
# and have the same buttons. After that it waits until its person does something.
UNANSWERED: Final = {
    NoticeKind.DRAFT: PROMPT,
    NoticeKind.DRAFT_LETTER: PROMPT,
    NoticeKind.OUTBOX: PROMPT,
    NoticeKind.OUTBOX_LIST: PROMPT,
    NoticeKind.OUTCOME: PROMPT,
    NoticeKind.ATTEMPT: PROMPT,
    NoticeKind.ACCOUNTS: PROMPT,
    NoticeKind.ADMITTED: PROMPT,
    NoticeKind.FOLD: PROMPT,
    NoticeKind.APPROVAL: ALARM,
    NoticeKind.UNREADABLE: ALARM,
    NoticeKind.MOVED: ALARM,
    NoticeKind.ABSENCE: ALARM,
    NoticeKind.TOPIC_LEFT: ALARM,
}


def again(notice: Notice, verdict: Verdict, *, edits: bool) -> Again | None:
    """When it is tried once more; None: never. `edits`: it went into a message that was there."""
    match verdict.outcome:
        case Outcome.RETRY_AFTER:
            return Again(verdict.seconds + SPARE)
        case Outcome.UNAUTHORIZED:  # that ends the program: it is told right after the next start
            return Again(0.0, counts=False)
        case Outcome.NOT_SENT:
            return Again(_growing(1.0, notice.tries), unless_back=True)
        case Outcome.CONFLICT | Outcome.UNSUPPORTED:
            return Again(_growing(1.0, notice.tries))
        case Outcome.UNCERTAIN if edits and notice.repeats < FIRST_EDITS:
            pause = _growing(PROMPT.seconds, notice.tries)
            return Again(pause, unless_back=True, may_have_arrived=True)
        case Outcome.UNCERTAIN if edits and notice.repeats < MOST_EDITS:
            return Again(LONGEST_PAUSE, alone=True, unless_back=True, may_have_arrived=True)
        case Outcome.UNCERTAIN if not edits and notice.repeats == 0:
            return UNANSWERED[notice.kind]
        case Outcome.UNCERTAIN if not edits:
            return Again(0.0, alone=True, when_heard=True, may_have_arrived=True)
        case _:
            return None


def unheard(notice: Notice) -> Again:
    """Nothing was sent: Telegram answers nobody, and the one repeat would be lost as well."""
    return Again(_growing(PROMPT.seconds, notice.tries), unless_back=True)


def _growing(first: float, times: int) -> float:
    return min(first * 2.0 ** min(times, 10), LONGEST_PAUSE)
