"""What can happen to one call that sends a letter: what the portal does, and what comes back.

Answers are what goes over the wire; what they mean is read by the client's own code.
"""

import json
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """F: the row of the failure table that it plays."""

    NONE = "none"  # F3
    REFUSED_CONNECTION = "refused connection"  # F1
    LOST_BEFORE = "lost before it ran"  # F2
    LOST_AFTER = "answer lost after it ran"  # F2
    HALF_AFTER = "half an answer after it ran"  # F5
    FALSE_BEFORE = "success false, nothing left"  # F5
    FALSE_AFTER = "success false, the letter left"  # F5
    REJECTED = "400 validation"  # F6
    KEY_INVALID = "400 invalid key"  # F7
    UNAUTHORIZED = "401"  # F8
    SCOPE = "403 scope"  # F8
    NO_RIGHT = "403 no right"  # F8a
    METHOD_MISSING = "404 method"  # F9
    KEY_REUSED = "422 key reused"  # F10
    USED_UP = "429 operating time"  # F11
    BUSY = "503 query limit"  # F12
    OVERLOADED = "503 overload"  # F13
    PROXY_BEFORE = "proxy page, not run"  # F14
    PROXY_AFTER = "proxy page, ran"  # F14
    ERROR_BEFORE = "500, not run"  # F15
    ERROR_AFTER = "500 after the letter left"  # F15
    OTHER_ERROR_AFTER = "another 5xx after the letter left"  # F15
    ERROR_LOST = "500 after the letter left, and lost"  # the hole that no client can close
    MOVED = "302 to the same portal"
    ELSEWHERE = "302 to elsewhere"  # F16


class Ends(StrEnum):
    """How the method ended at the portal."""

    NOT_RUN = "not run"
    DONE = "done"  # remembered under its key
    FAILED_LATE = "failed late"  # the letter left, and nothing is remembered


@dataclass(frozen=True)
class Answer:
    """None as `status`: no answer came. `sent`: did the request leave this machine?"""

    status: int | None = None
    body: bytes = b""
    sent: bool = True


def _json(status: int, document: object) -> Answer:
    return Answer(status, json.dumps(document).encode())


def _classic(status: int, code: str) -> Answer:
    return _json(status, {"error": code, "error_description": "…"})


def _nested(status: int, tail: str) -> Answer:
    return _json(status, {"error": {"code": f"BITRIX_REST_V3_EXCEPTION_{tail}", "message": "…"}})


DONE = _json(200, {"result": {"success": True, "to": ["jane@client.example"]}})
SAYS_FALSE = _json(200, {"result": {"success": False}})
LOST = Answer()
_PAGE = b"<html><body>nginx</body></html>"

PLAYS: dict[Fault, tuple[Ends, Answer]] = {
    Fault.NONE: (Ends.DONE, DONE),
    Fault.REFUSED_CONNECTION: (Ends.NOT_RUN, Answer(sent=False)),
    Fault.LOST_BEFORE: (Ends.NOT_RUN, LOST),
    Fault.LOST_AFTER: (Ends.DONE, LOST),
    Fault.HALF_AFTER: (Ends.DONE, Answer(200, DONE.body[:20])),
    Fault.FALSE_BEFORE: (Ends.NOT_RUN, SAYS_FALSE),
    Fault.FALSE_AFTER: (Ends.DONE, SAYS_FALSE),
    Fault.REJECTED: (Ends.NOT_RUN, _nested(400, "VALIDATION_REQUESTVALIDATIONEXCEPTION")),
    Fault.KEY_INVALID: (Ends.NOT_RUN, _nested(400, "INVALIDIDEMPOTENCYKEYEXCEPTION")),
    Fault.UNAUTHORIZED: (Ends.NOT_RUN, _classic(401, "NO_AUTH_FOUND")),
    Fault.SCOPE: (Ends.NOT_RUN, _classic(403, "insufficient_scope")),
    Fault.NO_RIGHT: (Ends.NOT_RUN, _nested(403, "ACCESSDENIEDEXCEPTION")),
    Fault.METHOD_MISSING: (Ends.NOT_RUN, _classic(404, "ERROR_METHOD_NOT_FOUND")),
    Fault.KEY_REUSED: (Ends.NOT_RUN, _nested(422, "IDEMPOTENCYKEYREUSEDEXCEPTION")),
    Fault.USED_UP: (Ends.NOT_RUN, _classic(429, "OPERATION_TIME_LIMIT")),
    Fault.BUSY: (Ends.NOT_RUN, _classic(503, "QUERY_LIMIT_EXCEEDED")),
    Fault.OVERLOADED: (Ends.NOT_RUN, _classic(503, "OVERLOAD_LIMIT")),
    Fault.PROXY_BEFORE: (Ends.NOT_RUN, Answer(502, _PAGE)),
    Fault.PROXY_AFTER: (Ends.DONE, Answer(502, _PAGE)),
    Fault.ERROR_BEFORE: (Ends.NOT_RUN, _classic(500, "INTERNAL_SERVER_ERROR")),
    Fault.ERROR_AFTER: (Ends.FAILED_LATE, _classic(500, "INTERNAL_SERVER_ERROR")),
    Fault.OTHER_ERROR_AFTER: (Ends.FAILED_LATE, _nested(502, "SOMETHINGEXCEPTION")),
    Fault.ERROR_LOST: (Ends.FAILED_LATE, LOST),
    Fault.MOVED: (Ends.NOT_RUN, Answer(302)),
    Fault.ELSEWHERE: (Ends.NOT_RUN, Answer(302)),
}
