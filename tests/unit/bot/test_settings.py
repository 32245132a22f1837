"""Each setting's text becomes its value, or one sentence that names it and hides the text."""

import base64
import ipaddress
import ssl
from pathlib import Path

import pytest
import trustme

from bitrix24.rates import PortalRates, Rate
from bot.settings import (
    Access,
    Language,
    LogFormat,
    LogLevel,
    Settings,
    SettingsError,
    read_settings,
)
from storage.sealing import new_key

KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
TOKEN = "123456:ABCdefABCdefABCdefABCdefABCdefABCdef"
RIGHT = {"BOT_TOKEN": TOKEN, "SECRET_KEY": KEY}


@pytest.fixture(autouse=True)
def _given(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(field.upper(), raising=False)
    for name, text in RIGHT.items():
        monkeypatch.setenv(name, text)


def _sentences() -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read_settings(env_file=None)
    return caught.value.sentences


def test_what_is_not_set_has_its_default() -> None:
    settings = read_settings(env_file=None)
    assert settings.bot_token.get_secret_value() == TOKEN
    assert settings.database_path == Path("data/bot.db")
    assert settings.database_is_default
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.admins == frozenset()
    assert settings.access is Access.APPROVE
    assert settings.trusted_portals.entries == ()
    assert settings.portal_rates == PortalRates()
    assert settings.portal_ca_file is None
    assert settings.undo_seconds == 10
    assert settings.default_language is Language.ENGLISH
    assert settings.log_level is LogLevel.INFO
    assert settings.log_format is LogFormat.TEXT


def test_an_empty_setting_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ADMINS", "ACCESS", "UNDO_SECONDS", "SECRET_KEY_FILE", "TRUSTED_PORTALS"):
        monkeypatch.setenv(name, " ")
    settings = read_settings(env_file=None)
    assert (settings.admins, settings.access, settings.undo_seconds) == (frozenset(), "approve", 10)


def test_everything_that_is_set_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {
        "ADMINS": " 1, 22,333 ",
        "ACCESS": "Open",
        "TRUSTED_PORTALS": "portal.example:8443=10.1.2.0/24, localhost",
        "PORTAL_RATES": "portal.example:8443=250/5, localhost = 1/0.5",
        "UNDO_SECONDS": "0",
        "DEFAULT_LANGUAGE": "ru",
        "LOG_LEVEL": "debug",
        "LOG_FORMAT": "JSON",
        "TELEGRAM_API_URL": "http://127.0.0.1:8081/telegram/",
        "DATABASE_URL": "sqlite:////srv/bot.db",
    }.items():
        monkeypatch.setenv(name, text)
    settings = read_settings(env_file=None)
    assert settings.admins == {1, 22, 333}
    assert settings.access is Access.OPEN
    portal, localhost = settings.trusted_portals.entries
    assert (portal.host, portal.port) == ("portal.example", 8443)
    assert portal.network == ipaddress.ip_network("10.1.2.0/24")
    assert (localhost.host, localhost.port) == ("localhost", None)
    assert settings.portal_rates.entries == (
        ("portal.example", 8443, Rate(250, 5.0)),
        ("localhost", None, Rate(1, 0.5)),
    )
    assert settings.undo_seconds == 0
    assert settings.default_language is Language.RUSSIAN
    assert settings.log_level == "DEBUG"
    assert settings.log_format is LogFormat.JSON
    assert settings.telegram_api_url == "http://127.0.0.1:8081/telegram"
    assert settings.database_path == Path("/srv/bot.db")
    assert not settings.database_is_default


@pytest.mark.parametrize("name", RIGHT)
def test_a_required_setting_that_is_missing_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(name)
    (sentence,) = _sentences()
    assert sentence.startswith(f"{name} is missing: ")


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in RIGHT:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UNDO_SECONDS", "soon")
    named = {sentence.split()[0] for sentence in _sentences()}
    assert named == {"BOT_TOKEN", "SECRET_KEY", "UNDO_SECONDS"}


WRONG = [
    ("BOT_TOKEN", "no-colon-canary"),
    ("BOT_TOKEN", "123456:canary with spaces"),
    ("BOT_TOKEN", "abc:canary"),
    ("SECRET_KEY", "canary"),
    ("SECRET_KEY", f"{KEY},canary"),
    ("SECRET_KEY", KEY[:-8] + "canary"),
    ("SECRET_KEY_FILE", "/nonexistent/canary"),
    ("SECRET_KEY_FILE", "/"),
    ("DATABASE_URL", "canary.db"),
    ("DATABASE_URL", "sqlite:///"),
    ("DATABASE_URL", "sqlite://canary/bot.db"),
    ("DATABASE_URL", "sqlite:///:canary:/x"),
    ("DATABASE_URL", "sqlite:////nonexistent/canary/bot.db"),
    ("DATABASE_URL", "sqlite:////tmp"),
    ("DATABASE_URL", "sqlite:////srv/bot.db?mode=canary"),
    ("DATABASE_URL", "postgresql://canary:canary@db.example/bot"),
    ("DATABASE_URL", "postgres://canary"),
    ("DATABASE_URL", "postgresql+asyncpg://canary"),
    ("DATABASE_URL", "mysql://canary"),
    ("TELEGRAM_API_URL", "canary"),
    ("TELEGRAM_API_URL", "ftp://canary.example"),
    ("TELEGRAM_API_URL", "http://canary.example"),
    ("TELEGRAM_API_URL", "http://8.8.8.8"),
    ("TELEGRAM_API_URL", "http://[2001:4860:4860::8888]"),
    ("TELEGRAM_API_URL", "http://localhost.canary.example"),
    ("TELEGRAM_API_URL", "http://127.0.0.1.canary.example"),
    ("TELEGRAM_API_URL", "http://①27.0.0.1"),
    ("TELEGRAM_API_URL", "http://127.0.0.1:canary"),
    ("TELEGRAM_API_URL", "http://127.0.0.1:99999"),
    ("TELEGRAM_API_URL", "http://[canary"),
    ("TELEGRAM_API_URL", "https://user:canary@api.example"),
    ("TELEGRAM_API_URL", "https://api.example?canary"),
    ("TELEGRAM_API_URL", "https://api.example#canary"),
    ("TELEGRAM_API_URL", "https://"),
    ("ADMINS", "@canary"),
    ("ADMINS", "1;2"),
    ("ADMINS", "-1001234567890"),
    ("ADMINS", "0"),
    ("ADMINS", "99999999999999999"),
    ("ADMINS", "٣"),
    ("ACCESS", "canary"),
    ("TRUSTED_PORTALS", "https://portal.example/rest/1/canary/"),
    ("TRUSTED_PORTALS", "portal.example=canary"),
    ("TRUSTED_PORTALS", "portal.example:0"),
    ("PORTAL_RATES", "portal.example=canary"),
    ("PORTAL_RATES", "portal.example=50/2, canary/=50/2"),
    ("PORTAL_RATES", "canary"),
    ("PORTAL_RATES", "=50/2"),
    ("PORTAL_RATES", "portal.example=0/2"),
    ("PORTAL_RATES", "portal.example=50/0"),
    ("PORTAL_CA_FILE", "/nonexistent/canary"),
    ("PORTAL_CA_FILE", "/"),
    ("UNDO_SECONDS", "canary"),
    ("UNDO_SECONDS", "-1"),
    ("UNDO_SECONDS", "2.5"),
    ("UNDO_SECONDS", "3601"),
    ("DEFAULT_LANGUAGE", "canary"),
    ("LOG_LEVEL", "canary"),
    ("LOG_FORMAT", "canary"),
]


@pytest.mark.parametrize(("name", "text"), WRONG)
def test_a_wrong_setting_is_one_sentence_without_its_value(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "SECRET_KEY_FILE":
        monkeypatch.delenv("SECRET_KEY")
    monkeypatch.setenv(name, text)
    (sentence,) = _sentences()
    assert sentence.startswith((f"{name} is wrong: ", "DATABASE_URL names PostgreSQL"))
    assert sentence.endswith(".")
    assert not sentence.endswith("..")
    assert "canary" not in sentence


def test_every_setting_is_tried_with_a_wrong_text() -> None:
    assert {name for name, _ in WRONG} == {name.upper() for name in Settings.model_fields}


NO_CERTIFICATE = [
    b"",
    b"canary",
    b"-----BEGIN CERTIFICATE-----\ncanary\n-----END CERTIFICATE-----\n",
    trustme.CA().private_key_pem.bytes(),
]


@pytest.mark.parametrize("content", NO_CERTIFICATE)
def test_a_file_without_a_certificate_is_said(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "canary.pem"
    file.write_bytes(content)
    monkeypatch.setenv("PORTAL_CA_FILE", str(file))
    (sentence,) = _sentences()
    assert sentence == "PORTAL_CA_FILE is wrong: the file holds no certificate in PEM form."


def test_certificates_are_trusted_besides_the_machines_own_and_always_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "ours.pem"
    comment = "# Наш центр\n".encode()
    file.write_bytes(comment + trustme.CA().cert_pem.bytes() + trustme.CA().cert_pem.bytes())
    monkeypatch.setenv("PORTAL_CA_FILE", str(file))
    context = read_settings(env_file=None).portal_ca_file
    assert context is not None
    own = ssl.create_default_context().cert_store_stats()["x509"]
    assert context.cert_store_stats()["x509"] == own + 2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example",
        "https://api.example:8443/bots",
        "http://localhost:8081",
        "http://127.9.9.9",
        "http://10.0.0.5:8081",
        "http://172.31.255.255",
        "http://192.168.1.1",
        "http://[::1]:8081",
        "http://[fd00::1]",
    ],
)
def test_a_near_or_encrypted_bot_api_server_is_taken(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_API_URL", url)
    assert read_settings(env_file=None).telegram_api_url == url


def test_no_secret_is_in_what_the_settings_show_of_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older = new_key()
    monkeypatch.setenv("SECRET_KEY", f"{KEY}, {older}")
    settings = read_settings(env_file=None)
    shown = f"{settings!r} {settings} {settings.secret_keys!r}"
    assert not any(secret in shown for secret in settings.secrets)
    assert settings.secrets == (TOKEN, KEY, older)
    assert settings.secret_keys.newest
