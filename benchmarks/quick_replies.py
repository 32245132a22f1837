"""Quick replies per second: many people at once, against the cheapest aiogram bot, and one alone.

A reply to a letter's card is stored, becomes a draft, and its review is sent. Both bots run in the
same run, by turns, each with a sandbox of the same kind. Telegram's limits, which the bot keeps to,
are left out: with them it answers 25 people a second, whatever it could.
"""

import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import seeding
from benchmarks.figures import Row
from benchmarks.portals import webhook_at
from benchmarks.programs import Program, program, settings_for
from benchmarks.server_side import ServerSide, server_side
from storage.database import Transaction

ROUNDS = 3
CROWD = 1000  # people
ALONE = 200  # replies of one person
FIRST = 5000  # the id of the first of them
BAR = 0.6


@dataclass
class Round:
    """`milliseconds`: of CPU for each update."""

    per_second: float
    milliseconds: float
    share: float
    calls: dict[str, int]
    said: list[str]


@dataclass
class Side:
    """One bot and its Telegram."""

    server: ServerSide
    bot: Program

    async def answers(self, people: int, each: int) -> Round:
        count, cpu = people * each, self.bot.cpu
        async with self.server.watched() as load:
            got = await self.server.play("answers", first=FIRST, count=people, each=each)
        used = (self.bot.cpu - cpu) * 1000 / count
        return Round(count / got["seconds"], used, load.share, got["calls"], got["said"])


async def quick_replies() -> list[Row]:
    """Updates per second of a crowd and of one person."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours, bare = [await stack.enter_async_context(server_side()) for _ in range(2)]
        for server in (ours, bare):
            await server.play("crowd", first=FIRST, count=CROWD)
        settings = await seed(ours, folder, CROWD)
        bot = await stack.enter_async_context(
            program("benchmarks.unpaced_bot", ours, folder, **settings)
        )
        other = await stack.enter_async_context(program("benchmarks.bare_bot", bare, folder))
        sides = (Side(ours, bot), Side(bare, other))
        crowds = [[await side.answers(CROWD, 1) for side in sides] for _ in range(ROUNDS)]
        _check_alike(crowds[0])
        alone = [await sides[0].answers(1, ALONE) for _ in range(ROUNDS)]
        return [
            _ratio([one for one, _ in crowds], [two for _, two in crowds]),
            _speed(f"Updates per second, {CROWD:,} people", [one for one, _ in crowds]),
            _speed("Updates per second, one person", alone),
            Row("Memory of the bot afterwards", f"{bot.megabytes:.0f} MB"),
        ]


def _check_alike(both: list[Round]) -> None:
    ours, bare = both
    if (ours.calls, ours.said) != (bare.calls, bare.said):
        raise RuntimeError("the two bots do not make the same calls")


async def seed(server: ServerSide, folder: Path, people: int) -> dict[str, str]:
    """Makes the bot's database; the settings to start it with."""
    settings, webhook = await settings_for(server), await webhook_at(server)

    def fill(tx: Transaction) -> None:
        for owner in range(FIRST, FIRST + people):
            seeding.show_letter(tx, seeding.settle(tx, owner, webhook), 15)

    async with seeding.database(folder, settings["SECRET_KEY"]) as database:
        await database.write(fill)
    return settings


def _ratio(ours: list[Round], bare: list[Round]) -> Row:
    ratio = median(one.per_second / two.per_second for one, two in zip(ours, bare, strict=True))
    measured = (
        f"{ratio:.0%} ({_middle(ours)} against {_middle(bare)} a second;"
        f" CPU {_cpu(ours)} against {_cpu(bare)} ms)"
    )
    share = max(each.share for each in ours + bare)
    return Row(
        f"Quick replies, {CROWD:,} people at once, against bare aiogram",
        measured,
        f"at least {BAR:.0%}",
        ratio >= BAR,
        share,
    )


def _speed(what: str, rounds: list[Round]) -> Row:
    share = max(each.share for each in rounds)
    return Row(what, f"{_middle(rounds)} ({_cpu(rounds)} ms of CPU each)", server_share=share)


def _middle(rounds: list[Round]) -> str:
    return f"{median(each.per_second for each in rounds):.0f}"


def _cpu(rounds: list[Round]) -> str:
    return f"{median(each.milliseconds for each in rounds):.1f}"
