"""Row 40 once more over HTTP: the sandbox's faults, with a crash at each step of the loop."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.faults import Fault
from sandbox.running import Sandbox
from tests.crash.games import Game
from tests.crash.over_http import PATIENCE, Spoil, play, prepare
from tests.crash.playing import REPLY
from tests.support.scale import times


def on_send(kind: str, *args: object, **options: object) -> Spoil:
    """A fault of the sandbox, on the first call that sends."""

    def spoil(sandbox: Sandbox) -> Fault:
        fault = getattr(sandbox.faults, kind)(*args, method=REPLY, times=1, **options)
        assert isinstance(fault, Fault)
        return fault

    return spoil


def classic(status: int, code: str) -> Spoil:
    return on_send("reply_with", status, {"error": code, "error_description": "…"})


FAULTS: dict[str, Spoil] = {
    "none": lambda _sandbox: None,
    "dropped": on_send("dropped"),
    "dropped unread": on_send("dropped_unread"),
    "answer lost": on_send("answer_lost"),
    "half an answer": on_send("half_answer"),
    "hangs": on_send("hang"),
    "silent": on_send("silent"),
    "late": on_send("late", PATIENCE * 2),
    "proxy page, not run": on_send("html", 502),
    "proxy page, ran": on_send("html", 502, ran=True),
    "page in 200, ran": on_send("html", ran=True),
    "500, not run": on_send("server_error"),
    "500, ran": on_send("server_error", ran=True),
    "error in 200": on_send("error_in_200"),
    "401": on_send("unauthorized"),
    "403": classic(403, "insufficient_scope"),
    "404": classic(404, "ERROR_METHOD_NOT_FOUND"),
    "422": on_send(
        "reply_with",
        422,
        {"error": {"code": "BITRIX_REST_V3_EXCEPTION_IDEMPOTENCYKEYREUSEDEXCEPTION"}},
    ),
    "429": classic(429, "OPERATION_TIME_LIMIT"),
    "503 limit": on_send("unavailable"),
    "503 page": on_send("unavailable", page=True),
    "503 overload": classic(503, "OVERLOAD_LIMIT"),
}
PORTALS = [(True, True), (True, False), (False, True), (False, False)]


@pytest.fixture
async def prepared(tmp_path: Path) -> sqlite3.Connection:
    return await prepare(tmp_path / "prepared.db")


async def check(prepared: sqlite3.Connection, game: Game, spoil: Spoil) -> int:
    """Once, no lie, an end. How many steps it took."""
    outcome = await play(prepared, game, spoil)
    where = (game, outcome)
    assert outcome.left <= 1, where
    assert not outcome.lies, where
    assert not outcome.stuck, where
    assert outcome.ended_well, where
    return outcome.steps


@pytest.mark.parametrize("name", FAULTS)
async def test_row_40_a_fault_on_the_wire_and_a_crash_at_each_step(
    prepared: sqlite3.Connection, name: str
) -> None:
    number = list(FAULTS).index(name)
    for keeps_keys, shows_copies in some_portals(number):
        game = Game((), keeps_keys=keeps_keys, shows_copies=shows_copies)
        steps = await check(prepared, game, FAULTS[name])
        for at in range(1 + number % times(4, full=1), steps + 1, times(4, full=1)):
            await check(prepared, replace(game, break_at=at), FAULTS[name])


def some_portals(number: int) -> list[tuple[bool, bool]]:
    """One kind of portal for each fault in `make test`, all of them in full."""
    return [PORTALS[(number + more) % len(PORTALS)] for more in range(times(1, full=4))]
