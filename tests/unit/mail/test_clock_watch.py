"""A wall clock that jumped is noticed, one that is a little off is not."""

from datetime import UTC, datetime, timedelta

import pytest

from mail.clock_watch import ClockWatch


class Clocks:
    def __init__(self) -> None:
        self.wall = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
        self.steady = 0.0

    def pass_by(self, wall: float, steady: float) -> None:
        self.wall += timedelta(seconds=wall)
        self.steady += steady


@pytest.mark.parametrize(
    ("wall", "steady", "jumped"),
    [
        (5.0, 5.0, False),
        (3600.0, 3600.0, False),  # stopped for an hour: both went on
        (6.0, 5.0, False),
        (3605.0, 5.0, True),
        (-3595.0, 5.0, True),
        (108_005.0, 5.0, True),
    ],
)
def test_row_61_a_jump_of_the_clock_is_noticed_once(
    wall: float, steady: float, jumped: bool
) -> None:
    clocks = Clocks()
    watch = ClockWatch(lambda: clocks.wall, lambda: clocks.steady)
    clocks.pass_by(wall, steady)
    assert watch.jumped() is jumped
    clocks.pass_by(1.0, 1.0)
    assert not watch.jumped()
