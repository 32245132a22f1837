"""Where a renamed portal's redirect may lead the secret, and where not."""

from dataclasses import replace

import pytest

from bitrix24.errors import FailureCode
from bitrix24.hosts import is_cloud
from bitrix24.moving import moved_to, redirect
from bitrix24.trust import TrustedPortals
from bitrix24.webhook import Webhook

CLOUD = Webhook("https", "b24-x1.bitrix24.example", None, "", 7, "a1b2c3d4e5f6g7h8")
OWN = Webhook("https", "crm.acme.example", None, "/b24", 7, "a1b2c3d4e5f6g7h8")
PATH = "/rest/api/7/a1b2c3d4e5f6g7h8/mail.message.reply"
TRUSTED = TrustedPortals.read("crm.lan:8080, crm2.lan:8080")


def moved(webhook: Webhook, location: str, *, status: int = 302) -> Webhook | None:
    return moved_to(webhook, webhook.prefix + PATH, status, location, TRUSTED)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_renamed_cloud_portal_is_found(status: int) -> None:
    found = moved(CLOUD, "https://acme.bitrix24.example" + PATH, status=status)
    assert found == replace(CLOUD, host="acme.bitrix24.example")


def test_a_host_in_capitals_and_a_query_are_read() -> None:
    found = moved(CLOUD, "HTTPS://Acme.Bitrix24.Example:443" + PATH + "?from=old")
    assert found == replace(CLOUD, host="acme.bitrix24.example")


def test_a_portal_of_ones_own_may_move_anywhere_public() -> None:
    for host in ("portal.acme.example", "acme.bitrix24.example"):
        assert moved(OWN, f"https://{host}/b24{PATH}") == replace(OWN, host=host)


def test_http_is_kept_between_trusted_portals_alone() -> None:
    old = Webhook("http", "crm.lan", 8080, "", 7, CLOUD.code)
    assert moved(old, "http://crm2.lan:8080" + PATH) == replace(old, host="crm2.lan")
    assert moved(replace(old, scheme="https"), "http://crm2.lan:8080" + PATH) is None
    assert moved(old, "http://portal.acme.example" + PATH) is None
    found = moved(old, "https://portal.acme.example" + PATH)
    assert found == Webhook("https", "portal.acme.example", None, "", 7, CLOUD.code)


@pytest.mark.parametrize(
    "location",
    [
        "",
        PATH,
        "//acme.bitrix24.example" + PATH,
        "https://b24-x1.bitrix24.example" + PATH,
        "http://acme.bitrix24.example" + PATH,
        "https://evil.example" + PATH,
        "https://acme.bitrix24.example.evil.example" + PATH,
        "https://evilbitrix24.example" + PATH,
        "https://acme.bitrix24.example/auth/?backurl=" + PATH,
        "https://acme.bitrix24.example/auth" + PATH,
        "https://acme.bitrix24.example" + PATH.replace("/7/", "/8/"),
        "https://acme.bitrix24.example" + PATH.upper(),
        "https://acme.bitrix24.example" + PATH + "/",
        "https://acme.bitrix24.example" + PATH.replace("reply", "get"),
        "https://acme.bitrix24.example" + PATH.replace("/api", ""),
        "https://acme.bitrix24.example:8443" + PATH,
        "https://me@acme.bitrix24.example" + PATH,
        "https://acme.bitrix24.example\\@evil.example" + PATH,
        "https://10.0.0.1" + PATH,
        "https://[::1" + PATH,
        "https://локальный.lan" + PATH,
        "ftp://acme.bitrix24.example" + PATH,
        "see https://acme.bitrix24.example" + PATH,
        " https://evil.example https://acme.bitrix24.example" + PATH,
        "https://acme.bitrix24.example\r\n" + PATH,
    ],
)
def test_any_other_place_is_not_gone_to(location: str) -> None:
    assert moved(CLOUD, location) is None


@pytest.mark.parametrize("status", [200, 300, 303, 304, 305, 401])
def test_no_other_status_says_that_nothing_ran(status: int) -> None:
    assert moved(CLOUD, "https://acme.bitrix24.example" + PATH, status=status) is None


def test_the_cloud_is_known_by_its_names() -> None:
    for host in ("acme.bitrix24.example", "acme.bitrix24.com.br", "a.b.bitrix24.ru"):
        assert is_cloud(host), host
    for host in (
        "bitrix24.com",
        "acme.bitrix24.com.evil",
        "acme.xbitrix24.com",
        "bitrix24.acme.ru",
    ):
        assert not is_cloud(host), host


@pytest.mark.parametrize(
    ("location", "code"),
    [
        ("/login/?backurl=" + PATH, FailureCode.REDIRECTED),
        ("https://b24-x1.bitrix24.example/auth/", FailureCode.REDIRECTED),
        ("https://sso.acme.example/oauth/authorize?client=1", FailureCode.REDIRECTED),
        ("https://[", FailureCode.REDIRECTED),
        ("", FailureCode.REDIRECTED),
        ("https://elsewhere.example" + PATH, FailureCode.MOVED),
        ("https://elsewhere.example", FailureCode.MOVED),
    ],
)
def test_a_login_page_was_told_as_another_address(location: str, code: FailureCode) -> None:
    assert redirect(CLOUD, PATH, location) is code
