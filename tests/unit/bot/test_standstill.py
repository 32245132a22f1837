"""Row 68: a program that stood still says so, once, and by how long."""

import pytest

from bot.standstill import Watchdog
from bot.tasks import Stop


async def heard(caplog: pytest.LogCaptureFixture, *pauses: float) -> list[str]:
    """What is logged where the watchdog's pauses took so long."""
    now, stop, left = 0.0, Stop(), list(pauses)

    async def pause(_stop: Stop, _seconds: float) -> None:
        nonlocal now
        now += left.pop(0)
        if not left:
            stop.ask()

    await Watchdog(lambda: now, pause).run(stop)
    return [record.getMessage() for record in caplog.records]


async def test_row_68_a_loop_that_was_blocked_for_five_seconds_is_told_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert await heard(caplog, 1.0, 6.0, 1.0, 1.9) == ["everything stood still for 5.0 s"]


async def test_a_pause_that_a_stop_cut_short_says_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert await heard(caplog, 0.1) == []
