"""How many calls which portal takes."""

from dataclasses import replace

import pytest

from bitrix24.rates import PortalRates, Rate
from bitrix24.webhook import Webhook

WEBHOOK = Webhook("https", "portal.example", None, "", 1, "a1b2c3d4e5f6g7h8")


def test_a_portal_that_nobody_named_has_the_rate_of_most_plans() -> None:
    assert PortalRates().rate_for(WEBHOOK) == Rate(50, 2.0)
    assert PortalRates.read("other.example=9/9").rate_for(WEBHOOK) == Rate(50, 2.0)


def test_an_entry_with_the_port_goes_first() -> None:
    rates = PortalRates.read("portal.example=1/1, portal.example:443=2/2,portal.example:8443=3/3.5")
    assert rates.rate_for(WEBHOOK) == Rate(2, 2.0)
    assert rates.rate_for(replace(WEBHOOK, port=8443)) == Rate(3, 3.5)
    assert rates.rate_for(replace(WEBHOOK, port=8444)) == Rate(1, 1.0)


def test_hosts_are_written_as_trusted_ones_are() -> None:
    rates = PortalRates.read("ПОРТАЛ.example=7/7, [fd00::5]:99=8/8,,")
    assert rates.rate_for(replace(WEBHOOK, host="портал.example".encode("idna").decode())) == Rate(
        7, 7.0
    )
    assert rates.rate_for(replace(WEBHOOK, host="fd00::5", port=99)) == Rate(8, 8.0)


@pytest.mark.parametrize(
    "text",
    [
        "portal.example",
        "portal.example=",
        "portal.example=50",
        "portal.example=50/",
        "portal.example=-1/2",
        "portal.example=0/2",
        "portal.example=50/0.0",
        "portal.example=50/2/3",
        "portal.example=٥/2",
        "portal.example=1e3/2",
        "portal.example:0=50/2",
        "=50/2",
        "https://portal.example=50/2",
    ],
)
def test_another_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="“"):
        PortalRates.read(text)
