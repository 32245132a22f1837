"""`python -m bot` as a real child process with nothing in its environment but what a test gives."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from storage.sealing import new_key

ROOT = Path(__file__).parents[3]
NOBODY = 65534
TOKEN = "123456:ABCdefABCdefABCdefABCdefABCdefABCdef"
NOWHERE = "http://127.0.0.1:9"  # nothing listens there: the child calls nobody

_AS_NOBODY = f"""
import os, sys
# Imported first: an interpreter may lie where nobody else can read it.
import bot.__main__, bot.check, bot.key, bot.run
os.umask(0o022)
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
sys.exit(bot.__main__.main(sys.argv[1:]))
"""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str

    @property
    def said(self) -> list[str]:
        """The sentences on stderr, of which none may be a traceback."""
        assert "Traceback" not in self.err
        return self.err.splitlines()


def bot(
    *arguments: str,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    as_nobody: bool = False,
) -> Ended:
    """Runs one command in `folder`; whoever is not root is already a nobody."""
    python = [sys.executable, "-W", "error"]
    is_root = os.geteuid() == 0
    command = ["-c", _AS_NOBODY] if as_nobody and is_root else ["-m", "bot"]
    ended = subprocess.run(
        [*python, *command, *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **(settings or {})},
        capture_output=True,
        text=True,
        timeout=30,
    )
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def right_settings(**more: str) -> dict[str, str]:
    return {"BOT_TOKEN": TOKEN, "SECRET_KEY": new_key(), "TELEGRAM_API_URL": NOWHERE} | more
