"""What time it is in the sandbox: a plain callable, so that a test can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


class MovableClock:
    """The machine's time plus what a test has added: `clock.move(timedelta(hours=25))`."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self._ahead

    def move(self, by: timedelta) -> None:
        self._ahead += by
