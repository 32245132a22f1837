"""`python -m bot run`: settings, logs and the lock, and only then the bot itself.

What can be refused is refused before aiogram is imported, which takes seconds.
"""

import asyncio

from bot.database_sentences import explain
from bot.exits import Ending, Exit
from bot.lock import hold_lock
from bot.logs import Secrets, set_up
from bot.settings import Settings, read_settings
from bot.tempo import TEMPO, Tempo
from storage.errors import StorageError


def main(tempo: Tempo = TEMPO) -> int:
    """Runs until the bot is stopped; raises Ending if it cannot start or go on."""
    settings = read_settings()
    secrets = Secrets()
    secrets.add(*settings.secrets)
    set_up(settings.log_level, settings.log_format, secrets)
    _make_default_folder(settings)
    with hold_lock(settings.database_path):
        return _run(settings, secrets, tempo)


def _make_default_folder(settings: Settings) -> None:
    folder = settings.database_path.parent
    if not settings.database_is_default:
        return
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise Ending(
            Exit.DOES_NOT_FIT,
            f"The folder {folder} for the database cannot be made ({error.strerror});"
            " make it or change DATABASE_URL.",
        ) from None


def _run(settings: Settings, secrets: Secrets, tempo: Tempo) -> int:
    from bot.wiring import run

    try:
        return asyncio.run(run(settings, secrets, tempo=tempo))
    except StorageError as error:
        if ending := explain(error, settings.database_path):
            raise ending from None
        raise
