"""The tables come all at once or not at all, and never from the future."""

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlite_utils

from storage import people
from storage.database import Database
from storage.errors import DatabaseDamaged, DatabaseRefused, Refusal
from storage.migrations import (
    m001_start,
    m002_mail,
    m003_updates,
    m004_names_and_tests,
    m006_outbox_states,
    m008_notices_by_priority,
    m010_outcomes_after_answers,
    m011_looks,
    m013_failures_of_looks,
    migrations,
)
from storage.records.notices import Priority
from tests.integration.storage.places import (
    KEYS,
    NOON,
    OTHER_KEYS,
    ask,
    bytes_of,
    make_database,
)
from tests.integration.storage.released import (
    RELEASES,
    kept,
    make_released,
    open_as,
    rows_of,
)

LETTER = """
    INSERT INTO outbox (id, owner, chat, thread, draft, connection, method, idempotency_key, body,
        body_sha256, envelope, state, why, revision, due_at, lease_epoch, attempts, replays,
        created_at, updated_at)
    VALUES ('{why}', 1, 1, 0, 'd', 'c', 'm', '{why}', x'', '', x'', 'unknown', '{why}', 1, '', 0, 1,
        0, '', '')
"""

Change = Callable[[sqlite_utils.Database], None]

TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"


def list_of(*functions: Change) -> sqlite_utils.Migrations:
    made = sqlite_utils.Migrations("bot")
    for function in functions:
        made(name=function.__name__)(function)
    return made


def m002_letters(db: sqlite_utils.Database) -> None:
    db.execute("CREATE TABLE letters (id TEXT PRIMARY KEY) STRICT")


def m003_fails(db: sqlite_utils.Database) -> None:
    db.execute("CREATE TABLE half (id TEXT PRIMARY KEY) STRICT")
    raise ZeroDivisionError


def m003_dangles(db: sqlite_utils.Database) -> None:
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute("CREATE TABLE cards (letter TEXT REFERENCES letters (id)) STRICT")
    db.execute("INSERT INTO cards VALUES ('gone')")


async def run(path: Path, *functions: Change) -> None:
    database = await Database.open(path, KEYS, list_of(*functions), clock=lambda: NOON)
    await database.close()


async def test_an_older_file_is_brought_up_to_date_and_keeps_its_rows(path: Path) -> None:
    await run(path, m001_start)
    ask(path, "INSERT INTO facts VALUES ('kept', 'yes')")
    await run(path, m001_start, m002_letters)
    assert ("letters",) in ask(path, TABLES)
    assert ask(path, "SELECT value FROM facts WHERE name = 'kept'") == [("yes",)]


async def test_people_from_before_invites_are_as_they_were_and_not_removed(path: Path) -> None:
    await run(path, m001_start, m002_mail, m003_updates)
    ask(
        path,
        "INSERT INTO people VALUES (42, 'Anna', 'anna', 'en', 'admitted', 1, NULL, NULL, 7, "
        "'2026-01-31T12:00:00.000000Z')",
    )
    database = await Database.open(path, KEYS, migrations, clock=lambda: NOON)
    anna = await database.read(lambda tx: people.get(tx, 42))
    await database.close()
    assert (anna.admitted, anna.admin, anna.removed, anna.revision) == (True, True, False, 7)
    assert ask(path, "SELECT count(*) FROM invites") == [(0,)]


async def test_row_58_a_newer_file_is_refused_and_left_alone(path: Path) -> None:
    await run(path, m001_start, m002_letters)
    before = bytes_of(path)
    with pytest.raises(DatabaseRefused) as caught:
        await run(path, m001_start)
    assert caught.value.reason is Refusal.NEWER
    assert bytes_of(path) == before


@pytest.mark.parametrize("release", RELEASES)
async def test_row_58_every_released_file_is_brought_up_to_date_with_all_its_rows(
    path: Path, release: int
) -> None:
    await make_released(path, release)
    before = rows_of(path)
    assert [table for table, rows in before.items() if not rows] == []
    await make_database(path)
    assert kept(before, rows_of(path))


@pytest.mark.parametrize("release", RELEASES[:-1])
async def test_row_58_every_older_program_refuses_the_newest_file(path: Path, release: int) -> None:
    await make_database(path)
    before = bytes_of(path)
    with pytest.raises(DatabaseRefused) as caught:
        await open_as(path, release)
    assert caught.value.reason is Refusal.NEWER
    assert bytes_of(path) == before


