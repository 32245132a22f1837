from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.times import as_text, as_time

some_zone = st.integers(-14 * 60, 14 * 60).map(lambda some: timezone(timedelta(minutes=some)))
some_time = st.datetimes(timezones=some_zone).filter(lambda time: 1970 < time.year < 9999)


@given(some_time)
def test_a_time_comes_back_as_it_went_in(time: datetime) -> None:
    assert as_time(as_text(time)) == time
    assert as_time(as_text(time)).tzinfo is UTC


@given(some_time, some_time)
def test_text_order_is_time_order(one: datetime, other: datetime) -> None:
    assert (as_text(one) < as_text(other)) == (one < other)


@given(some_time)
def test_every_time_has_the_same_length(time: datetime) -> None:
    assert len(as_text(time)) == 27


def test_a_time_looks_like_this() -> None:
    moscow = timezone(timedelta(hours=3))
    assert as_text(datetime(2026, 2, 1, 2, 59, 59, tzinfo=moscow)) == "2026-01-31T23:59:59.000000Z"


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        as_text(datetime(2026, 1, 31, tzinfo=UTC).replace(tzinfo=None))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-31T23:59:59Z",
        "2026-01-31T23:59:59.000000+00:00",
        "2026-01-31T23:59:59.00000+0",
        "2026-02-31T23:59:59.000000Z",
    ],
)
def test_other_text_is_no_stored_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"stored time|day"):
        as_time(text)
