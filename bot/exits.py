"""How the program ends: what its exit code means to whoever started it, and what it says."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; those from 74 on are the ones of `sysexits.h`, which supervisors know."""

    STOPPED = 0  # as asked
    FAULT_FOUND = 1  # by `check`
    WRONG_COMMAND_LINE = 2  # argparse's own number
    DATABASE_DAMAGED = 74
    TRY_LATER = 75  # another process, or no Telegram for too long
    DOES_NOT_FIT = 78  # a setting, token, key or database that a person must change


class Ending(Exception):
    """Ends the program: its sentences go to stderr, its exit code to whoever started it.

    Sentences name a setting, a file or a host, never the value of a secret.
    """

    def __init__(self, code: Exit, *sentences: str) -> None:
        super().__init__(code, *sentences)
        self.exit = code
        self.sentences = sentences
