"""Reads one HTTP answer of a portal into a result, or into the error that it means.

A REST answer is `{"result": …, "time": {…}}`, or has `error` as an object (REST 3.0) or as a
text or number (classic REST); both shapes occur on the same method, and `error` counts whatever
the HTTP status is. Everything else (HTML, half an answer) is judged by its status.
"""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bitrix24 import codes
from bitrix24.complaints import read_complaints
from bitrix24.errors import AccessLost, Failure, FailureCode, PortalError, RefusedField, Unknown
from bitrix24.learned import NOTHING, Learned
from bitrix24.masking import mask

CODE_LENGTH = 120
TEXT_LENGTH = 2000
IDEMPOTENCY_KEY = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"


@dataclass(frozen=True)
class Answer:
    """A call that ran: its result, and what the answer told about the portal."""

    result: object
    learned: Learned


def read_answer(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    secrets: Iterable[str] = (),
    idempotency_key: str | None = None,
    is_bare: bool = False,
    redirect: FailureCode = FailureCode.MOVED,
) -> Answer:
    """The result, or raises the PortalError that the answer means.

    Headers are looked up by their usual spelling: pass a case-insensitive mapping. No text in
    an error holds one of the `secrets`. `is_bare`: what comes without `result` is the result.
    `redirect` is what one that is not followed would mean.
    """
    if 300 <= status < 400:
        raise AccessLost(Failure(redirect, status))
    document = _json(body)
    learned = _learned(document)
    if not isinstance(document, dict):
        raise _unreadable(status, body)
    if document.get("error") is not None:
        raise _refusal(status, document, headers, now, learned, tuple(secrets))
    if status != 200:
        code = codes.meaning("", status)
        raise codes.leaf(code, status)(Failure(code, status), learned)
    if is_bare and "result" not in document:
        return Answer(document, learned)
    if "result" not in document:
        raise Unknown(Failure(FailureCode.BAD_ANSWER, status), learned)
    return Answer(document["result"], _with_headers(learned, headers, idempotency_key))


def _json(body: bytes) -> object:
    try:
        # PHP files saved with a byte order mark put it before every answer.
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _unreadable(status: int, body: bytes) -> PortalError:
    html = body.lstrip().startswith(b"<")
    code = FailureCode.HTML_ANSWER if html else FailureCode.BAD_ANSWER
    return codes.leaf(code, status)(Failure(code, status))


def _refusal(
    status: int,
    document: dict[str, object],
    headers: Mapping[str, str],
    now: datetime,
    learned: Learned,
    secrets: tuple[str, ...],
) -> PortalError:
    portal_code, text, items = _shape(document)
    fields = read_complaints(items, (portal_code, text))
    code = codes.meaning(portal_code, status)
    if code is FailureCode.UNRECOGNISED and fields:
        code = FailureCode.VALIDATION
    failure = Failure(
        code=code,
        status=status,
        portal_code=mask(portal_code, secrets)[:CODE_LENGTH],
        portal_text=mask(text, secrets)[:TEXT_LENGTH],
        fields=tuple(_masked(field, secrets) for field in fields),
        retry_at=_retry_at(code, headers, now, learned),
    )
    return codes.leaf(code, status)(failure, learned)


def _shape(document: dict[str, object]) -> tuple[str, str, object]:
    """Code, text and complaints of either shape."""
    error = document["error"]
    if isinstance(error, dict):
        return _word(error.get("code")), _word(error.get("message")), error.get("validation")
    return _word(error), _word(document.get("error_description")), document.get("validation")


def _word(value: object) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _masked(field: RefusedField, secrets: tuple[str, ...]) -> RefusedField:
    return replace(field, text=mask(field.text, secrets)[:TEXT_LENGTH])


def _retry_at(
    code: FailureCode, headers: Mapping[str, str], now: datetime, learned: Learned
) -> datetime | None:
    if code not in (FailureCode.OPERATING_TIME, FailureCode.TOO_MANY_CALLS):
        return None
    seconds = headers.get("Retry-After", "")
    if seconds.isascii() and seconds.isdigit() and len(seconds) < 6:
        return now + timedelta(seconds=int(seconds))
    return learned.operating_reset_at


def _learned(document: object) -> Learned:
    time = document.get("time") if isinstance(document, dict) else None
    if not isinstance(time, dict):
        return NOTHING
    return Learned(
        operating=_seconds(time.get("operating")),
        operating_reset_at=_moment(time.get("operating_reset_at")),
        utc_offset=_offset(time.get("date_start")),
    )


def _with_headers(learned: Learned, headers: Mapping[str, str], key: str | None) -> Learned:
    if key is None:
        return learned
    return replace(
        learned,
        idempotency="proven" if headers.get(IDEMPOTENCY_KEY) == key else "absent",
        replayed=headers.get(REPLAYED, "").lower() == "true",
    )


def _seconds(value: object) -> float | None:
    try:
        seconds = float(value) if isinstance(value, str | int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None


def _moment(value: object) -> datetime | None:
    seconds = _seconds(value)
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError):
        return None


def _offset(value: object) -> timedelta | None:
    try:
        return datetime.fromisoformat(value).utcoffset() if isinstance(value, str) else None
    except ValueError:
        return None
