"""The times that keep two calls of one letter apart."""

from datetime import timedelta

import pytest

from mail.waits import WAITS, Waits

CLOUD, OWN = "acme.bitrix24.eu", "portal.acme.example"


@pytest.mark.parametrize(
    ("host", "run"),
    [
        (CLOUD, 60),
        ("acme.bitrix24.com.tr", 60),
        ("team.acme.bitrix24.eu", 60),
        ("acme.bitrix24.anybody.example", 300),
        (OWN, 300),
        ("bitrix24.eu.acme.example", 300),
        ("bitrix24.eu", 300),
    ],
)
def test_only_the_clouds_portals_end_a_request_after_a_minute(host: str, run: int) -> None:
    assert WAITS.run(host) == timedelta(seconds=run)


@pytest.mark.parametrize("host", [CLOUD, OWN])
def test_a_lease_outlives_its_call_and_a_repeat_waits_for_its_end(host: str) -> None:
    assert WAITS.lease(host) > WAITS.answer + WAITS.run(host)
    assert WAITS.quiet(host) > WAITS.run(host)
    assert WAITS.held_up(host) + WAITS.answer + WAITS.run(host) <= WAITS.lease(host)
    assert WAITS.quiet(host) < timedelta(minutes=10)


def test_pauses_grow_to_a_minute_and_are_spread() -> None:
    assert [WAITS.pause(n, 1.0).total_seconds() for n in range(7)] == [2, 4, 8, 16, 32, 60, 60]
    assert WAITS.pause(100_000, 1.0) == timedelta(seconds=60)
    assert WAITS.pause(3, 0.25) == timedelta(seconds=4)


def test_a_key_is_given_up_before_the_portal_forgets_it() -> None:
    assert Waits().key_safe < timedelta(hours=24)
