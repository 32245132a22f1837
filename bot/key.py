"""`python -m bot key`: a new secret key on stdout and nothing else, so that it can be piped."""

import sys

from bot.exits import Exit
from storage.sealing import new_key


def main() -> Exit:
    sys.stdout.write(new_key() + "\n")
    return Exit.STOPPED
