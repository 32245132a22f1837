"""Bursts against Telegram's limits: nothing is lost, hardly anything is refused, people go first.

In `make crash` with the true limits; in `make test` with fewer cards, and all times shorter alike.
"""

import asyncio
from collections import Counter
from datetime import datetime
from pathlib import Path

from bot.pacing import Rates
from storage.records.notices import Priority
from storage.records.places import Place
from tests.integration.bot.post import ALERT, CARD, Post, now, opened
from tests.integration.bot.waiting import eventually
from tests.support.scale import FULL, times

CARDS = times(100, full=500)
ALERTS = times(5, full=20)
PEOPLE = times(25, full=100)
GROUP_ALERTS = times(40, full=100)
SECOND = 1.0 if FULL else 0.2
GROUP_SECOND = 1.0 if FULL else 0.01
GROUP = -1003999999999999
IN_ANY_MINUTE = 18


async def alert_in_turn(post: Post) -> dict[int, datetime]:
    """Owes one alert after another while cards go out; when each was owed."""
    owed: dict[int, datetime] = {}
    for person in range(1, ALERTS + 1):
        owed[person] = now()
        await post.owe(person, [f"alert {person}"], what=ALERT, priority=Priority.ALERT)
        await asyncio.sleep(CARDS / 25 / ALERTS / 2 * post.second)
    return owed


def waits(post: Post, owed: dict[int, datetime], what: str) -> list[float]:
    """Seconds of the scale from owing until it was seen, the longest last."""
    seen: dict[int, datetime] = {}
    for call in post.telegram.calls:
        if call.ok and call.parameters.get("text") == what:
            seen.setdefault(int(call.parameters["chat_id"]), call.at)
    return sorted((seen[who] - at).total_seconds() / post.second for who, at in owed.items())


async def test_row_27_an_alert_comes_soon_in_a_burst_of_five_hundred_cards(tmp_path: Path) -> None:
    """INV-14: 0 lost, less than one call in a hundred refused, alerts within ten seconds."""
    async with opened(tmp_path / "bot.db", SECOND) as post:
        people = range(1, PEOPLE + 1)
        await post.meet(*people)
        post.limit()
        began = now()
        for person in people:
            cards = [f"card {number}" for number in range(CARDS // PEOPLE)]
            await post.owe(person, cards, priority=Priority.CARD)
        owed = await alert_in_turn(post)
        await post.all_done(120 * SECOND)
        took = (now() - began).total_seconds() / SECOND
        seen = Counter(text for person in people for text in post.texts(person))
        assert seen == {CARD: CARDS, ALERT: ALERTS}, "each once"
        waited = waits(post, owed, ALERT)
        refused = len(post.telegram.pace.refused)
        print(  # noqa: T201  (the figures of docs/crash.md)
            f"{CARDS} cards to {PEOPLE} people and {ALERTS} alerts took {took:.1f} s; alerts after "
            f"{waited[len(waited) // 2]:.2f} s, p95 {waited[int(len(waited) * 0.95) - 1]:.2f} s, "
            f"at most {waited[-1]:.2f} s; refused {refused} of {len(post.telegram.pace.sends)}"
        )
        assert waited[int(len(waited) * 0.95) - 1] <= 10
        assert refused < len(post.telegram.pace.sends) / 100


async def test_an_answer_does_not_wait_behind_a_burst_to_others(tmp_path: Path) -> None:
    async with opened(tmp_path / "bot.db", SECOND) as post:
        await post.meet(*range(1, PEOPLE + 1))
        post.limit()
        for person in range(2, PEOPLE + 1):
            await post.owe(person, ["a", "b"], priority=Priority.CARD)
        owed = {1: now()}
        await post.owe(1, what=ALERT, priority=Priority.ANSWER)
        await post.all_done(30 * SECOND + 5)
        assert waits(post, owed, ALERT)[-1] * SECOND <= 0.5


async def test_without_turns_the_same_limits_are_met(tmp_path: Path) -> None:
    """The negative control: this Telegram does refuse a bot that does not wait."""
    async with opened(tmp_path / "bot.db", SECOND, Rates(chat_burst=99, over_all=9999)) as post:
        await post.meet(*range(1, 11))
        post.limit()
        for person in range(1, 11):
            cards = [f"card {number}" for number in range(10)]
            await post.owe(person, cards, priority=Priority.CARD)
        await eventually(lambda: len(post.telegram.pace.refused) > 1)


async def test_row_28_a_hundred_alerts_in_a_group_keep_to_its_limit(tmp_path: Path) -> None:
    """What is owed again before its turn comes is shown once."""
    async with opened(tmp_path / "bot.db", GROUP_SECOND) as post:
        await post.meet(1)
        post.telegram.group(GROUP, "Support", [post.telegram.people[1]])
        post.limit()
        for _ in range(2):
            subjects = [f"alert {number}" for number in range(GROUP_ALERTS // 2)]
            await post.owe(1, subjects, what=ALERT, priority=Priority.ALERT, place=Place(GROUP))
        await post.all_done(1200 * GROUP_SECOND)
        times_sent = [send.at for send in post.telegram.pace.accepted if send.chat_id == GROUP]
        assert GROUP_ALERTS // 2 <= len(times_sent) < GROUP_ALERTS, "coalesced, and none lost"
        assert len(post.telegram.pace.refused) == 0
        minute = 60 * GROUP_SECOND
        most = max(
            sum(0 <= (b - a).total_seconds() < minute * 0.98 for b in times_sent)
            for a in times_sent
        )
        assert most <= IN_ANY_MINUTE
