"""Row 40: every fault, alone and in pairs, with a crash at every step, checked against a ledger."""

import itertools
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bitrix24.errors import NotSent, Unknown
from bitrix24.methods import Got
from bitrix24.models import Sent
from bitrix24.webhook import Webhook
from storage.records.outbox import OutboxState
from tests.crash.ledger import Fault, Ledger
from tests.crash.playing import Game, Outcome, Player, prepare
from tests.support.scale import times

KEYS_AND_COPIES = list(itertools.product((True, False), repeat=2))


@pytest.fixture
async def template(tmp_path: Path) -> Path:
    path = tmp_path / "template.db"
    await prepare(path)
    return path


# Normal, another webhook meanwhile, and a laptop that sleeps for 30 hours.
CONTEXTS = [(False, timedelta(0)), (True, timedelta(0)), (False, timedelta(hours=30))]


async def crashes(player: Player, game: Game, every: int) -> list[tuple[Game, Outcome]]:
    """The game without a crash, then with one at each step (every so many of them)."""
    whole = await player.play(game)
    played = [(game, whole)]
    for at in range(1, whole.steps + 1, every):
        broken = Game(
            game.faults,
            at,
            game.keeps_keys,
            game.shows_copies,
            game.swaps_webhook,
            game.sleeps,
        )
        played.append((broken, await player.play(broken)))
    return played


def check(played: list[tuple[Game, Outcome]]) -> Counter[OutboxState]:
    """No letter twice, no lie, nothing stuck; where copies show there is no hole at all."""
    for game, outcome in played:
        assert not outcome.doubled, game
        assert not outcome.lied, (game, outcome)
        assert not outcome.stuck, (game, outcome)
        if game.shows_copies and not game.swaps_webhook and not game.sleeps:
            assert outcome.left <= 1, (game, outcome)
    return Counter(outcome.state for _game, outcome in played)


@pytest.mark.parametrize("fault", list(Fault))
async def test_row_40_one_fault_and_a_crash_at_every_step(
    template: Path, tmp_path: Path, fault: Fault
) -> None:
    player = Player(template, tmp_path)
    for keeps_keys, shows_copies in KEYS_AND_COPIES:
        game = Game((fault,), None, keeps_keys, shows_copies)
        states = check(await crashes(player, game, every=times(2, full=1)))
        assert states, "something was played"


@pytest.mark.parametrize(("keeps_keys", "shows_copies"), KEYS_AND_COPIES)
@pytest.mark.parametrize(("swaps", "sleeps"), CONTEXTS)
async def test_row_40_pairs_of_faults(
    template: Path,
    tmp_path: Path,
    keeps_keys: bool,
    shows_copies: bool,
    swaps: bool,
    sleeps: timedelta,
) -> None:
    player = Player(template, tmp_path)
    pairs = list(itertools.product(Fault, repeat=2))
    ended: Counter[OutboxState] = Counter()
    for pair in pairs[:: times(29, full=1)]:
        game = Game(pair, None, keeps_keys, shows_copies, swaps, sleeps)
        ended += check(await crashes(player, game, every=times(5, full=1)))
    print(f"{ended.total()} games of two faults: {dict(ended)}")  # noqa: T201  (docs quote it)


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
    template: Path, tmp_path: Path
) -> None:
    """The negative control: it must find letters that left twice."""

    player = Player(template, tmp_path, Optimist)
    outcome = await player.play(Game((Fault.LOST_AFTER,), None, False, False))
    assert outcome.doubled
