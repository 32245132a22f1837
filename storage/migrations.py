"""The tables, as an ordered list of changes that is only ever appended to: a migration that was
released is never edited, because files out there have it already. All pending ones are applied in
one transaction; a file with a migration that is not listed here is newer than the code."""

from sqlite_utils import Database, Migrations

from storage import tables

migrations = Migrations("bot")


@migrations()
def m001_start(db: Database) -> None:
    """What the mechanism itself needs: applied causes, wrapped data keys, facts on the file."""
    db.execute(
        "CREATE TABLE causes (cause TEXT PRIMARY KEY, at TEXT NOT NULL CHECK (length(at) = 27))"
        " STRICT"
    )
    db.execute("CREATE TABLE keys (owner INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT")
    db.execute("CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT")


@migrations()
def m002_mail(db: Database) -> None:
    """People, connections, letters, drafts, the outbox, notices and cards."""
    for statement in tables.MAIL:
        db.execute(statement)
