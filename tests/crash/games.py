"""What may go wrong with one letter, and what is looked at when it came to its end."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from storage.records.outbox import ENDED, OutboxState
from tests.crash.deciding import Again
from tests.crash.faults import Fault

NEEDS_A_PERSON = (OutboxState.UNKNOWN, OutboxState.BLOCKED, OutboxState.EXPIRED)
SURE_OF = {"acme.bitrix24.com": timedelta(minutes=10), "acme.example": timedelta(minutes=25)}
CLOUD, OWN = SURE_OF


class Meanwhile(StrEnum):
    """What happens beside the faults, after the first call."""

    NOTHING = "nothing"
    OTHER_WEBHOOK = "another webhook"
    ASLEEP = "asleep for 30 hours"  # the steady clock stood still
    STOPPED = "stopped for 30 hours"  # it went on


class Break(StrEnum):
    """What happens to the program at one of its steps."""

    KILLED = "killed"
    ASLEEP = "asleep for an hour"
    STOPPED = "stopped for an hour"


@dataclass(frozen=True)
class Game:
    """What goes wrong: faults of the calls, the step at which the program breaks, the context."""

    faults: tuple[Fault, ...]
    break_at: int | None = None
    breaks: Break = Break.KILLED
    keeps_keys: bool = True
    shows_copies: bool = True
    host: str = OWN
    meanwhile: Meanwhile = Meanwhile.NOTHING
    again: Again = Again.NEVER


@dataclass(frozen=True)
class Outcome:
    """How it ended. `steps`: how many places to crash there were; `lies`: what was shown."""

    state: OutboxState
    left: int
    hole: bool
    steps: int
    took: timedelta
    lies: tuple[str, ...]
    ended_well: bool
    blind: bool
    before: int = 0  # of those that left, so many did before the person sent it again
    gave_way: bool = False

    @property
    def doubled(self) -> bool:
        return self.before > 1 or self.left - self.before > 1

    @property
    def stuck(self) -> bool:
        return not is_over(self.state)


def is_over(state: OutboxState) -> bool:
    return state in (*ENDED, *NEEDS_A_PERSON)
