"""`python -m bot check`: what stands in the way of a run, one line each, on stdout.

It works beside a running bot and makes no file. A line begins with `ok`, with `--` for a note, or
with `!!` for a fault, which says what to do about it.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bitrix24.reach import Sessions
from bot.connection_check import ConnectionCheck, check_connections
from bot.database_sentences import explain
from bot.exits import Exit
from bot.logs import Secrets, set_up
from bot.settings import Settings, SettingsError, read_settings
from bot.telegram_check import TokenCheck, check_token
from storage import connections as stored_connections
from storage.database import Reading
from storage.errors import (
    DatabaseDamaged,
    DatabaseRefused,
    Refusal,
    StorageError,
    StorageUnavailable,
    Trouble,
)
from storage.inspection import Finding, Inspection, inspect
from storage.migrations import migrations
from storage.records.connections import Connection


class Mark(StrEnum):
    FINE = "ok"
    NOTE = "--"
    FAULT = "!!"


@dataclass(frozen=True)
class Line:
    mark: Mark
    text: str

    def __str__(self) -> str:
        return f"{self.mark}  {self.text}"


@dataclass(frozen=True)
class Seen:
    """What the check reads in the database: whose it is, and every stored connection."""

    bot_id: int | None
    connections: tuple[Connection, ...]


def main() -> Exit:
    """Writes the lines as they are found; tells by the exit code whether one is a fault."""
    faulty = False
    for line in _lines():
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        faulty = faulty or line.mark is Mark.FAULT
    return Exit.FAULT_FOUND if faulty else Exit.STOPPED


def _lines() -> Iterator[Line]:
    try:
        settings = read_settings()
    except SettingsError as error:
        yield from (Line(Mark.FAULT, sentence) for sentence in error.sentences)
        yield Line(Mark.NOTE, "The rest is looked at once the settings are right.")
        return
    yield Line(Mark.FINE, "Settings: nothing is missing.")
    secrets = Secrets()
    secrets.add(*settings.secrets)
    set_up("WARNING", "text", secrets)
    yield from _world(settings)


def _world(settings: Settings) -> Iterator[Line]:
    path = settings.database_path
    inspection = inspect(path, settings.secret_keys, migrations, _look)
    yield database(inspection, path)
    seen = inspection.seen
    bot_token = settings.bot_token.get_secret_value()
    yield token(asyncio.run(check_token(settings.telegram_api_url, bot_token)), seen, path)
    if seen:
        sessions = Sessions(settings.trusted_portals, ssl_context=settings.portal_ca_file)
        yield from connections(asyncio.run(check_connections(seen.connections, sessions)))


def database(inspection: Inspection[Seen], path: Path) -> Line:
    """Says of a database what `run` would say of it, and nothing is wrong with having none yet."""
    match inspection.finding:
        case Finding.OK:
            return Line(Mark.FINE, f"Database: {path} opens with SECRET_KEY.")
        case Finding.OLDER:
            return Line(Mark.NOTE, f"Database: {path} is older; the next run brings it up to date.")
        case Finding.ABSENT if not _can_be_made(path):
            return _refused(DatabaseRefused(Refusal.NOT_WRITABLE), path)
        case Finding.ABSENT:
            return Line(Mark.NOTE, f"Database: none yet; the first run makes {path}.")
        case Finding.REFUSED:
            assert inspection.refusal is not None
            return _refused(DatabaseRefused(inspection.refusal), path)
        case Finding.DAMAGED:
            return _refused(DatabaseDamaged(""), path)
        case Finding.UNAVAILABLE:
            return _refused(StorageUnavailable(Trouble.LOCKED), path)


def token(check: TokenCheck, seen: Seen | None, path: Path) -> Line:
    """Whose token it is, and whether the database is that bot's."""
    if check.bot_id is None:
        return Line(Mark.FAULT, f"Token: {check.fault}.")
    if seen and seen.bot_id not in (None, check.bot_id):
        return _refused(DatabaseRefused(Refusal.OTHER_BOT), path)
    return Line(Mark.FINE, f"Token: it is @{check.name}'s, number {check.bot_id}.")


def connections(checks: Sequence[ConnectionCheck]) -> Iterator[Line]:
    """A line for each, by its host; whose connection it is, is nobody's business here."""
    if not checks:
        yield Line(Mark.NOTE, "Connections: none yet.")
    for check in checks:
        if check.fault:
            yield Line(Mark.FAULT, f"Connection: {check.label} {check.fault}.")
        else:
            yield Line(Mark.FINE, f"Connection: {check.label} answers with its senders.")


def _look(reading: Reading) -> Seen:
    owner = reading.row("SELECT value FROM facts WHERE name = 'bot_id'")
    return Seen(int(owner["value"]) if owner else None, stored_connections.every(reading))


def _refused(error: StorageError, path: Path) -> Line:
    ending = explain(error, path)
    assert ending is not None
    return Line(Mark.FAULT, " ".join(ending.sentences))


def _can_be_made(path: Path) -> bool:
    folder = path.absolute().parent
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK | os.X_OK)
