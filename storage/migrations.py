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


@migrations()
def m003_updates(db: Database) -> None:
    """Telegram's updates as they came; `arrival` orders them, because their ids may jump back."""
    db.execute(
        """
        CREATE TABLE updates (
            arrival INTEGER PRIMARY KEY,
            bot_id INTEGER NOT NULL,
            update_id INTEGER NOT NULL,
            key INTEGER NOT NULL,
            received_at TEXT NOT NULL CHECK (length(received_at) = 27),
            payload BLOB,
            state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'quarantined')),
            attempts INTEGER NOT NULL,
            ended_at TEXT CHECK (length(ended_at) = 27),
            UNIQUE (bot_id, update_id)
        ) STRICT
        """
    )
    db.execute("CREATE INDEX updates_waiting ON updates (key, arrival) WHERE state = 'waiting'")
    db.execute("CREATE INDEX updates_ended ON updates (ended_at) WHERE state <> 'waiting'")


@migrations()
def m004_names_and_tests(db: Database) -> None:
    """Connections may be named, which typed text can answer, and tested."""
    for statement in tables.NAMES_AND_TESTS:
        db.execute(statement)


@migrations()
def m005_invites(db: Database) -> None:
    """Links that let one person in each, and who was removed after having been let in."""
    for statement in tables.INVITES:
        db.execute(statement)


@migrations()
def m006_outbox_states(db: Database) -> None:
    """Letters wait for a portal by themselves, and are looked for where no answer came."""
    for statement in tables.OUTBOX_STATES:
        db.execute(statement)


@migrations()
def m007_unreachable(db: Database) -> None:
    """Chats in which nobody can be reached until somebody there writes or lets the bot back in."""
    db.execute(
        "CREATE TABLE unreachable (chat INTEGER PRIMARY KEY, "
        "since TEXT NOT NULL CHECK (length(since) = 27)) STRICT"
    )


@migrations()
def m008_notices_by_priority(db: Database) -> None:
    """The most urgent notices go first, and what may have arrived is counted."""
    db.execute("ALTER TABLE notices ADD COLUMN priority INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE notices ADD COLUMN repeats INTEGER NOT NULL DEFAULT 0")
    db.execute("DROP INDEX notices_by_chat")
    db.execute(
        "CREATE INDEX notices_owed ON notices (chat, priority, id, due_at) WHERE state = 'owed'"
    )


@migrations()
def m009_absences(db: Database) -> None:
    """When each bot's updates were last stored, and the times in which none came."""
    for statement in tables.ABSENCES:
        db.execute(statement)


@migrations()
def m010_outcomes_after_answers(db: Database) -> None:
    """What became of a letter comes after what a person has just asked for."""
    db.execute("UPDATE notices SET priority = priority + 1 WHERE priority > 0")


@migrations()
def m011_looks(db: Database) -> None:
    """What a look for a letter saw stands beside what made the bot look, no more in its place."""
    db.execute("ALTER TABLE outbox ADD COLUMN looked TEXT NOT NULL DEFAULT ''")
    db.execute("ALTER TABLE outbox ADD COLUMN look_failure BLOB")
    db.execute("UPDATE outbox SET looked = why, why = '' WHERE why IN ('not_found', 'not_looked')")


@migrations()
def m012_drafts_by_letter(db: Database) -> None:
    """Each review asks for other answers to its letter."""
    db.execute(
        "CREATE INDEX drafts_by_letter ON drafts (owner, letter_number) "
        "WHERE letter_number IS NOT NULL"
    )


@migrations()
def m013_failures_of_looks(db: Database) -> None:
    """Where a look failed before m011, its failure stood in the place of the call's."""
    db.execute(
        "UPDATE outbox SET failure = NULL WHERE looked = 'not_looked' AND look_failure IS NULL"
    )
