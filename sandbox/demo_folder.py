"""The folder that a demo works in: fresh each time, with the bot's settings and database."""

import base64
import fcntl
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).resolve().parents[1]


class DemoFolder:
    """`.demo/` in the checkout; a second demo beside the first gets a folder inside it."""

    def __init__(self, parent: Path = CHECKOUT) -> None:
        top = parent / ".demo"
        top.mkdir(mode=0o700, exist_ok=True)
        self._lock = _locked(top / "lock")
        if self._lock is None:
            self.path = Path(tempfile.mkdtemp(dir=top))
            return
        self.path = top
        for old in top.iterdir():
            if old.is_dir():
                shutil.rmtree(old)
            elif old.name != "lock":
                old.unlink()

    @property
    def log(self) -> Path:
        """Where the bot's output goes."""
        return self.path / "bot.log"

    def close(self) -> None:
        """Lets the next demo have the folder. The files stay, for whoever wants the log."""
        if self._lock is not None:
            self._lock.close()

    def write_settings(self, settings: dict[str, str]) -> None:
        """Writes `.env`, which the bot reads from its working directory."""
        file = self.path / ".env"
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))

    def log_end(self, lines: int = 15) -> str:
        """The last lines of the bot's output."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def new_key() -> str:
    """32 random bytes as url-safe base64, as SECRET_KEY wants them."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _locked(path: Path) -> IO[str] | None:
    """The open file, locked for as long as it is held; None if another demo holds it."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
