"""How fast the bot speaks: Telegram's limits hold, and nobody's answer waits behind a burst."""

import pytest

from bot.pacing import Pacing, Rates
from storage.records.notices import Priority

ANNA, OLEG, GROUP = 1, 2, -1003999999999999
ANSWER, CARD = Priority.ANSWER, Priority.CARD


class Clock:
    """Sends as soon as it may, and remembers when."""

    def __init__(self, rates: Rates | None = None) -> None:
        self.pacing = Pacing(rates or Rates())
        self.now = 1000.0
        self.sent: list[float] = []

    def wait(self, chat: int, priority: Priority = ANSWER) -> float:
        return round(self.pacing.wait(chat, priority, self.now), 3)

    def send(self, chat: int, priority: Priority = ANSWER) -> float:
        """How long it had to wait."""
        wait = self.wait(chat, priority)
        self.now += self.pacing.wait(chat, priority, self.now)
        assert self.pacing.wait(chat, priority, self.now) == 0
        self.say(chat)
        return wait

    def say(self, chat: int) -> None:
        """Without asking; Telegram answers at once."""
        self.pacing.end(self.pacing.begin(chat, self.now), self.now)
        self.sent.append(self.now - 1000)

    def most_within(self, seconds: float) -> int:
        return max(sum(a <= b < a + seconds for b in self.sent) for a in self.sent)


def test_a_chat_gets_three_at_once_and_then_one_a_second() -> None:
    clock = Clock()
    assert [clock.send(ANNA) for _ in range(5)] == [0, 0, 0, 1, 1]
    assert clock.wait(OLEG) == 0


def test_what_nobody_waits_for_leaves_one_to_whoever_does() -> None:
    clock = Clock()
    assert [clock.send(ANNA, CARD) for _ in range(4)] == [0, 0, 1, 1]
    assert clock.wait(ANNA, CARD) == 1
    assert clock.wait(ANNA) == 0


def test_a_group_gets_eighteen_in_any_minute_and_cards_leave_three() -> None:
    clock = Clock()
    for _ in range(40):
        clock.send(GROUP, CARD)
    assert clock.most_within(60) == 15
    for _ in range(40):
        clock.send(GROUP)
    assert clock.most_within(60) == 18
    assert clock.wait(ANNA) == 0


def test_over_all_no_second_has_more_than_twenty_five() -> None:
    clock = Clock()
    for person in range(1, 201):
        clock.send(person)
    assert clock.most_within(1) == 25
    assert clock.sent[-1] == pytest.approx(7, abs=0.01)


def test_a_burst_to_many_leaves_room_for_an_answer_at_any_moment() -> None:
    clock = Clock()
    for person in range(1, 201):
        clock.send(person, CARD)
        assert clock.wait(1000) == 0
    assert clock.sent[-1] == pytest.approx(9, abs=0.01), "and is hardly the slower for it"


def test_a_message_counts_from_its_turn_until_a_second_after_its_answer() -> None:
    """It may arrive at any moment in between."""
    clock = Clock(Rates(over_all=2))
    slow = clock.pacing.begin(ANNA, clock.now)
    clock.now += 0.5
    clock.say(OLEG)
    assert clock.wait(3) == 1
    clock.now += 1
    assert clock.wait(3) == 0
    clock.say(3)
    clock.pacing.end(slow, clock.now)
    assert clock.wait(4) == 1


def test_a_message_that_hangs_does_not_count_for_ever() -> None:
    clock = Clock(Rates(over_all=1))
    slow = clock.pacing.begin(GROUP, clock.now)
    clock.now += 2.5
    assert clock.wait(OLEG) == 0.5
    clock.now += 0.5
    assert clock.wait(OLEG) == 0
    clock.pacing.end(slow, clock.now)
    assert clock.wait(OLEG) == 0


def test_a_chat_fills_up_again_from_the_answer_on() -> None:
    clock = Clock(Rates(chat_burst=1))
    slow = clock.pacing.begin(ANNA, clock.now)
    clock.now += 0.7
    assert clock.wait(ANNA) == 1
    clock.pacing.end(slow, clock.now)
    assert clock.wait(ANNA) == 1
    clock.now += 1
    assert clock.wait(ANNA) == 0


def test_what_was_said_without_asking_counts() -> None:
    clock = Clock()
    for _ in range(4):
        clock.say(ANNA)
    assert clock.wait(ANNA) == 2
    for _ in range(100):
        clock.say(ANNA)
    assert clock.wait(ANNA) == 4, "a debt has an end"


def test_what_was_not_said_after_all_does_not_count() -> None:
    clock = Clock()
    for _ in range(2):
        clock.send(GROUP)
    nothing = clock.pacing.begin(GROUP, clock.now)
    assert clock.wait(GROUP) == 1
    clock.pacing.end(nothing, clock.now, called=False)
    assert clock.wait(GROUP) == 0
    for _ in range(40):
        clock.send(GROUP)
    assert clock.most_within(60) == 18


def test_row_26_a_chat_that_telegram_refuses_waits_as_long_as_it_says() -> None:
    for seconds in (3.0, 60.0, 3600.0):
        clock = Clock()
        clock.pacing.refused(ANNA, seconds, clock.now)
        assert clock.wait(ANNA) == seconds
        assert clock.wait(OLEG, CARD) == 0
        clock.now += seconds
        assert clock.wait(ANNA) == 0


def test_three_chats_refused_within_a_minute_silence_what_nobody_waits_for() -> None:
    clock = Clock()
    for chat, seconds in ((ANNA, 5.0), (OLEG, 20.0)):
        clock.pacing.refused(chat, seconds, clock.now)
        clock.pacing.refused(chat, seconds, clock.now)
    assert clock.wait(7, CARD) == 0, "two chats are two chats"
    clock.pacing.refused(3, 5.0, clock.now)
    assert clock.wait(7, CARD) == 20
    assert clock.wait(7) == 0
    assert clock.wait(ANNA) == 5


def test_refusals_of_another_minute_are_forgotten() -> None:
    clock = Clock()
    for chat in (1, 2, 3):
        clock.pacing.refused(chat, 5.0, clock.now)
        clock.now += 31
    assert clock.wait(7, CARD) == 0


def test_chats_that_have_been_silent_take_no_memory() -> None:
    clock = Clock()
    for chat in range(1, 2000):
        clock.say(chat)
        clock.say(-chat)
    clock.pacing.refused(1, 3.0, clock.now)
    clock.now += 61
    clock.say(1)
    kept = (clock.pacing._chats, clock.pacing._groups, clock.pacing._held)
    assert [len(each) for each in kept] == [1, 0, 0]
