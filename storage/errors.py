"""What can go wrong with the database; values only, never sentences and never secrets.

StorageError
├── AlreadyApplied       this cause has had its effect: nothing was written
├── StorageUnavailable   locked, full or unreadable for now: the write did not happen
├── DatabaseRefused      it does not fit this program or its settings: nothing was touched
├── DatabaseDamaged      SQLite finds it inconsistent: keep the file, restore a backup
└── SealBroken           a sealed value does not open where it lies
"""

from enum import StrEnum


class Refusal(StrEnum):
    """Why a database is not opened."""

    NEWER = "newer"  # it holds a migration that this code does not know
    READ_ONLY = "read_only"  # the file may not be read and written by this process
    WRONG_KEY = "wrong_key"  # none of the secret keys opens it
    OTHER_BOT = "other_bot"  # another bot's database
    FOREIGN_FILE = "foreign_file"  # not a file that this program made
    OPEN_TO_OTHERS = "open_to_others"  # group or others may read or write the file
    FOLDER_MISSING = "folder_missing"
    NOT_WRITABLE = "not_writable"  # the folder: SQLite keeps files beside the database
    UNSUITABLE = "unsuitable"  # the file system or the SQLite build cannot promise durability


class Trouble(StrEnum):
    """Why the storage is unavailable for now."""

    LOCKED = "locked"
    FULL = "full"
    IO = "failing"  # the disk cannot be read or written


class StorageError(Exception):
    """Root of everything that storage raises on purpose."""


class AlreadyApplied(StorageError):
    """The transaction's cause is known already; whatever it had written is rolled back."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


class StorageUnavailable(StorageError):
    """The write did not happen; the same write may succeed later."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class DatabaseRefused(StorageError):
    """The database does not fit; somebody has to change a setting or the file."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


class DatabaseDamaged(StorageError):
    """`detail` is SQLite's first complaint, or our own word for what is odd about the file."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class SealBroken(StorageError):
    """The value was changed, moved from another row or owner, or its key is gone."""

    def __init__(self, table: str, column: str, row_id: str | int) -> None:
        super().__init__(table, column, row_id)
        self.table = table
        self.column = column
        self.row_id = row_id
