"""The failure table: what each failure of a first call, and of a repeated one, leads to."""

import pytest

from bitrix24.codes import leaf
from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    Moved,
    NotSent,
    PortalError,
    Refused,
    Unknown,
)
from bitrix24.webhook import Webhook
from mail.outcomes import Next, Outcome, of_first, of_repeat

ELSEWHERE = Webhook("https", "new.bitrix24.example", None, "", 1, "c0de")


def no_answer(code: FailureCode = FailureCode.NO_ANSWER, status: int | None = None) -> Unknown:
    return Unknown(Failure(code, status))


TABLE = [
    (NotSent(Failure(FailureCode.UNREACHABLE)), Next.DEFER, Next.VERIFY),
    (NotSent(Failure(FailureCode.CERTIFICATE)), Next.DEFER, Next.VERIFY),
    (no_answer(), Next.VERIFY, Next.VERIFY),
    (no_answer(FailureCode.BAD_ANSWER, 200), Next.VERIFY, Next.VERIFY),
    (no_answer(FailureCode.HTML_ANSWER, 502), Next.VERIFY, Next.VERIFY),
    (no_answer(FailureCode.BAD_ANSWER, 504), Next.VERIFY, Next.VERIFY),
    (no_answer(FailureCode.UNRECOGNISED, 503), Next.VERIFY, Next.UNKNOWN),
    (no_answer(FailureCode.VALIDATION, 500), Next.VERIFY, Next.UNKNOWN),
    (Refused(Failure(FailureCode.VALIDATION, 400)), Next.REJECT, Next.UNKNOWN),
    (Refused(Failure(FailureCode.KEY_INVALID, 400)), Next.REJECT, Next.UNKNOWN),
    (Refused(Failure(FailureCode.NO_RIGHT, 403)), Next.REJECT, Next.UNKNOWN),
    (Refused(Failure(FailureCode.METHOD_MISSING, 404)), Next.REJECT, Next.UNKNOWN),
    (AccessLost(Failure(FailureCode.CREDENTIALS, 401)), Next.BLOCK, Next.UNKNOWN),
    (AccessLost(Failure(FailureCode.PORTAL_BLOCKED, 503)), Next.BLOCK, Next.UNKNOWN),
    (AccessLost(Failure(FailureCode.MOVED, 302)), Next.BLOCK, Next.UNKNOWN),
    (Moved(Failure(FailureCode.MOVED, 302), ELSEWHERE), Next.GO_AGAIN, Next.UNKNOWN),
    (no_answer(FailureCode.KEY_REUSED, 422), Next.UNKNOWN, Next.UNKNOWN),
    (Busy(Failure(FailureCode.OPERATING_TIME, 429)), Next.DEFER, Next.VERIFY),
    (Busy(Failure(FailureCode.TOO_MANY_CALLS, 503)), Next.DEFER, Next.VERIFY),
    (no_answer(FailureCode.PORTAL_FAILED, 500), Next.VERIFY, Next.UNKNOWN),
]


@pytest.mark.parametrize(("error", "first", "repeat"), TABLE)
def test_every_failure_has_its_place(error: PortalError, first: Next, repeat: Next) -> None:
    assert of_first(error).next is first
    assert of_repeat(error).next is repeat


@pytest.mark.parametrize("error", [error for error, _first, _repeat in TABLE])
def test_after_a_repeat_nothing_proves_that_the_letter_did_not_leave(error: PortalError) -> None:
    assert of_repeat(error).next in (Next.VERIFY, Next.UNKNOWN)


@pytest.mark.parametrize(
    "code", [FailureCode.PORTAL_FAILED, FailureCode.UNRECOGNISED, FailureCode.VALIDATION]
)
def test_a_server_fault_is_over_and_never_repeated(code: FailureCode) -> None:
    assert of_first(no_answer(code, 500)) == Outcome(Next.VERIFY, over=True, repeatable=False)


@pytest.mark.parametrize("code", [FailureCode.HTML_ANSWER, FailureCode.BAD_ANSWER])
@pytest.mark.parametrize("status", [401, 403, 404, 409, 425, 429, 499, 502, 503, 504])
def test_a_letter_that_left_was_not_sent_says_a_page(status: int, code: FailureCode) -> None:
    """A proxy's page proves nothing: four letters left while its 429 was taken for "not run"."""
    error = leaf(code, status)(Failure(code, status))
    assert of_first(error) == Outcome(Next.VERIFY)
    assert of_repeat(error) == Outcome(Next.VERIFY)


def test_what_did_not_run_is_not_counted_as_a_repeat() -> None:
    assert not of_repeat(NotSent(Failure(FailureCode.UNREACHABLE))).counts
    assert not of_repeat(Busy(Failure(FailureCode.TOO_MANY_CALLS, 503))).counts
    assert of_repeat(no_answer()).counts
