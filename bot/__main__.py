"""The command line: `python -m bot` runs the bot, `check` says whether it could, `key` makes a key.

A command's module is imported when it is asked for, so that `key` stays quick and needs nothing.
Before anything that takes long is imported, signals are heeded.
"""

import importlib
import sys
from collections.abc import Callable, Sequence

from bot.exits import Ending
from bot.leaving import leave_when_asked

_COMMANDS = {
    "run": "run the bot until it is stopped; the same as no command",
    "check": "look at settings, database, token and connections, beside a running bot too",
    "key": "print a new SECRET_KEY",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns the program's exit code."""
    command = importlib.import_module(f"bot.{_command(arguments)}")
    return ended(command.main)


def ended(command: Callable[[], int]) -> int:
    """Runs it; what ends it in an orderly way is said on stderr."""
    try:
        return int(command())
    except Ending as ending:
        sys.stderr.writelines(f"{sentence}\n" for sentence in ending.sentences)
        return ending.exit


def _command(arguments: Sequence[str] | None) -> str:
    import argparse

    parser = argparse.ArgumentParser(
        prog="python -m bot", description="Answers Bitrix24 mail from Telegram."
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, meaning in _COMMANDS.items():
        commands.add_parser(name, help=meaning, description=f"{meaning.capitalize()}.")
    return parser.parse_args(arguments).command or "run"


if __name__ == "__main__":
    leave_when_asked()
    sys.exit(main())
