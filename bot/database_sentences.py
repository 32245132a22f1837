"""What the person at the terminal reads when the database cannot be used.

Here, and nowhere else, storage's codes become English for stderr and an exit code. People in
Telegram never read these; what they read is in `handlers/sentences.py`.
"""

from pathlib import Path

from bot.exits import Ending, Exit
from storage.errors import (
    DatabaseDamaged,
    DatabaseRefused,
    Refusal,
    StorageError,
    StorageUnavailable,
    Trouble,
)

_REFUSALS = {
    Refusal.NEWER: "was written by a newer version of the bot; run that version",
    Refusal.READ_ONLY: "may not be read and written by this user; change the file's rights",
    Refusal.WRONG_KEY: "was sealed under another key; put the key it was made with into SECRET_KEY",
    Refusal.OTHER_BOT: "belongs to another bot; use that bot's BOT_TOKEN or another DATABASE_URL",
    Refusal.FOREIGN_FILE: "was made by another program; let DATABASE_URL name another file",
    Refusal.OPEN_TO_OTHERS: "is open to other users of this machine; run `chmod 600` on it",
    Refusal.FOLDER_MISSING: "lies in a folder that does not exist; make it or change DATABASE_URL",
    Refusal.NOT_WRITABLE: "lies in a folder that this user may not write; change the folder's "
    "rights or DATABASE_URL",
    Refusal.UNSUITABLE: "lies where SQLite cannot keep it safely; let DATABASE_URL name a file on "
    "a local disk",
}
_TROUBLES = {
    Trouble.LOCKED: "is held by another program; stop that or try again later",
    Trouble.FULL: "has no room left on its disk; make room and start again",
    Trouble.IO: "cannot be read or written just now; look at its disk and start again",
}


def explain(error: StorageError, database: Path) -> Ending | None:
    """The ending that an error about the file `database` leads to; None for any other error."""
    if isinstance(error, DatabaseRefused):
        return _ending(Exit.DOES_NOT_FIT, database, _REFUSALS[error.reason])
    if isinstance(error, DatabaseDamaged):
        return _ending(Exit.DATABASE_DAMAGED, database, _damaged(database))
    if isinstance(error, StorageUnavailable):
        return _ending(Exit.TRY_LATER, database, _TROUBLES[error.trouble])
    return None


def _damaged(database: Path) -> str:
    """A journal left beside a backup would be read into it, and damage that too."""
    journal, index = f"{database.name}-wal", f"{database.name}-shm"
    return (
        f"is damaged; move it away, with {journal} and {index} if they lie beside it,"
        " then put the last backup in its place"
    )


def _ending(code: Exit, database: Path, what: str) -> Ending:
    return Ending(code, f"The database {database} {what}.")
