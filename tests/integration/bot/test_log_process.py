"""Row 85 in a real process: whatever is raised or logged at DEBUG, by whomever, stderr is clean."""

import json
import subprocess
import sys

import pytest

from tests.integration.bot.command_line import ROOT, TOKEN

CANARY = "literal-canary"
EVERYTHING = f"{TOKEN} https://portal.example/rest/7/webhookcanary42/ {CANARY}"

PROGRAM = """
import asyncio, gc, logging, sys, threading, warnings
from bot.logs import Secrets, set_up

text = sys.argv[2]
for name in ("aiogram", "aiohttp.client", "asyncio"):
    logging.getLogger(name).addHandler(logging.StreamHandler())  # a library's own, as if
    logging.getLogger(name).propagate = False
secrets = Secrets()
secrets.add("literal-canary")
set_up("DEBUG", sys.argv[1], secrets)

class Odd(Exception):
    def __init__(self, text):
        super().__init__(text)
        self.method = text
    def __repr__(self):
        return text

class BadRepr:
    def __repr__(self):
        raise RuntimeError(text)

class Falls:
    def __del__(self):
        raise Odd(text)

for name in ("", "aiogram", "aiohttp.client", "aiohttp.access", "asyncio", "new"):
    logging.getLogger(name).debug("debug %s", text)
    logging.getLogger(name).info("info", extra={"url": text}, stack_info=True)
    logging.getLogger(name).info("%s %s", text)        # the arguments do not fit
    logging.getLogger(name).info("%s", BadRepr())
errors = [kind for kind in vars(__import__("builtins")).values()
          if isinstance(kind, type) and issubclass(kind, Exception)
          and not issubclass(kind, (Warning, UnicodeError, ExceptionGroup))]
for kind in [*errors, Odd]:
    try:
        try:
            raise kind(text)
        except kind as error:
            raise ExceptionGroup(text, [error])
    except ExceptionGroup:
        logging.exception("%s", kind.__name__)
warnings.warn(text, UserWarning)
Falls(); gc.collect()

def crash():
    raise Odd(text)

async def main():
    asyncio.get_running_loop().create_task(fail(), name=text)
    asyncio.get_running_loop().call_soon(crash)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()

async def fail():
    raise Odd(text)

thread = threading.Thread(target=crash, name=text); thread.start(); thread.join()
asyncio.run(main(), debug=True)
crash()
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_row_85_nothing_that_is_raised_or_logged_shows_a_secret(form: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, form, EVERYTHING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    for canary in (TOKEN, "webhookcanary42", CANARY):
        assert canary not in ended.stderr
    for said in ("debug ***", "ZeroDivisionError", "UserWarning", "was never retrieved", "crash"):
        assert said in ended.stderr
    assert ended.stderr.count("An error that nobody expected") == 3
    assert "aiohttp.access" not in ended.stderr
    if form == "json":
        lines = ended.stderr.splitlines()
        assert all(json.loads(line) for line in lines if not line.startswith("A log line"))
