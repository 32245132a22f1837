"""What time it is in the sandbox: a plain callable, so that a test can move it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
LOCAL_TIME = Path("/etc/localtime")


def system_clock() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


def machine_zone(variable: str, link: Path = LOCAL_TIME) -> str:
    """The name of this machine's zone, such as "Asia/Tokyo"; "UTC" if unknown.

    `variable` is what TZ says.
    """
    _, _, linked = str(link.resolve()).rpartition("/zoneinfo/")
    for name in filter(None, (variable.removeprefix(":"), linked)):
        try:
            return ZoneInfo(name).key
        except (KeyError, OSError, ValueError):
            continue
    return "UTC"


class MovableClock:
    """The machine's time plus what a test has added: `clock.move(timedelta(hours=25))`."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return system_clock() + self._ahead

    def move(self, by: timedelta) -> None:
        self._ahead += by
