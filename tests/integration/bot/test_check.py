"""`python -m bot check` beside nothing, beside a database, and in front of all sorts of servers."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
import trustme
from aiohttp import web

from bot.lock import hold_lock
from bot.telegram_check import TokenCheck, check_token
from storage import connections, people
from storage.database import Database
from storage.migrations import migrations
from storage.records.connections import Account, Address, Connection
from storage.records.people import Access, Person
from storage.sealing import SecretKeys, new_key
from tests.integration.bot.command_line import NOWHERE, TOKEN, bot, right_settings

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CODE = "webhookcanary42"


async def _database(
    path: Path,
    key: str,
    bot_id: int = 123456,
    portal: tuple[str, str, int] = ("http", "127.0.0.1", 9),
) -> None:
    """A database of that bot with one connection in it."""
    db = await Database.open(path, SecretKeys.read(key), migrations, clock=lambda: NOW)
    await db.claim_bot(bot_id)
    person = Person(42, "Jane", "jane", "en", Access.ADMITTED, False, None, None, 1)
    address = Address(*portal, "", 7, CODE)
    connection = Connection("a" * 16, 42, address, Account(), NOW, 1)
    await db.write(lambda tx: people.save(tx, person))
    await db.write(lambda tx: connections.save(tx, connection))
    await db.close()


def _files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_without_settings_they_are_among_the_lines(tmp_path: Path) -> None:
    ended = bot("check", folder=tmp_path)
    assert (ended.code, ended.said) == (1, [])
    assert [line[:22] for line in ended.out.splitlines()[:2]] == [
        "!!  BOT_TOKEN is missi",
        "!!  SECRET_KEY is miss",
    ]


def test_no_database_yet_is_a_line_and_no_fault_and_none_is_made(tmp_path: Path) -> None:
    ended = bot("check", folder=tmp_path, settings=right_settings())
    assert "--  Database: none yet; the first run makes data/bot.db." in ended.out.splitlines()
    assert _files(tmp_path) == {}
    assert ended.err == ""


def test_a_telegram_that_cannot_be_reached_is_a_fault_without_the_token(tmp_path: Path) -> None:
    ended = bot("check", folder=tmp_path, settings=right_settings())
    assert ended.code == 1
    assert f"!!  Token: {NOWHERE} cannot be reached" in ended.out
    assert TOKEN not in ended.out + ended.err


async def test_a_good_database_is_left_as_it_was_and_names_hosts_only(tmp_path: Path) -> None:
    settings = right_settings(DATABASE_URL="sqlite:///bot.db")
    await _database(tmp_path / "bot.db", settings["SECRET_KEY"])
    before = _files(tmp_path)
    ended = bot("check", folder=tmp_path, settings=settings)
    assert "ok  Database: bot.db opens with SECRET_KEY.\n" in ended.out
    assert "!!  Connection: 127.0.0.1:9 is not allowed by the settings" in ended.out
    assert CODE not in ended.out
    assert _files(tmp_path) == before


async def test_row_83_a_key_that_does_not_open_the_database_is_a_fault(tmp_path: Path) -> None:
    await _database(tmp_path / "bot.db", new_key())
    before = _files(tmp_path)
    ended = bot("check", folder=tmp_path, settings=right_settings(DATABASE_URL="sqlite:///bot.db"))
    assert "!!  The database bot.db was sealed under another key" in ended.out
    assert ended.code == 1
    assert _files(tmp_path) == before


def test_row_55_a_file_that_is_no_database_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"not a database, " * 64)
    (tmp_path / "bot.db").chmod(0o600)
    ended = bot("check", folder=tmp_path, settings=right_settings(DATABASE_URL="sqlite:///bot.db"))
    assert "!!  The database bot.db is damaged" in ended.out
    assert ended.code == 1


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Serve(Protocol):
    """Starts a server that gives one answer to everything, and says where it is."""

    async def __call__(self, answer: Answer, context: ssl.SSLContext | None = None) -> str: ...


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    runners: list[web.AppRunner] = []

    async def start(answer: Answer, context: ssl.SSLContext | None = None) -> str:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        _, port = runner.addresses[0][:2]
        return f"{'https' if context else 'http'}://127.0.0.1:{port}"

    yield start
    for runner in runners:
        await runner.cleanup()


async def _bot_of_the_token(request: web.Request) -> web.StreamResponse:
    if request.path != f"/bot{TOKEN}/getMe":
        return web.json_response({"ok": False, "error_code": 404}, status=404)
    return web.json_response({"ok": True, "result": {"id": 123456, "username": "mail_bot"}})


async def test_telegram_says_whose_the_token_is(serve: Serve) -> None:
    url = await serve(_bot_of_the_token)
    assert await check_token(url, TOKEN) == TokenCheck(123456, "mail_bot")


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [
        (401, '{"ok": false}', "Telegram does not know BOT_TOKEN"),
        (404, '{"ok": false}', "Telegram does not know BOT_TOKEN"),
        (502, "<html>Bad gateway</html>", "TELEGRAM_API_URL answers, but not as"),
        (200, "{}", "TELEGRAM_API_URL answers, but not as"),
        (200, "[" * 200_000, "TELEGRAM_API_URL answers, but not as"),
        (307, "", "TELEGRAM_API_URL answers, but not as"),
    ],
)
async def test_what_is_no_yes_is_a_fault(status: int, body: str, fault: str, serve: Serve) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=body, headers={"Location": "/elsewhere"})

    check = await check_token(await serve(answer), TOKEN)
    assert check.bot_id is None
    assert check.fault.startswith(fault)


async def test_an_answer_that_does_not_come_is_a_fault(serve: Serve) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"ok"')
        await asyncio.sleep(0.3)
        return response

    check = await check_token(await serve(answer), TOKEN, seconds=0.1)
    assert "does not answer within 0.1 s" in check.fault


async def test_a_certificate_of_a_stranger_is_a_fault(serve: Serve) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    check = await check_token(await serve(_bot_of_the_token, context), TOKEN)
    assert "a certificate that this machine does not accept" in check.fault


async def test_row_64_the_token_of_another_bot_is_a_fault(tmp_path: Path, serve: Serve) -> None:
    url = await serve(_bot_of_the_token)
    settings = right_settings(DATABASE_URL="sqlite:///bot.db", TELEGRAM_API_URL=url)
    await _database(tmp_path / "bot.db", settings["SECRET_KEY"], bot_id=654321)
    ended = await asyncio.to_thread(lambda: bot("check", folder=tmp_path, settings=settings))
    assert ended.code == 1
    assert "!!  The database bot.db belongs to another bot" in ended.out


def _place(url: str) -> tuple[str, str, int]:
    scheme, host, port = url.replace("//", "").split(":")
    return scheme, host, int(port)


async def _senders(request: web.Request) -> web.StreamResponse:
    if request.path != f"/rest/api/7/{CODE}/mail.mailbox.senders":
        return web.json_response({"error": {"code": "METHOD_NOT_FOUND"}}, status=404)
    page = (await request.json())["pagination"]["page"]
    senders = [{"email": "jane@portal.example", "name": "Jane", "sender": "Jane <…>"}]
    return web.json_response({"result": {"items": senders if page == 1 else []}})


async def _revoked(request: web.Request) -> web.StreamResponse:
    body = {"error": {"code": "INVALID_CREDENTIALS", "message": f"no {CODE}"}}
    return web.json_response(body, status=401)


async def test_where_all_is_well_it_exits_0(tmp_path: Path, serve: Serve) -> None:
    telegram, portal = await serve(_bot_of_the_token), await serve(_senders)
    settings = right_settings(
        DATABASE_URL="sqlite:///bot.db",
        TELEGRAM_API_URL=telegram,
        TRUSTED_PORTALS=portal.removeprefix("http://"),
    )
    await _database(tmp_path / "bot.db", settings["SECRET_KEY"], portal=_place(portal))
    ended = await asyncio.to_thread(lambda: bot("check", folder=tmp_path, settings=settings))
    label = portal.removeprefix("http://")
    assert ended.out.splitlines() == [
        "ok  Settings: nothing is missing.",
        "ok  Database: bot.db opens with SECRET_KEY.",
        "ok  Token: it is @mail_bot's, number 123456.",
        f"ok  Connection: {label} answers with its senders.",
    ]
    assert (ended.code, ended.err) == (0, "")


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (_revoked, "does not let the webhook in (credentials); its owner has to connect again."),
        (_bot_of_the_token, "answers, but not with the senders ("),
    ],
)
async def test_a_connection_that_fails_is_a_fault_that_names_its_host_only(
    answer: Answer, fault: str, tmp_path: Path, serve: Serve
) -> None:
    portal = await serve(answer)
    settings = right_settings(
        DATABASE_URL="sqlite:///bot.db", TRUSTED_PORTALS=portal.removeprefix("http://")
    )
    await _database(tmp_path / "bot.db", settings["SECRET_KEY"], portal=_place(portal))
    ended = await asyncio.to_thread(lambda: bot("check", folder=tmp_path, settings=settings))
    assert f"!!  Connection: {portal.removeprefix('http://')} {fault}" in ended.out
    assert ended.code == 1
    assert CODE not in ended.out + ended.err


async def test_it_works_beside_a_running_bot(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    settings = right_settings(DATABASE_URL="sqlite:///bot.db")
    keys = SecretKeys.read(settings["SECRET_KEY"])
    db = await Database.open(path, keys, migrations, clock=lambda: NOW)
    try:
        await db.claim_bot(123456)
        names = set(_files(tmp_path))
        with hold_lock(path):
            ended = await asyncio.to_thread(
                lambda: bot("check", folder=tmp_path, settings=settings)
            )
        assert "ok  Database: bot.db opens with SECRET_KEY." in ended.out
        assert set(_files(tmp_path)) == names | {"bot.db.lock"}
    finally:
        await db.close()


async def test_a_value_that_does_not_open_is_a_fault(tmp_path: Path) -> None:
    settings = right_settings(DATABASE_URL="sqlite:///bot.db")
    await _database(tmp_path / "bot.db", settings["SECRET_KEY"])
    keys = SecretKeys.read(settings["SECRET_KEY"])
    db = await Database.open(tmp_path / "bot.db", keys, migrations, clock=lambda: NOW)
    await db.write(lambda tx: tx.execute("UPDATE connections SET code = x'0123'"))
    await db.close()
    ended = bot("check", folder=tmp_path, settings=settings)
    assert "!!  Connection: 127.0.0.1:9 has a stored address that does not open" in ended.out
    assert ended.code == 1


@pytest.mark.parametrize("is_named", [True, False])
async def test_a_portal_of_ones_own_authority_is_trusted_once_that_is_named(
    is_named: bool, tmp_path: Path, serve: Serve
) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ours.pem")
    portal = await serve(_senders, context)
    settings = right_settings(
        DATABASE_URL="sqlite:///bot.db",
        TRUSTED_PORTALS=portal.removeprefix("https://"),
        PORTAL_CA_FILE="ours.pem" if is_named else "",
    )
    await _database(tmp_path / "bot.db", settings["SECRET_KEY"], portal=_place(portal))
    ended = await asyncio.to_thread(lambda: bot("check", folder=tmp_path, settings=settings))
    said = "answers with its senders" if is_named else "name that in PORTAL_CA_FILE"
    assert said in ended.out.splitlines()[-1]
    faults = [line for line in ended.out.splitlines() if "Connection" in line and "!!" in line]
    assert bool(faults) is not is_named
