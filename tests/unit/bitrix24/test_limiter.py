"""Turns at a portal: never more than its bucket, all that it allows, people first, in order."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix24.errors import Failure, FailureCode
from bitrix24.learned import NOTHING, Learned
from bitrix24.limiter import Limiter, Turn
from bitrix24.rates import PortalRates
from bitrix24.webhook import Webhook
from bitrix24.working_time import UsedUp
from tests.unit.bitrix24.played_time import CountingPortal, PlayedTime

WEBHOOK = Webhook("https", "acme.bitrix24.example", None, "", 1, "a1b2c3d4e5f6g7h8")
OTHER = replace(WEBHOOK, host="other.bitrix24.example")
GET, LIST = "mail.message.get", "mail.message.list"
NOON = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
TOO_MANY = Failure(FailureCode.TOO_MANY_CALLS, 503)
ROUNDING = 1e-6  # seconds, of played time
USED_UP = Failure(FailureCode.OPERATING_TIME, 429)


@dataclass(frozen=True)
class Call:
    """Somebody calls after `start`; `reaches` and `answered` are seconds after each other."""

    start: float = 0.0
    kind: Turn = Turn.PERSON
    reaches: float = 0.0
    answered: float = 0.0
    patience: float | None = None
    method: str = GET


class Office:
    """People and a watcher, one portal, one limiter; `really` is a bucket smaller than known."""

    def __init__(self, size: int = 50, per_second: float = 2.0, *, really: int = 0) -> None:
        self.time = PlayedTime()
        self.portal = CountingPortal(really or size, per_second)
        rates = PortalRates.read(f"{WEBHOOK.host}={size}/{per_second:g}")
        self.limiter = Limiter(rates, clock=self.time.clock, sleep=self.time.sleep)
        self.began = self.time.now
        self.asked: list[int] = []
        self.gone: dict[int, float] = {}  # whose turn came, and when
        self.refused: dict[int, tuple[float, float]] = {}  # whose does not: when, and for how long

    async def run(self, *calls: Call) -> None:
        """Until all had their turn, or gave up."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._live(*one)) for one in enumerate(calls)]
            for call, task in zip(calls, tasks, strict=True):
                if call.patience is not None:
                    group.create_task(self._give_up(task, call.start + call.patience))
            await self.time.play()
            assert all(task.done() for task in tasks), "somebody waits for ever"

    async def _live(self, number: int, call: Call) -> None:
        await self.time.sleep(call.start)
        self.asked.append(number)
        try:
            await self.limiter.turn(WEBHOOK, call.method, call.kind)
        except UsedUp as used_up:
            self.refused[number] = (self.time.now - self.began, used_up.seconds)
            return
        self.gone[number] = self.time.now - self.began
        await self.time.sleep(call.reaches)
        is_taken = self.portal.count(self.time.now)
        await self.time.sleep(call.answered)
        failure = None if is_taken else TOO_MANY
        self.limiter.answered(WEBHOOK, call.method, NOTHING, failure, at=NOON)

    async def _give_up(self, task: asyncio.Task[None], seconds: float) -> None:
        await self.time.sleep(seconds)
        task.cancel()

    def learn(
        self,
        method: str,
        failure: Failure | None,
        operating: float | None = None,
        operating_reset_at: datetime | None = None,
    ) -> None:
        learned = Learned(operating=operating, operating_reset_at=operating_reset_at)
        self.limiter.answered(WEBHOOK, method, learned, failure, at=NOON)


async def test_the_bucket_is_there_at_once_and_then_its_rate() -> None:
    office = Office(size=50, per_second=2)
    await office.run(*[Call()] * 60)
    times = list(office.gone.values())
    assert times[48] == 0
    assert times[49:] == pytest.approx([0.5 * n for n in range(1, 12)])
    assert office.portal.refused == 0


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.3])
async def test_nearly_all_that_the_bucket_allows_is_used(seconds: float) -> None:
    office = Office(size=50, per_second=50)
    await office.run(*[Call(reaches=seconds / 2, answered=seconds / 2)] * 400)
    allowed = 50 + 50 * max(office.gone.values())
    assert office.portal.refused == 0
    assert 400 / allowed >= 0.95


async def test_calls_that_hang_take_no_room_for_long() -> None:
    office = Office(size=10, per_second=5)
    await office.run(*[Call(answered=30)] * 30)
    assert max(office.gone.values()) < 30 / 5 + 2
    assert office.portal.refused == 0


