"""One call over a real connection: what leaves, what comes back, and what a loss means."""

import asyncio
import gzip
import json
import logging
import socket
import ssl
import sys
import traceback
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NoReturn

import pytest
import trustme
from aiohttp import web

from bitrix24.client import Client
from bitrix24.envelope import Answer
from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    Moved,
    NotSent,
    PortalError,
    Refused,
    Unknown,
)
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook
from tests.integration.bitrix24.portals import CODE, Handler, open_portal, open_raw

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
GET = "mail.message.get"
REPLY = "mail.message.reply"
MIB = 1024 * 1024
HUGE = 256  # MiB


@asynccontextmanager
async def client_for(
    *webhooks: Webhook, seconds: float = 5, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Client]:
    entries = ",".join(f"{webhook.host}:{webhook.effective_port}" for webhook in webhooks)
    sessions = Sessions(TrustedPortals.read(entries), ssl_context=tls)
    try:
        yield Client(
            sessions,
            clock=lambda: NOW,
            user_agent="mail-bot/0.1",
            connect_seconds=seconds,
            read_seconds=seconds,
            send_seconds=seconds,
        )
    finally:
        await sessions.close()


async def outcome(webhook: Webhook, *, seconds: float = 5, sending: bool = True) -> PortalError:
    """The error that one call ends in."""
    async with client_for(webhook, seconds=seconds) as client:
        read = partial(client.call, webhook, GET, {"id": 1})
        send = partial(client.send_bytes, webhook, REPLY, b"{}", "key-1")
        with pytest.raises(PortalError) as caught:
            await (send if sending else read)()
    return caught.value


