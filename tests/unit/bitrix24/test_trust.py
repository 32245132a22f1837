"""The setting that names trusted portals."""

from ipaddress import ip_address, ip_network

import pytest

from bitrix24.trust import TrustedPortal, TrustedPortals


def test_all_four_forms_are_read() -> None:
    trusted = TrustedPortals.read(
        " Crm.Example , crm.example:8443,127.0.0.1:8080=127.0.0.0/8 , localhost=::1/128,"
        "[fd00::5]:99, fd00::6, 10.0.0.7, почта.example,"
    )
    assert trusted.entries == (
        TrustedPortal("crm.example"),
        TrustedPortal("crm.example", 8443),
        TrustedPortal("127.0.0.1", 8080, ip_network("127.0.0.0/8")),
        TrustedPortal("localhost", None, ip_network("::1/128")),
        TrustedPortal("fd00::5", 99),
        TrustedPortal("fd00::6"),
        TrustedPortal("10.0.0.7"),
        TrustedPortal("xn--80a1acny.example"),
    )


def test_nothing_is_trusted_by_an_empty_setting() -> None:
    assert TrustedPortals.read(" ").entries == ()
    assert TrustedPortals().entry_for("crm.example", 443) is None


@pytest.mark.parametrize(
    "text",
    [
        "https://crm.example",
        "crm.example:0",
        "crm.example:65536",
        "crm.example:https",
        ":8080",
        "crm example",
        "crm.example=10.1.2.3/24",
        "crm.example=private",
        "crm.example=",
        "crm.example/rest",
    ],
)
def test_a_wrong_entry_is_named_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^[^.].*\.$") as refused:
        TrustedPortals.read(f"good.example,{text}")
    assert f"“{text}”" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_entry_without_a_port_covers_443_and_80_only() -> None:
    trusted = TrustedPortals.read("crm.example")
    assert trusted.entry_for("crm.example", 443)
    assert trusted.entry_for("crm.example", 80)
    assert trusted.entry_for("crm.example", 8443) is None
    assert trusted.entry_for("crm.example.evil.example", 443) is None


def test_the_entry_with_the_port_goes_first() -> None:
    trusted = TrustedPortals.read("crm.example=10.0.0.0/8, crm.example:443=10.1.0.0/16")
    entry = trusted.entry_for("crm.example", 443)
    assert entry is not None
    assert entry.network == ip_network("10.1.0.0/16")


def test_a_range_holds_for_mapped_addresses_too() -> None:
    entry = TrustedPortals.read("crm.example=10.0.0.0/8").entries[0]
    assert entry.allows(ip_address("10.2.3.4"))
    assert entry.allows(ip_address("::ffff:10.2.3.4"))
    assert not entry.allows(ip_address("11.2.3.4"))
    assert not entry.allows(ip_address("::ffff:11.2.3.4"))
    assert not entry.allows(ip_address("fd00::1"))
    assert TrustedPortal("crm.example").allows(ip_address("fd00::1"))
