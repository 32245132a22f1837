"""How many calls of a portal an answer takes, counted at the portal, over the whole bot."""

import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.figures import Row
from benchmarks.programs import program, settings_for
from benchmarks.server_side import server_side

QUICK = ["mail.message.thread", "mail.message.reply"]
GUIDED = 5
LIST = "mail.message.list"


async def rest_calls() -> list[Row]:
    """A guided answer with and without a number, and a quick one to the letter's card."""
    async with server_side() as server:
        with tempfile.TemporaryDirectory() as folder:
            settings = await settings_for(server)
            async with program("bot", server, Path(folder), **settings):
                await server.play("connect")
                asked = await server.play("guided", number=None)
                named = await server.play("guided", number=15)
                quick = await server.play("quick")
    bar = f"at most {GUIDED}, list only without a number"
    return [
        Row("REST calls, quick reply from a card", _said(quick), "2", quick == QUICK),
        Row("REST calls, guided, number given", _said(named), bar, _fits(named, 0)),
        Row("REST calls, guided, no number given", _said(asked), bar, _fits(asked, 1)),
    ]


def _fits(calls: list[str], lists: int) -> bool:
    return len(calls) <= GUIDED and calls.count(LIST) <= lists


def _said(calls: list[str]) -> str:
    counted = Counter(call.removeprefix("mail.") for call in calls)
    return f"{len(calls)} ({', '.join(f'{name} {n}' for name, n in counted.items())})"
