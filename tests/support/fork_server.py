"""Imports the bot once and forks it per test: importing aiogram takes seconds, a fork does not.

Listens at the Unix socket that it is started with. Every caller gets a process of its own, forked
too, which speaks JSON lines: {"start": {settings}, "folder", "log", "user", "waits", "second"} ->
{"pid"}, and {"wait": pid} -> {"exit"}. {"play": module, …} -> {"pid"} runs `main` of another
module. The forked child runs the shipped command line, as `python -m bot` would.
"""

import ctypes
import encodings.idna
import encodings.utf_8_sig
import encodings.utf_16_le
import importlib
import importlib.readers
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from bot import __main__, wiring
from bot import run as run_command
from bot.leaving import STOPS, leave_when_asked
from bot.pacing import RATES
from bot.telegram_side import TelegramSide
from bot.tempo import Tempo
from mail.waits import WAITS

# The standard library loads these late, and may lie where only root can read it.
LATE = (importlib.readers, encodings.utf_8_sig, encodings.utf_16_le, encodings.idna)
LOADED = (wiring, run_command, TelegramSide, *LATE)

PR_SET_KEEPCAPS = 8
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_READ_SEARCH = 1 << 2


def listen(path: str) -> None:
    """Until the test run closes our input; those who call are served as long as they stay."""
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen()
        while sys.stdin not in select.select([door, sys.stdin], [], [])[0]:
            caller, _address = door.accept()
            if os.fork() == 0:
                door.close()
                _serve(caller)
                os._exit(0)
            caller.close()
    with suppress(ChildProcessError):
        while os.wait():  # each until its caller hangs up
            pass


def _serve(caller: socket.socket) -> None:
    with caller, caller.makefile("rw") as lines:
        for line in lines:
            lines.write(json.dumps(_answer(json.loads(line))) + "\n")
            lines.flush()


def _answer(request: dict[str, object]) -> dict[str, int]:
    if "wait" in request:
        _pid, status = os.waitpid(int(str(request["wait"])), 0)
        return {"exit": os.waitstatus_to_exitcode(status)}
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)  # until the child heeds them
    pid = os.fork()
    if pid == 0:
        os._exit(_play(request) if "play" in request else _child(request))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    return {"pid": pid}


def _play(request: dict[str, object]) -> int:
    """A program of the tests' own instead of the bot."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    return int(importlib.import_module(str(request["play"])).main(request))


def _child(request: dict[str, object]) -> int:
    settings = request["start"]
    assert isinstance(settings, dict)
    log = Path(str(request["log"])).open("a")  # noqa: SIM115  (open as long as the process)
    os.dup2(log.fileno(), 1)
    os.dup2(log.fileno(), 2)
    os.chdir(str(request["folder"]))
    _become(request["user"])
    os.environ.clear()
    os.environ.update(settings)
    leave_when_asked()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
    tempo = _tempo(request.get("waits"), float(str(request["second"])))
    return __main__.ended(partial(run_command.main, tempo))


def _tempo(waits: object, second: float) -> Tempo:
    """Shorter waits, in seconds by their names, and shorter seconds of Telegram's limits."""
    given = waits if isinstance(waits, dict) else {}
    shorter: dict[str, Any] = {name: timedelta(seconds=seconds) for name, seconds in given.items()}
    rates = replace(RATES, second=second, minute=60 * second)
    return Tempo(waits=replace(WAITS, **shorter), rates=rates)


def _become(user: object) -> None:
    """Gives up root's rights, under which no file is read-only; but not the right to read.

    The project may lie in a folder that only root may enter (capabilities(7), prctl(2)).
    """
    if isinstance(user, int) and os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        os.setgroups([])
        os.setgid(user)
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
        os.setuid(user)
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        may_read = (ctypes.c_uint32 * 6)(CAP_DAC_READ_SEARCH, CAP_DAC_READ_SEARCH)
        libc.capset(header, may_read)


if __name__ == "__main__":
    listen(sys.argv[1])
