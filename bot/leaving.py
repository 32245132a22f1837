"""What a signal does until the event loop has its own handlers: the program ends as asked.

Imports next to nothing, so that it can come first: imports take a second and more.
"""

import os
import signal

from bot.exits import Exit


def leave_when_asked() -> None:
    """From now on SIGTERM and SIGINT end the program with 0 and without a word."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave)


def _leave(_number: int, _frame: object) -> None:
    """There is nothing to finish yet.

    An exception here would come up in the middle of an import, and be told as a fault of it.
    """
    os._exit(Exit.STOPPED)
