"""A button can say anything: whoever writes their own Telegram client presses what nobody showed.

The real dispatcher and services over a real file; presses come as Telegram's JSON.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from aiogram import Bot
from aiogram.filters.callback_data import CallbackData
from aiogram.types import User
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.logs import Secrets
from bot.settings import Settings
from bot.tasks import Tasks
from bot.telegram_side import TelegramSide
from bot.wiring import _services
from handlers.account_cards import AccountButton, AccountPress
from handlers.buttons import (
    AskAgainButton,
    DraftButton,
    ListAskAgainButton,
    ListButton,
    OutboxButton,
    SendButton,
)
from handlers.connection_cards import AttemptButton
from mail.draft_presses import Press
from storage import connections, drafts, outbox, people
from storage.database import Database, Transaction
from storage.migrations import migrations
from storage.records.connections import Address, AttemptState, ConnectAttempt
from storage.records.drafts import Draft, DraftState, Field, Part, Wants, Written
from storage.records.outbox import Envelope, OutboxRow, OutboxState, Why
from storage.records.people import Access, Person
from storage.records.places import Place
from storage.sealing import SecretKeys, new_key
from tests.integration.bot.bot_api import ME, TOKEN, BotApi, ok
from tests.integration.mail.room import a_connection
from tests.unit.properties.any_rows import IDS
from tests.unit.properties.forged import BUTTONS, MOST_DATA, almost_packed

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
ANNA, OLEG, EVE = 1, 2, 3  # a person, an admin, and somebody who waits to be let in
REVISION = 7
PETER = 4  # whose own button is pressed
KINDS = ("connection", "draft", "row", "attempt")
IDS_OF = {
    person: {kind: f"{kind[0]}{person:015}" for kind in KINDS} for person in (ANNA, OLEG, PETER)
}
REVISIONS = st.just(REVISION) | st.sampled_from(
    (0, -1, REVISION - 1, REVISION + 1, 2**31, 2**63, 10**30)
)


@dataclass
class Desk:
    """The bot's handlers, with two people's rows."""

    runner: asyncio.Runner
    api: BotApi
    bot: Bot
    outside: sqlite3.Connection
    feed: Any
    updates: int = 0

    def press(self, person: int, data: str, message: dict[str, Any] | None) -> None:
        """Raises what a handler raises."""
        self.updates += 1
        query = {
            "id": str(self.updates),
            "from": {"id": person, "is_bot": False, "first_name": "Jane", "language_code": "en"},
            "chat_instance": "1",
            "data": data,
        }
        if message is not None:
            query["message"] = message
        update = {"update_id": self.updates, "callback_query": query}
        self.runner.run(self.feed(self.bot, update))

    def rows(self) -> list[str]:
        """All that is stored."""
        return list(self.outside.iterdump())


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """One for a process of the test run: the routers belong to one dispatcher for ever."""
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        opened = _opened(runner, Path(folder) / "bot.db")
        yield runner.run(anext(opened))
        runner.run(opened.aclose())


async def _opened(runner: asyncio.Runner, path: Path) -> AsyncGenerator[Desk, None]:
    api = BotApi()
    api.always["sendMessage"] = _sent
    server = TestServer(api.app())
    await server.start_server(shutdown_timeout=0)
    database = await _stored(path)
    settings = Settings.model_validate(
        {
            "bot_token": TOKEN,
            "secret_key": new_key(),
            "telegram_api_url": str(server.make_url("")).rstrip("/"),
            "admins": str(OLEG),
        }
    )
    services = await _services(settings, Secrets(), database)
    side = TelegramSide(settings, database, Tasks(), clock=lambda: NOW, services=services)
    dispatcher = side._dispatcher(User.model_validate(ME))
    feed = partial(dispatcher.feed_raw_update, received_at=NOW)
    try:
        with closing(sqlite3.connect(path)) as outside:
            yield Desk(runner, api, side._bot, outside, feed)
    finally:
        await side.close()
        await server.close()
        await database.close()


async def _sent(request: web.Request) -> web.StreamResponse:
    return ok({"message_id": 900, "date": 0, "chat": {"id": ANNA, "type": "private"}})


async def _stored(path: Path) -> Database:
    keys = SecretKeys([b"k" * 32])
    database = await Database.open(path, keys, migrations, clock=lambda: NOW, busy_seconds=0.2)

    def fill(tx: Transaction) -> None:
        people.save(tx, _person(ANNA, Access.ADMITTED))
        people.save(tx, _person(OLEG, Access.ADMITTED, admin=True))
        people.save(tx, _person(PETER, Access.ADMITTED))
        people.save(tx, _person(EVE, Access.WAITING))
        for person in IDS_OF:
            _fill(tx, person)

    await database.write(fill)
    return database


def _person(number: int, access: Access, *, admin: bool = False) -> Person:
    return Person(number, "Jane", "", "en", access, admin, None, NOW, REVISION)


def _fill(tx: Transaction, person: int) -> None:
    connection, draft, row, attempt = (IDS_OF[person][kind] for kind in KINDS)
    connections.save(tx, a_connection(person, connection, NOW))
    people.save(tx, replace(people.get(tx, person), active_connection=connection))
    drafts.save(tx, _draft(person, draft, connection))
    outbox.add(tx, _row(person, row, draft, connection))
    address = Address("https", "acme.example", None, "", 1, "s3cretc0des3cret")
    connections.save_attempt(
        tx,
        ConnectAttempt(
            attempt, person, Place(person), AttemptState.CHECKING, REVISION, address,
            None, None, None, NOW,
        ),
    )  # fmt: skip


def _draft(person: int, draft: str, connection: str) -> Draft:
    return Draft(
        id=draft,
        owner=person,
        place=Place(person),
        state=DraftState.COMPOSING,
        revision=REVISION,
        field=Field.REVIEW,
        guided=False,
        reviewed=True,
        whole=0,
        wants=Wants.NOTHING,
        asked_at_revision=0,
        connection=connection,
        letter_number=15,
        letter="l" * 16,
        written=Written("support@acme.example", ("j@x.example",), parts=(Part(1, "Thanks", 6),)),
        created_at=NOW,
        updated_at=NOW,
    )


def _row(person: int, row: str, draft: str, connection: str) -> OutboxRow:
    return OutboxRow(
        id=row,
        owner=person,
        place=Place(person),
        draft=draft,
        connection=connection,
        method="mail.message.reply",
        idempotency_key=row * 2,
        body=b"{}",
        body_sha256="",
        envelope=Envelope("support@acme.example", ("j@x.example",), (), (), "Re: Order"),
        state=OutboxState.UNKNOWN,
        why=Why.NOTHING,
        revision=REVISION,
        due_at=NOW,
        lease_epoch=0,
        attempts=1,
        first_wire_at=NOW,
        failure=None,
        accepted_to=(),
        created_at=NOW,
        updated_at=NOW,
    )


def _home(person: int) -> dict[str, Any]:
    return {"message_id": 5, "date": 1, "chat": {"id": person, "type": "private"}, "text": "Hi"}


def _values(name: str, kind: Any) -> st.SearchStrategy[Any]:
    if name == "revision":
        return REVISIONS
    if name == "person":
        return st.just(EVE) | st.sampled_from((ANNA, OLEG, 0, -1, 2**52))
    if name == "argument":
        return st.sampled_from(("", "0", "1", "text", "²", "-1"))
    if kind is bool:
        return st.booleans()
    if kind is str:
        return st.sampled_from((IDS_OF[ANNA][name], IDS_OF[OLEG][name])) | IDS
    if name == "answers":
        return st.integers(-(2**52), 2**52)
    return st.sampled_from(kind)


@st.composite
def almost_right(draw: st.DrawFn) -> CallbackData:
    """Well packed, of records that are there, with the right revision or another."""
    button = draw(st.sampled_from(BUTTONS))
    hints = get_type_hints(button)
    return button(**{name: draw(_values(name, hints[name])) for name in button.model_fields})


def _counts(button: CallbackData, person: int) -> bool:
    """May this person press it, as a card of theirs would let them?"""
    match button:
        case AccountButton(press=AccountPress.BACK):
            return person != EVE  # it asks no more than to see their own accounts
        case AccountButton(connection=subject) | DraftButton(draft=subject):
            pass
        case SendButton(draft=subject) | OutboxButton(row=subject) | ListButton(row=subject):
            pass
        case (
            AskAgainButton(row=subject)
            | ListAskAgainButton(row=subject)
            | AttemptButton(attempt=subject)
        ):
            pass
        case _:
            return person == OLEG and getattr(button, "revision", 0) == REVISION
    return subject in IDS_OF.get(person, {}).values() and button.revision == REVISION


MESSAGES = st.sampled_from(("home", "old", "none", "group"))


def _message(kind: str, person: int) -> dict[str, Any] | None:
    return {
        "home": _home(person),
        "old": _home(person) | {"date": 0},
        "none": None,
        "group": _home(person) | {"chat": {"id": -100, "type": "group", "title": "Desk"}},
    }[kind]


def _nothing_comes_of_it(desk: Desk, person: int, data: str, kind: str) -> None:
    assume(len(data.encode()) <= MOST_DATA)
    before = desk.rows()
    desk.api.calls.clear()
    desk.press(person, data, _message(kind, person))
    assert desk.rows() == before
    assert desk.api.calls.count("answerCallbackQuery") == 1


TEXTS = st.one_of(st.text(max_size=MOST_DATA), *map(almost_packed, BUTTONS))


@given(TEXTS, MESSAGES)
def test_a_press_that_means_nothing_changes_nothing(desk: Desk, data: str, kind: str) -> None:
    _nothing_comes_of_it(desk, ANNA, data, kind)


@settings(max_examples=2 * settings().max_examples)  # ten kinds of button
@given(almost_right(), st.sampled_from((ANNA, OLEG)), MESSAGES)
def test_what_a_button_claims_is_checked_against_the_rows(
    desk: Desk, button: CallbackData, person: int, kind: str
) -> None:
    assume(not _counts(button, person))
    _nothing_comes_of_it(desk, person, button.pack(), kind)


@given(almost_right())
def test_strangers_press_in_vain(desk: Desk, button: CallbackData) -> None:
    _nothing_comes_of_it(desk, EVE, button.pack(), "home")


def test_the_right_person_and_revision_are_all_that_is_missing(desk: Desk) -> None:
    button = DraftButton(
        draft=IDS_OF[PETER]["draft"], revision=REVISION, press=Press.OPEN, argument="edit"
    )
    before = desk.rows()
    desk.press(ANNA, button.pack(), _home(ANNA))
    assert desk.rows() == before
    desk.press(PETER, button.pack(), _home(PETER))
    assert desk.rows() != before
