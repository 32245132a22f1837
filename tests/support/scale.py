"""How often a long test plays its game: few times in `make test`, all of it in `make crash`."""

import os

FULL = os.environ.get("CRASH_FULL") == "1"


def times(few: int, *, full: int) -> int:
    """So many in `make test`, or in full."""
    return full if FULL else few
