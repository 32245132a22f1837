"""Row 53 and INV-1: the power fails at any moment, and nothing acknowledged is lost or torn."""

from dataclasses import replace
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrations import migrations
from storage.sealing import SecretKeys
from tests.crash.recording import Recording, record, rows_of
from tests.crash.replaying import Cut, Replay
from tests.integration.mail.room import START
from tests.integration.storage.places import ask
from tests.support.scale import times

DAYS = times(1, full=40)
ROUNDS = times(10, full=64)  # of eight changes that somebody is told of
CUTS = times(16, full=250)  # a day


@pytest.fixture
async def recording(tmp_path: Path) -> Recording:
    return await record(tmp_path, ROUNDS)


async def is_kept(cut: Cut) -> bool:
    """The program starts over what the cut left: is all there that anybody was told of?"""
    keys = SecretKeys([b"k" * 32])
    await (await Database.open(cut.image, keys, migrations, clock=lambda: START)).close()
    assert ask(cut.image, "PRAGMA integrity_check") == [("ok",)]
    return rows_of(cut.image) in (cut.acknowledged, cut.in_hand)


@pytest.mark.parametrize("day", range(DAYS))
async def test_row_53_nothing_acknowledged_is_lost_when_the_power_fails(
    recording: Recording, tmp_path: Path, day: int
) -> None:
    cuts = Replay(tmp_path, recording, seed=day).cuts(CUTS)
    assert [await is_kept(cut) for cut in cuts] == [True] * CUTS


async def test_row_53_the_check_catches_a_writer_that_does_not_wait_for_the_disk(
    recording: Recording, tmp_path: Path
) -> None:
    careless = replace(recording, settings=recording.settings | {"synchronous": 1})
    kept = [await is_kept(cut) for cut in Replay(tmp_path, careless, seed=0).cuts(CUTS)]
    assert kept.count(False) > CUTS // 2


async def test_row_53_what_is_replayed_is_what_the_program_wrote(
    recording: Recording, tmp_path: Path
) -> None:
    """Else the cuts would say nothing about it."""
    assert Replay(tmp_path, recording, seed=0).whole() == rows_of(recording.end)
    stored = ask(recording.end, "SELECT update_id FROM updates")
    confirmed = ask(recording.end, "SELECT draft FROM outbox")
    assert {each for (each,) in stored} == recording.stored
    assert {each for (each,) in confirmed} == recording.confirmed
    assert recording.acknowledged == 8 * ROUNDS
    assert recording.statements.count("COMMIT") < recording.acknowledged, "some share a commit"