async def test_a_person_goes_before_the_watcher_and_waits_no_longer_than_one_call() -> None:
    office = Office(size=10, per_second=2)
    watcher = [Call(kind=Turn.WATCHER)] * 40
    people = [Call(start=1.1 + n) for n in range(8)]
    await office.run(*watcher, *people)
    for number, person in enumerate(people, start=len(watcher)):
        assert office.gone[number] - person.start <= 0.5 + 0.01


async def test_a_portal_whose_bucket_is_smaller_is_asked_less_and_less_often() -> None:
    office = Office(size=50, per_second=2, really=5)
    await office.run(*[Call(reaches=0.01, answered=0.01)] * 60)
    assert len(office.portal.arrived) == 60 - office.portal.refused
    assert office.portal.refused <= 45 + 5


async def test_refusals_in_a_row_double_the_pause_until_one_is_taken() -> None:
    office = Office(size=50, per_second=2)
    limiter, time = office.limiter, office.time
    pauses = []

    async def ask(failure: Failure | None) -> None:
        before = time.now
        await limiter.turn(WEBHOOK, GET)
        pauses.append(time.now - before)
        await time.sleep(0.1)
        limiter.answered(WEBHOOK, GET, NOTHING, failure, at=NOON)

    async with asyncio.TaskGroup() as group:

        async def play() -> None:
            for failure in (*[TOO_MANY] * 9, None, TOO_MANY, None):
                await ask(failure)

        group.create_task(play())
        await time.play()
    assert pauses[:8] == pytest.approx([0, 0.5, 1, 2, 4, 8, 16, 32])
    assert pauses[8:] == pytest.approx([60, 60, pauses[10], 0.5], abs=0.5)


async def test_portals_do_not_wait_for_each_other() -> None:
    office = Office(size=1, per_second=0.1)
    await office.limiter.turn(WEBHOOK, GET)
    waiting = asyncio.TaskGroup()
    async with waiting:
        task = waiting.create_task(office.limiter.turn(WEBHOOK, GET))
        await asyncio.sleep(0)
        await office.limiter.turn(OTHER, GET)
        await office.limiter.turn(replace(WEBHOOK, port=8443), GET)
        assert not task.done()
        task.cancel()


async def test_a_method_that_is_used_up_was_waited_for_in_silence() -> None:
    """Ten minutes are too long: its caller is told until when, and others go ahead."""
    office = Office()
    reset = NOON + timedelta(seconds=90)
    office.learn(LIST, None, operating=3.0, operating_reset_at=reset)
    office.learn(LIST, USED_UP)
    await office.run(Call(method=LIST), Call(method=GET), Call(start=1, method=GET))
    assert office.gone[1] == 0
    assert office.gone[2] == 1
    assert office.refused == {0: (0, 91)}


async def test_whoever_waits_as_their_method_is_used_up_waits_no_longer() -> None:
    office = Office(size=2, per_second=0.01)
    office.learn(LIST, None, operating=3.0, operating_reset_at=NOON + timedelta(seconds=90))

    async def use_up() -> None:
        await office.time.sleep(5)
        office.learn(LIST, USED_UP)

    async with asyncio.TaskGroup() as group:
        group.create_task(use_up())
        await office.run(Call(), Call(method=LIST), Call(start=1, method=LIST))
    assert list(office.gone) == [0]
    for since, seconds in office.refused.values():
        assert 5 <= since <= 5.3
        assert since + seconds == pytest.approx(91)


async def test_a_method_runs_again_after_its_reset() -> None:
    office = Office()
    office.learn(LIST, replace(USED_UP, retry_at=NOON + timedelta(seconds=20)))
    await office.run(Call(start=21, method=LIST))
    assert office.gone == {0: 21}


async def test_a_method_near_its_limit_does_not_go_on_until_it_is_refused() -> None:
    office = Office()
    reset = NOON + timedelta(seconds=30)
    office.learn(LIST, None, operating=481.5, operating_reset_at=reset)
    await office.run(Call(method=LIST))
    assert office.refused == {0: (0, 31)}


async def test_a_reset_that_nobody_told_is_the_callers_to_guess() -> None:
    office = Office()
    office.learn(LIST, USED_UP)
    office.learn(GET, replace(USED_UP, retry_at=NOON + timedelta(seconds=20)))
    await office.run(Call(method=LIST), Call(method=GET))
    assert office.gone == {0: 0}
    assert office.refused == {1: (0, 21)}