async def test_row_58_a_migration_that_fails_takes_its_companions_with_it(path: Path) -> None:
    await run(path, m001_start)
    before = ask(path, TABLES)
    with pytest.raises(ZeroDivisionError):
        await run(path, m001_start, m002_letters, m003_fails)
    assert ask(path, TABLES) == before
    await run(path, m001_start, m002_letters)


async def test_a_first_start_that_fails_can_be_repeated(path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        await run(path, m001_start, m003_fails)
    assert ask(path, TABLES) == []
    await run(path, m001_start)


async def test_a_migration_that_leaves_a_row_dangling_is_rolled_back(path: Path) -> None:
    await run(path, m001_start, m002_letters)
    with pytest.raises(DatabaseDamaged, match="cards"):
        await run(path, m001_start, m002_letters, m003_dangles)
    assert ("cards",) not in ask(path, TABLES)


async def test_a_wrong_key_keeps_pending_migrations_pending(path: Path) -> None:
    await run(path, m001_start)
    with pytest.raises(DatabaseRefused):
        await Database.open(path, OTHER_KEYS, list_of(m001_start, m002_letters), clock=lambda: NOON)
    assert ("letters",) not in ask(path, TABLES)


async def test_what_was_asked_last_is_still_asked_after_connections_got_names(path: Path) -> None:
    older = (m001_start, m002_mail, m003_updates)
    await run(path, *older)
    ask(path, "INSERT INTO pointers VALUES (1, 2, 3, 'draft', 'd')")
    await run(path, *older, m004_names_and_tests)
    assert ask(path, "SELECT * FROM pointers") == [(1, 2, 3, "draft", "d")]
    ask(path, "INSERT INTO pointers VALUES (1, 2, 4, 'connection', 'c')")


async def test_what_is_owed_keeps_its_place_when_outcomes_come_after_answers(path: Path) -> None:
    older = (m001_start, m002_mail, m008_notices_by_priority)
    await run(path, *older)
    ask(
        path,
        "INSERT INTO notices VALUES"
        " (1, 1, 'draft', 1, 0, 'answer', 'new', 'edit', 0, 'owed', 1, '', '', 0, 0),"
        " (2, 1, 'fold', 1, 0, 'fold', 'edit', 'edit', 0, 'owed', 1, '', '', 2, 0)",
    )
    await run(path, *older, m010_outcomes_after_answers)
    found = ask(path, "SELECT subject, priority FROM notices ORDER BY id")
    assert found == [("answer", Priority.ANSWER), ("fold", Priority.CARD)]


async def test_what_a_look_saw_stands_beside_what_made_the_bot_look(path: Path) -> None:
    older = (m001_start, m002_mail, m006_outbox_states)
    await run(path, *older)
    ask(path, "INSERT INTO people VALUES (1, '', '', '', 'admitted', 0, NULL, NULL, 1, '')")
    for why in ("not_found", "not_looked", "restart"):
        ask(path, LETTER.format(why=why))
    await run(path, *older, m011_looks)
    found = ask(path, "SELECT why, looked FROM outbox ORDER BY id")
    assert found == [("", "not_found"), ("", "not_looked"), ("restart", "")]


async def test_a_look_that_failed_was_told_as_what_happened_to_the_letter(path: Path) -> None:
    older = (m001_start, m002_mail, m006_outbox_states, m011_looks)
    await run(path, *older)
    ask(path, "INSERT INTO people VALUES (1, '', '', '', 'admitted', 0, NULL, NULL, 1, '')")
    for why in ("not_found", "not_looked", "looked since", "restart"):
        ask(path, LETTER.format(why=why))
    ask(path, "UPDATE outbox SET looked = why, failure = x'01'")
    ask(path, "UPDATE outbox SET looked = 'not_looked', look_failure = x'02' WHERE why LIKE '% %'")
    await run(path, *older, m013_failures_of_looks)
    found = ask(path, "SELECT why FROM outbox WHERE failure IS NULL")
    assert found == [("not_looked",)]


async def test_every_table_of_ours_is_strict(path: Path) -> None:
    await make_database(path)
    found = ask(path, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    loose = {name for name, strict in found if not strict and not name.startswith("sqlite_")}
    assert loose == {"_sqlite_migrations"}
    assert len(found) > len(loose) + 2


def test_migrations_are_named_in_their_order() -> None:
    db = sqlite_utils.Database(memory=True, execute_plugins=False)
    names = [one.name for one in migrations.pending(db)]
    assert names == sorted(names)
    assert names[0] == "m001_start"
    db.close()
