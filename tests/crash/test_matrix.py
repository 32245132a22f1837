"""Row 40: every fault, alone and in pairs, with a crash at every step, checked against a ledger."""

import itertools
import sqlite3
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bitrix24.errors import NotSent, Unknown
from bitrix24.methods import Got
from bitrix24.models import Sent
from bitrix24.webhook import Webhook
from storage.records.outbox import OutboxState
from tests.crash.deciding import Again
from tests.crash.faults import Fault
from tests.crash.figures import keep
from tests.crash.games import CLOUD, OWN, SURE_OF, Break, Game, Meanwhile, Outcome
from tests.crash.ledger import Ledger
from tests.crash.playing import Player, prepare
from tests.support.scale import times

PORTALS = list(itertools.product((True, False), (True, False)))  # keeps keys, shows copies
CALLS = (CLOUD, OWN)


@pytest.fixture
async def prepared(tmp_path: Path) -> sqlite3.Connection:
    return await prepare(tmp_path / "prepared.db")


@dataclass
class Tally:
    """What came of many games; whatever must not be is an error at once."""

    ended: Counter[str] = field(default_factory=Counter)
    holes: int = 0
    doubled_in_holes: int = 0
    longest: timedelta = timedelta(0)

    def count(self, game: Game, outcome: Outcome) -> None:
        where = (game, outcome)
        assert not outcome.lies, where
        assert not outcome.stuck, where
        assert outcome.ended_well, where
        assert not outcome.blind, where
        assert outcome.took <= SURE_OF[game.host], where
        if outcome.doubled:
            assert outcome.hole, where
            assert game.keeps_keys, where  # without proven keys nothing is ever repeated
            assert not game.shows_copies, where
        self.ended[outcome.state.value] += 1
        self.holes += outcome.hole
        self.doubled_in_holes += outcome.doubled
        self.longest = max(self.longest, outcome.took)

    @property
    def figures(self) -> dict[str, object]:
        return {
            "games": self.ended.total(),
            "ended": dict(self.ended),
            "holes": self.holes,
            "doubled in holes": self.doubled_in_holes,
            "longest, minutes": round(self.longest.total_seconds() / 60, 1),
        }


async def play_all(player: Player, game: Game, tally: Tally, every: int) -> int:
    """The game as it is, then broken at each of its steps (every so many of them).

    Answers in how many a second letter did not go because the first one was found.
    """
    whole = await player.play(game)
    tally.count(game, whole)
    gave_way = int(whole.gave_way)
    for at in range(1, whole.steps + 1, every):
        broken = replace(game, break_at=at)
        outcome = await player.play(broken)
        tally.count(broken, outcome)
        gave_way += outcome.gave_way
    return gave_way


@pytest.mark.parametrize(("keeps_keys", "shows_copies"), PORTALS)
async def test_row_40_one_fault_and_a_crash_at_every_step(
    prepared: sqlite3.Connection, keeps_keys: bool, shows_copies: bool
) -> None:
    player, tally = Player(prepared), Tally()
    for number, fault in enumerate(Fault):
        host = CALLS[number % 2]
        game = Game((fault,), keeps_keys=keeps_keys, shows_copies=shows_copies, host=host)
        await play_all(player, game, tally, every=1)
    assert set(tally.ended) == {"sent", "rejected", "blocked", "unknown"}
    assert tally.holes


@pytest.mark.parametrize("breaks", [Break.ASLEEP, Break.STOPPED])
async def test_row_65_one_fault_and_a_long_pause_at_every_step(
    prepared: sqlite3.Connection, breaks: Break
) -> None:
    player, tally = Player(prepared), Tally()
    for number, fault in enumerate(Fault):
        keeps_keys, shows_copies = PORTALS[number % 4]
        game = Game(
            (fault,),
            breaks=breaks,
            keeps_keys=keeps_keys,
            shows_copies=shows_copies,
            host=CALLS[number % 2],
        )
        await play_all(player, game, tally, every=times(3, full=1))


@pytest.mark.parametrize("host", CALLS)
@pytest.mark.parametrize(("keeps_keys", "shows_copies"), PORTALS)
@pytest.mark.parametrize("meanwhile", Meanwhile)
async def test_row_40_pairs_of_faults(
    prepared: sqlite3.Connection,
    meanwhile: Meanwhile,
    keeps_keys: bool,
    shows_copies: bool,
    host: str,
) -> None:
    player, tally = Player(prepared), Tally()
    pairs = list(itertools.product(Fault, repeat=2))
    for pair in pairs[:: times(101, full=1)]:
        game = Game(
            pair,
            keeps_keys=keeps_keys,
            shows_copies=shows_copies,
            host=host,
            meanwhile=meanwhile,
        )
        await play_all(player, game, tally, every=times(6, full=1))
    kind = f"{'keys' if keeps_keys else 'no keys'}, {'copies' if shows_copies else 'no copies'}"
    keep(f"{meanwhile}, {kind}, {host}", tally.figures)


@pytest.mark.parametrize("again", [each for each in Again if each is not Again.NEVER])
async def test_row_40_sent_again_by_a_person(prepared: sqlite3.Connection, again: Again) -> None:
    """No card forgets that the first letter may have left, and what is found leaves no second."""
    player, tally = Player(prepared), Tally()
    gave_way = 0
    pairs = list(itertools.product(Fault, repeat=2))
    for number, pair in enumerate(pairs[:: times(101, full=1)]):
        keeps_keys = bool(number % 2)
        game = Game(
            pair, keeps_keys=keeps_keys, shows_copies=False, host=CALLS[number % 2], again=again
        )
        gave_way += await play_all(player, game, tally, every=times(9, full=1))
    if again is not Again.LATER_COPY:  # there only a second letter that had to wait finds it
        assert bool(gave_way) is (again is Again.LATE_COPY)
    keep(f"{again}", tally.figures)


async def test_row_40_the_hole_is_there_and_is_counted(prepared: sqlite3.Connection) -> None:
    """A portal sends, fails, and its error is lost; it keeps keys, and nobody can look."""
    game = Game((Fault.ERROR_LOST,), shows_copies=False)
    outcome = await Player(prepared).play(game)
    assert (outcome.hole, outcome.left) == (True, 2)
    assert outcome.state is OutboxState.SENT


class Optimist(Ledger):
    """What a careless client makes of it: no answer means that nothing happened."""

    async def send(
        self, webhook: Webhook, method: str, body: bytes, idempotency_key: str
    ) -> Got[Sent]:
        try:
            return await super().send(webhook, method, body, idempotency_key)
        except Unknown as error:
            raise NotSent(error.failure) from error


async def test_the_check_catches_a_client_that_repeats_blindly(
    prepared: sqlite3.Connection,
) -> None:
    """The negative control: it must find letters that left twice, and what was said of them."""
    player = Player(prepared, Optimist)
    outcome = await player.play(Game((Fault.LOST_AFTER,), keeps_keys=False, shows_copies=False))
    assert outcome.doubled
    assert not outcome.hole
    assert any(words.startswith("Not sent: ") for words in outcome.lies)
