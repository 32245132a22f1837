"""Whatever a log line holds, its secrets are masked in both formats."""

import json
import logging
import sys

import pytest

from bot.logs import MaskedJson, MaskedText, Secrets

TOKEN = "123456:ABCdefABCdefABCdefABCdefABCdefABCdef"
CODE = "webhookcanary42"
WEBHOOK = f"https://portal.example/rest/7/{CODE}/"
LITERAL = "literal-canary"
CANARIES = (TOKEN, CODE, LITERAL, "jane@client.example")
EVERYTHING = f"{TOKEN} {WEBHOOK} {LITERAL} jane@client.example"


def _secrets() -> Secrets:
    secrets = Secrets()
    secrets.add(LITERAL)
    return secrets


FORMATTERS = [
    pytest.param(MaskedText(_secrets()), id="text"),
    pytest.param(MaskedJson(_secrets()), id="json"),
]


def _raise_deep() -> None:
    try:
        raise KeyError(EVERYTHING)
    except KeyError as error:
        raise RuntimeError(f"because of {EVERYTHING}") from error


def _record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    logger = logging.getLogger("bot.test")
    return logger.makeRecord("bot.test", 30, "file", 1, message, arguments, None, extra=extra)


def _failed_record() -> logging.LogRecord:
    try:
        _raise_deep()
    except RuntimeError:
        record = _record("It failed")
        record.exc_info = sys.exc_info()
    return record


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize(
    "record",
    [
        pytest.param(_record(EVERYTHING), id="message"),
        pytest.param(_record("%s %r", EVERYTHING, {"in": [EVERYTHING]}), id="arguments"),
        pytest.param(_record("It", url=EVERYTHING, error=ValueError(EVERYTHING)), id="extra"),
        pytest.param(_failed_record(), id="traceback"),
    ],
)
def test_row_85_no_secret_is_in_a_line(
    formatter: logging.Formatter, record: logging.LogRecord
) -> None:
    line = formatter.format(record)
    assert "***" in line
    assert not any(canary in line for canary in CANARIES)
    assert not any(canary in str(record.exc_text) for canary in CANARIES)


def test_a_text_line_says_when_how_grave_where_and_what() -> None:
    record = _record("Two\nlines", letter=15)
    record.created = 0.5
    line = MaskedText(Secrets()).format(record)
    assert line == "1970-01-01T00:00:00.500Z WARNING bot.test: Two\\nlines letter=15"


def test_a_json_line_keeps_its_further_fields() -> None:
    record = _record('A "quoted" %s', "word", letter=15, host="portal.example", late=None)
    record.created = 0.5
    assert json.loads(MaskedJson(Secrets()).format(record)) == {
        "time": "1970-01-01T00:00:00.500Z",
        "level": "WARNING",
        "logger": "bot.test",
        "message": 'A "quoted" word',
        "letter": 15,
        "host": "portal.example",
        "late": None,
    }


def test_a_json_line_stays_json_where_a_secret_ends_at_a_quote() -> None:
    line = MaskedJson(_secrets()).format(_record(f'{{"url": "{WEBHOOK.rstrip("/")}"}}\n"more"'))
    assert json.loads(line)["message"] == ('{"url": "https://portal.example/rest/***/***"}\n"more"')


def test_a_traceback_stands_below_the_text_and_within_the_json() -> None:
    text = MaskedText(Secrets()).format(_failed_record())
    assert "\nTraceback (most recent call last):\n" in text
    assert "RuntimeError: because of" in text
    traceback = json.loads(MaskedJson(Secrets()).format(_failed_record()))["traceback"]
    assert traceback.startswith("Traceback (most recent call last):\n")


def test_secrets_that_come_later_are_masked_too_and_short_ones_are_left_alone() -> None:
    secrets = Secrets()
    formatter = MaskedText(secrets)
    assert formatter.format(_record("later-canary")).endswith("later-canary")
    secrets.add("later-canary", "", "at")
    assert formatter.format(_record("later-canary at")).endswith("*** at")
    assert "canary" not in repr(secrets)