async def test_a_reset_far_away_is_not_believed() -> None:
    office = Office()
    reset = NOON + timedelta(days=9)
    office.learn(LIST, USED_UP, operating_reset_at=reset)
    office.learn(LIST, replace(USED_UP, retry_at=reset))
    await office.run(Call(method=LIST))
    assert office.refused == {0: (0, 601)}


async def test_the_reset_is_the_persons_whose_webhook_it_is() -> None:
    office = Office()
    office.learn(LIST, None, operating=500.0, operating_reset_at=NOON + timedelta(seconds=9))
    await office.limiter.turn(replace(WEBHOOK, user_id=2), LIST)


async def test_a_call_that_never_left_takes_no_room() -> None:
    office = Office(size=2, per_second=0.001)
    for _ in range(100):
        await office.limiter.turn(WEBHOOK, GET)
        office.limiter.not_sent(WEBHOOK)
    assert office.time.now == office.began


async def test_whoever_gives_up_leaves_no_hole() -> None:
    office = Office(size=2, per_second=1)
    calls = [Call(patience=0.5 if number % 2 else None) for number in range(10)]
    await office.run(*calls)
    assert list(office.gone) == [0, 2, 4, 6, 8]
    assert list(office.gone.values()) == pytest.approx([0, 1, 2, 3, 4])


async def test_a_turn_that_came_as_its_waiter_gave_up_goes_to_the_next() -> None:
    office = Office(size=2, per_second=1)
    limiter, time = office.limiter, office.time
    await limiter.turn(WEBHOOK, GET)
    async with asyncio.TaskGroup() as group:
        sleeper = group.create_task(limiter.turn(WEBHOOK, GET))
        first = group.create_task(limiter.turn(WEBHOOK, GET))
        second = group.create_task(limiter.turn(WEBHOOK, GET))
        await time.play(0)
        limiter.not_sent(WEBHOOK)  # room for one: the sleeper's turn has come
        sleeper.cancel()
        await asyncio.sleep(0)
        await time.play(0.01)
        assert (first.done(), second.done()) == (True, False)
        await time.play()
    assert sleeper.cancelled()


async def test_the_answer_of_a_call_that_hung_is_not_taken_for_another_calls() -> None:
    office = Office(size=1, per_second=1)
    hangs, next_one, after_it = Call(reaches=1.5, answered=1.75), Call(reaches=1.0), Call()
    await office.run(hangs, next_one, after_it)
    assert office.portal.refused == 0


async def test_portals_that_are_idle_and_empty_are_forgotten() -> None:
    office = Office()
    limiter = office.limiter
    for number in range(300):
        webhook = replace(WEBHOOK, host=f"p{number}.bitrix24.example")
        await limiter.turn(webhook, GET)
        learned = Learned(operating=1.0, operating_reset_at=NOON + timedelta(seconds=600))
        limiter.answered(webhook, GET, learned if number == 7 else NOTHING, at=NOON)
    assert limiter.remembered == 300
    office.time.now += 61
    await limiter.turn(WEBHOOK, GET)
    assert limiter.remembered == 2
    office.time.now += 700
    await limiter.turn(WEBHOOK, GET)
    assert limiter.remembered == 1


def calls() -> st.SearchStrategy[list[Call]]:
    seconds = st.floats(0, 1.9, allow_nan=False)  # the limiter takes a call for counted after 2 s
    patience = st.none() | st.floats(0, 20)
    kinds = st.sampled_from(Turn)
    starts = st.floats(0, 60) | st.sampled_from([0.0, 10.0, 30.0])
    one = st.builds(Call, starts, kinds, seconds, seconds, patience)
    return st.lists(one, max_size=80)


@settings(max_examples=60, deadline=None)
@given(calls(), st.integers(1, 12), st.sampled_from([0.5, 1, 2, 5, 50]))
def test_never_more_than_the_bucket_and_each_kind_in_its_order(
    calls: list[Call], size: int, per_second: float
) -> None:
    office = Office(size, per_second)
    asyncio.run(office.run(*calls))
    assert office.portal.refused == 0
    patient = {number for number, call in enumerate(calls) if call.patience is None}
    assert patient <= set(office.gone)
    for kind in Turn:
        asked = [n for n in office.asked if n in office.gone and calls[n].kind is kind]
        assert asked == [n for n in office.gone if calls[n].kind is kind]
    watcher = [n for n in office.gone if calls[n].kind is Turn.WATCHER]
    for person in (n for n in office.gone if calls[n].kind is Turn.PERSON):
        asked_at = calls[person].start
        passed = [n for n in watcher if asked_at + ROUNDING < office.gone[n] < office.gone[person]]
        assert not passed, "the watcher went while a person waited"
