"""What is tried again, when, and how often: one table for every kind of notice."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.policies import FIRST_EDITS, MOST_EDITS, UNANSWERED, Again, again
from bot.verdicts import Outcome, Verdict
from storage.records.notices import Manner, Notice, NoticeKind, NoticeState
from storage.records.places import Place

OWED = Notice(
    1,
    7,
    NoticeKind.DRAFT,
    Place(7),
    "s",
    Manner.NEW,
    NoticeState.ON_WIRE,
    1,
    0,
    datetime(2026, 3, 2, tzinfo=UTC),
)
UNCERTAIN = Verdict(Outcome.UNCERTAIN)


def test_every_kind_has_its_policy() -> None:
    assert set(UNANSWERED) == set(NoticeKind)


@pytest.mark.parametrize("kind", NoticeKind)
def test_row_32_a_new_message_that_may_have_arrived_goes_out_once_more(kind: NoticeKind) -> None:
    notice = replace(OWED, kind=kind, tries=9)
    found = again(notice, UNCERTAIN, edits=False)
    assert found is not None
    assert found.may_have_arrived
    assert found.seconds >= 3
    then = again(replace(notice, repeats=1), UNCERTAIN, edits=False)
    assert then == Again(0, alone=True, when_heard=True, may_have_arrived=True)


def test_an_edit_is_repeated_with_longer_and_longer_pauses_or_as_soon_as_telegram_is_back() -> None:
    found = [again(replace(OWED, tries=n), UNCERTAIN, edits=True) for n in range(7)]
    assert [one and one.seconds for one in found] == [3, 6, 12, 24, 48, 60, 60]
    assert all(one and one.unless_back and not one.alone for one in found)


def test_an_edit_that_fails_for_long_holds_up_nothing_and_is_given_up_after_a_day() -> None:
    """Telegram may be in trouble for longer than some minutes."""
    found = again(replace(OWED, repeats=FIRST_EDITS), UNCERTAIN, edits=True)
    assert found == Again(60, alone=True, unless_back=True, may_have_arrived=True)
    assert MOST_EDITS * found.seconds >= 24 * 3600
    assert again(replace(OWED, repeats=MOST_EDITS), UNCERTAIN, edits=True) is None


@pytest.mark.parametrize(("asked", "waits"), [(1, 1.5), (60, 60.5), (3600, 3600.5)])
def test_row_26_what_telegram_refuses_for_a_while_waits_so_long(asked: int, waits: float) -> None:
    assert again(OWED, Verdict(Outcome.RETRY_AFTER, seconds=asked), edits=False) == Again(waits)


@pytest.mark.parametrize("outcome", [Outcome.NOT_SENT, Outcome.CONFLICT, Outcome.UNSUPPORTED])
def test_what_surely_did_not_arrive_is_tried_until_it_does(outcome: Outcome) -> None:
    pauses = [again(replace(OWED, tries=n), Verdict(outcome), edits=False) for n in (0, 1, 6, 99)]
    away = outcome is Outcome.NOT_SENT
    assert pauses == [Again(seconds, unless_back=away) for seconds in (1, 2, 60, 60)]


def test_row_20_what_a_revoked_token_left_unsaid_is_said_right_after_the_next_start() -> None:
    found = again(replace(OWED, tries=6), Verdict(Outcome.UNAUTHORIZED), edits=False)
    assert found == Again(0, counts=False)


@pytest.mark.parametrize("outcome", [Outcome.REJECTED, Outcome.ENTITIES])
def test_what_is_refused_as_it_is_is_not_tried_again(outcome: Outcome) -> None:
    assert again(OWED, Verdict(outcome), edits=False) is None
