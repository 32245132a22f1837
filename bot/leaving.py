"""What a signal does before and after the time of the event loop: the program ends as asked.

Imports next to nothing, so that it can come first: imports take a second and more.
"""

import os
import signal

from bot.exits import Exit

STOPS = (signal.SIGTERM, signal.SIGINT)


def leave_when_asked() -> None:
    """From now on they end the program with 0 and without a word."""
    for number in STOPS:
        signal.signal(number, _leave)


def leave_anyway() -> None:
    """From now on they change nothing in this thread: all is done, what is left takes a moment.

    Blocked, not ignored: to ignore what the event loop heeded, one must let it kill for a moment,
    and a busy machine makes moments long. Other threads block them from their first moment on, for
    a thread that was joined may still be there, and would take them.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)


def _leave(_number: int, _frame: object) -> None:
    """There is nothing to finish yet.

    An exception here would come up in the middle of an import, and be told as a fault of it.
    """
    os._exit(Exit.STOPPED)