def saying(document: object, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(document, status=status, headers=headers)

    return answer


async def test_a_read_is_one_json_post_to_the_rest_3_address() -> None:
    async with (
        open_portal(saying({"result": {"item": 1}})) as portal,
        client_for(portal.webhook) as client,
    ):
        answer = await client.call(portal.webhook, GET, {"id": 15, "text": "пять"})
    assert answer.result == {"item": 1}
    (call,) = portal.calls
    assert call.path == f"/rest/api/1/{CODE}/{GET}"
    assert json.loads(call.body) == {"id": 15, "text": "пять"}
    assert call.headers["Content-Type"] == "application/json"
    assert call.headers["Accept"] == "application/json"
    assert call.headers["User-Agent"] == "mail-bot/0.1"
    assert "Idempotency-Key" not in call.headers


async def test_a_classic_method_has_the_classic_address() -> None:
    async with (
        open_portal(saying({"result": []})) as portal,
        client_for(portal.webhook) as client,
    ):
        await client.call(portal.webhook, "profile", {}, classic=True)
    assert portal.calls[0].path == f"/rest/1/{CODE}/profile"


async def test_a_send_carries_the_exact_bytes_and_the_key() -> None:
    body = b'{ "b":1,\n"a": "\\u044f" }'
    echo = {"Idempotency-Key": "key-1", "Idempotent-Replayed": "true"}
    async with (
        open_portal(saying({"result": {"success": True}}, headers=echo)) as portal,
        client_for(portal.webhook) as client,
    ):
        answer = await client.send_bytes(portal.webhook, REPLY, body, "key-1")
    assert portal.calls[0].body == body
    assert portal.calls[0].headers["Idempotency-Key"] == "key-1"
    assert (answer.learned.idempotency, answer.learned.replayed) == ("proven", True)


async def test_header_names_are_read_in_any_case() -> None:
    async with (
        open_portal(saying({"result": 1}, headers={"IDEMPOTENCY-KEY": "key-1"})) as portal,
        client_for(portal.webhook) as client,
    ):
        answer = await client.send_bytes(portal.webhook, REPLY, b"{}", "key-1")
    assert answer.learned.idempotency == "proven"


async def test_sends_never_reuse_a_connection_and_reads_do() -> None:
    async with (
        open_portal(saying({"result": 1})) as portal,
        client_for(portal.webhook) as client,
    ):
        for _ in range(3):
            await client.call(portal.webhook, GET, {})
        assert len(portal.connections) == 1
        for _ in range(3):
            await client.send_bytes(portal.webhook, REPLY, b"{}", "key-1")
        assert len(portal.connections) == 4


async def test_errors_come_with_class_code_and_what_was_learned() -> None:
    document = {
        "error": {"code": "X_ACCESSDENIEDEXCEPTION", "message": "No"},
        "time": {"date_start": "2026-09-01T11:00:00+03:00"},
    }
    async with open_portal(saying(document, 403)) as portal:
        error = await outcome(portal.webhook)
    assert type(error) is Refused
    assert error.failure.code is FailureCode.NO_RIGHT
    assert error.learned.utc_offset == timedelta(hours=3)


async def test_retry_after_is_counted_from_the_clock() -> None:
    busy = saying({"error": "QUERY_LIMIT_EXCEEDED"}, 503, {"retry-after": "30"})
    async with open_portal(busy) as portal:
        error = await outcome(portal.webhook)
    assert type(error) is Busy
    assert error.failure.retry_at == NOW + timedelta(seconds=30)


async def test_a_renamed_portal_tells_its_new_place_and_nothing_is_repeated() -> None:
    async with open_portal(saying({"result": True})) as new:

        async def answer(request: web.Request) -> web.StreamResponse:
            place = f"http://127.0.0.1:{new.port}{request.path}"
            return web.Response(status=302, headers={"Location": place}, text="<html>")

        async with open_portal(answer) as old, client_for(old.webhook, new.webhook) as client:
            for call in (
                client.call(old.webhook, GET, {"id": 1}),
                client.call(old.webhook, "profile", {}, classic=True),
                client.send_bytes(old.webhook, REPLY, b"{}", "key-1"),
            ):
                with pytest.raises(Moved) as caught:
                    await call
                assert caught.value.webhook == new.webhook
                assert caught.value.failure == Failure(FailureCode.MOVED, 302)
                assert CODE not in str(caught.value) + repr(caught.value)
        assert (len(old.calls), len(new.calls)) == (3, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_not_followed(status: int) -> None:
    async with open_portal(saying({"result": 1})) as other:

        async def move(request: web.Request) -> web.StreamResponse:
            place = f"http://{other.host}:{other.port}{request.path}"
            return web.Response(status=status, headers={"Location": place}, text="<html>")

        async with open_portal(move) as portal:
            error = await outcome(portal.webhook)
        assert len(portal.calls) == 1
    assert (type(error), error.failure.code) == (AccessLost, FailureCode.MOVED)
    assert other.calls == []


# What proves that nothing left, and what does not.


async def test_a_letter_waited_in_silence_for_working_time_that_was_used_up() -> None:
    """The refusal does not say when the method runs again, but the answer before it did."""
    told = {"operating": 3.5, "operating_reset_at": (NOW + timedelta(seconds=480)).timestamp()}
    answers: list[tuple[dict[str, object], int]] = [
        ({"result": {"success": True}, "time": told}, 200),
        ({"error": "OPERATION_TIME_LIMIT"}, 429),
    ]

    async def answer(request: web.Request) -> web.StreamResponse:
        document, status = answers.pop(0)
        return web.json_response(document, status=status)

    async with open_portal(answer) as portal, client_for(portal.webhook) as client:
        await client.send_bytes(portal.webhook, REPLY, b"{}", "key-1")
        with pytest.raises(Busy) as refused:
            await client.send_bytes(portal.webhook, REPLY, b"{}", "key-2")
        with pytest.raises(Busy) as waits:
            await client.turn(portal.webhook, REPLY)
        await client.turn(portal.webhook, GET)
    for caught in (refused, waits):
        assert caught.value.failure.code is FailureCode.OPERATING_TIME
        retry_at = caught.value.failure.retry_at
        assert retry_at is not None
        assert timedelta(seconds=480) < retry_at - NOW <= timedelta(seconds=481)
    assert len(portal.calls) == 2


async def test_a_refused_connection_sent_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = await outcome(Webhook("http", "127.0.0.1", port, "", 1, CODE))
    assert (type(error), error.failure.code) == (NotSent, FailureCode.UNREACHABLE)


async def test_a_name_that_does_not_resolve_sent_nothing() -> None:
    error = await outcome(Webhook("http", "portal.invalid", 8080, "", 1, CODE))
    assert (type(error), error.failure.code) == (NotSent, FailureCode.UNREACHABLE)


async def test_a_port_that_never_accepts_sent_nothing() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        crowd = [socket.socket() for _ in range(4)]
        try:
            for one in crowd:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            error = await outcome(Webhook("http", "127.0.0.1", port, "", 1, CODE), seconds=0.3)
        finally:
            for one in crowd:
                one.close()
    assert (type(error), error.failure.code) == (NotSent, FailureCode.TIMEOUT_CONNECTING)


@pytest.mark.parametrize("trusted_authority", [True, False])
async def test_a_certificate_is_verified_before_anything_leaves(trusted_authority: bool) -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(server)
    known = ssl.create_default_context()
    (authority if trusted_authority else trustme.CA()).configure_trust(known)
    async with open_portal(saying({"result": 1}), tls=server) as portal:
        webhook = Webhook("https", "localhost", portal.port, "", 1, CODE)
        async with client_for(webhook, tls=known) as client:
            if trusted_authority:
                assert (await client.send_bytes(webhook, REPLY, b"{}", "k")).result == 1
                return
            with pytest.raises(NotSent) as caught:
                await client.send_bytes(webhook, REPLY, b"{}", "k")
    assert caught.value.failure.code is FailureCode.CERTIFICATE
    assert portal.calls == []


async def test_a_port_without_tls_is_no_secure_connection() -> None:
    async with open_portal(saying({"result": 1})) as portal:
        error = await outcome(Webhook("https", portal.host, portal.port, "", 1, CODE))
    assert (type(error), error.failure.code) == (NotSent, FailureCode.CERTIFICATE)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def read_and_hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"{}")
    writer.close()


async def stay_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def answer_half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"{}")
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n{"result": {"success": tr')
    await writer.drain()


async def answer_nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"{}")
    writer.write(b"HELLO THERE\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize(
    ("peer", "code"),
    [
        (hang_up, FailureCode.BROKEN_OFF),
        (read_and_hang_up, FailureCode.BROKEN_OFF),
        (stay_silent, FailureCode.NO_ANSWER),
        (answer_half, FailureCode.BAD_ANSWER),
        (answer_nonsense, FailureCode.BAD_ANSWER),
    ],
)
async def test_after_the_first_byte_a_loss_is_unknown(peer: object, code: FailureCode) -> None:
    assert callable(peer)
    async with open_raw(peer) as server:
        error = await outcome(server.webhook, seconds=0.4)
    assert server.connections == 1
    assert (type(error), error.failure.code) == (Unknown, code)


# Answers that are too large or too slow.


async def big(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(160):
        await response.write(b" " * 65536)
    return response


async def bomb(request: web.Request) -> web.StreamResponse:
    packed = gzip.compress(b" " * 10 * 1024 * 1024)
    return web.Response(body=packed, headers={"Content-Encoding": "gzip"})


@pytest.mark.parametrize("handler", [big, bomb])
async def test_row_80_a_huge_answer_is_cut(handler: Handler) -> None:
    async with open_portal(handler) as portal:
        error = await outcome(portal.webhook)
    assert (type(error), error.failure.code) == (Unknown, FailureCode.ANSWER_TOO_LARGE)


_CALLS_BOMBS = """
import asyncio, resource, sys
from datetime import UTC, datetime
from bitrix24.client import Client
from bitrix24.errors import Unknown
from bitrix24.reach import Sessions
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook

async def main(port):
    sessions = Sessions(TrustedPortals.read(f"127.0.0.1:{port}"))
    client = Client(sessions, clock=lambda: datetime.now(UTC), user_agent="mail-bot/0.1")
    webhook = Webhook("http", "127.0.0.1", port, "", 1, "a1b2c3d4e5f6g7h8")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(4):
        try:
            await client.call(webhook, "x", {})
        except Unknown as error:
            print(error.failure.code)
    await sessions.close()
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)

asyncio.run(main(int(sys.argv[1])))
"""


def _packed_bomb() -> bytes:
    """Blanks, a thousandth of their size."""
    packer = zlib.compressobj(9, wbits=31)
    block = b" " * MIB
    return b"".join(packer.compress(block) for _ in range(HUGE)) + packer.flush()


@pytest.mark.parametrize("packed", [True, False])
async def test_row_80_a_huge_answer_costs_no_memory(packed: bool) -> None:
    body = _packed_bomb() if packed else b""

    async def flood(request: web.Request) -> web.StreamResponse:
        if packed:
            return web.Response(body=body, headers={"Content-Encoding": "gzip"})
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            for _ in range(HUGE):
                await response.write(b" " * MIB)
        return response

    async with open_portal(flood) as portal:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _CALLS_BOMBS, str(portal.port), stdout=asyncio.subprocess.PIPE
        )
        out, _ = await child.communicate()
    *said, grown = out.decode().split()
    assert said == ["answer_too_large"] * 4
    assert int(grown) < 64, f"MiB; one answer unpacked would be {HUGE}"


async def test_an_answer_may_be_as_large_as_its_cap_unpacked() -> None:
    async def full(request: web.Request) -> web.StreamResponse:
        text = json.dumps({"result": "x" * 2_000_000})
        packed = gzip.compress(text.encode())
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async with open_portal(full) as portal, client_for(portal.webhook) as client:
        answer = await client.call(portal.webhook, GET, {}, size=2_000_020)
        assert answer == Answer("x" * 2_000_000, answer.learned)
        with pytest.raises(Unknown):
            await client.call(portal.webhook, GET, {}, size=2_000_000)


async def test_row_80_a_slow_answer_is_cut() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with open_raw(drip) as server:
        begun = asyncio.get_running_loop().time()
        error = await outcome(server.webhook, seconds=0.3, sending=False)
        took = asyncio.get_running_loop().time() - begun
    assert (type(error), error.failure.code) == (Unknown, FailureCode.NO_ANSWER)
    assert took < 2


# Secrets.


def shown(error: BaseException) -> str:
    """Everything that a log, a report or a debugger's glance shows of an error."""
    parts = ["".join(traceback.format_exception(error)), str(error), repr(error)]
    links = [error.__cause__, error.__context__]
    parts += [shown(link) for link in links if link is not None]
    return "".join(parts) + repr(error.args) + repr(vars(error))


async def loud(request: web.Request) -> NoReturn:
    raise web.HTTPBadRequest(
        text=json.dumps({"error": CODE, "error_description": str(request.url)})
    )


async def loud_redirect(request: web.Request) -> NoReturn:
    raise web.HTTPFound(f"/auth/{CODE}/")


@pytest.mark.parametrize("sending", [True, False])
async def test_row_85_no_error_shows_the_secret(
    caplog: pytest.LogCaptureFixture, sending: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    errors = []
    for handler in (loud, loud_redirect, big, saying({"error": CODE}, 503), saying([CODE])):
        async with open_portal(handler) as portal:
            errors.append(await outcome(portal.webhook, sending=sending))
    for peer in (hang_up, read_and_hang_up, stay_silent, answer_half, answer_nonsense):
        async with open_raw(peer) as server:
            errors.append(await outcome(server.webhook, seconds=0.2, sending=sending))
    errors.append(await outcome(Webhook("http", "portal.invalid", 80, "", 1, CODE)))
    errors.append(await outcome(Webhook("https", portal.host, 9, "", 1, CODE)))
    for error in errors:
        assert CODE not in shown(error), type(error)
    ours = [record for record in caplog.records if not record.name.startswith("aiohttp.access")]
    assert CODE not in "".join(record.getMessage() for record in ours)
    assert {type(error) for error in errors} == {NotSent, AccessLost, Refused, Unknown}
