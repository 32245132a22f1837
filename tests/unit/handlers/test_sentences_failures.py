"""Failed calls: every code has a sentence of its own that tells what happened and what to do."""

from datetime import UTC, datetime

import pytest

from bitrix24.errors import FailureCode
from handlers.failure_sentences import FAILURES
from handlers.sentences import failure_sentence
from storage.records.failures import Failure
from tests.unit.handlers.english import EN, codes, fit_for_people

AT = datetime(2026, 1, 31, 22, 5, tzinfo=UTC)
CODES = list(FAILURES)


def test_every_failure_of_a_portal_has_its_sentence_and_no_sentence_is_left_over() -> None:
    assert set(FAILURES) == {code.value for code in FailureCode}


@pytest.mark.parametrize("code", CODES)
def test_a_failure_is_told_without_codes(code: str) -> None:
    said = failure_sentence(Failure(code, 400, "SOME_CODE"), EN) if code != "unrecognised" else ""
    said = said or failure_sentence(Failure(code), EN)
    assert fit_for_people(said)
    assert "Please" in said, "it says what to do"


def test_no_two_failures_share_a_sentence() -> None:
    said = [failure_sentence(Failure(code), EN) for code in CODES]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("code", CODES)
def test_no_failure_claims_that_a_letter_was_not_sent_or_was(code: str) -> None:
    said = failure_sentence(Failure(code), EN).lower()
    assert "not sent" not in said
    assert "was sent" not in said


@pytest.mark.parametrize(
    "code",
    [
        "no_answer",
        "broken_off",
        "bad_answer",
        "html_answer",
        "answer_too_large",
        "portal_failed",
    ],
)
def test_where_the_letter_may_have_left_nobody_is_told_to_try_again(code: str) -> None:
    said = failure_sentence(Failure(code), EN)
    assert "again" not in said
    assert "Bitrix24" in said or "browser" in said, "the person is told where to look"


@pytest.mark.parametrize("code", ["too_many_calls", "operating_time"])
def test_a_busy_portal_says_until_when(code: str) -> None:
    busy = Failure(code, 429, retry_at=AT)
    assert "try again at 01:05." in failure_sentence(busy, EN, "Europe/Moscow")
    assert "try again at 22:05 UTC." in failure_sentence(busy, EN)
    assert ":05" not in failure_sentence(Failure(code, 429), EN, "Europe/Moscow")


def test_a_time_is_said_only_of_a_busy_portal() -> None:
    moved = Failure("moved", 302, retry_at=AT)
    assert failure_sentence(moved, EN) == failure_sentence(Failure("moved"), EN)


@pytest.mark.parametrize(
    ("portal_code", "text", "words"),
    [
        ("LOGICEXCEPTION", "Try another day.", "“LOGICEXCEPTION: Try another day”."),
        ("LOGICEXCEPTION", "", "“LOGICEXCEPTION”."),
        ("", "Try another day", "“Try another day”."),
        ("new_code", "NEW_CODE", "“new_code”."),
        ("/start\u202e", "@jane", "“/\u2060start: @\u2060jane”."),
    ],
)
def test_an_unknown_code_is_quoted_as_the_portals_words(
    portal_code: str, text: str, words: str
) -> None:
    said = failure_sentence(Failure("unrecognised", 400, portal_code, text), EN)
    assert said.startswith("The portal answered with an error that this bot does not know: ")
    assert words in said


def test_without_any_word_the_status_is_all_there_is_to_tell() -> None:
    said = failure_sentence(Failure("unrecognised", 418), EN)
    assert "HTTP 418" in said
    assert "None" not in failure_sentence(Failure("unrecognised"), EN)


def test_a_code_of_tomorrow_is_never_an_empty_sentence() -> None:
    said = failure_sentence(Failure("of_tomorrow", 400, "", "No luck"), EN)
    assert "“No luck”" in said
    assert not codes(said)


def test_a_long_text_of_the_portal_is_cut_to_300_characters() -> None:
    said = failure_sentence(Failure("unrecognised", 400, "", "x" * 5000), EN)
    quoted = said.partition("“")[2].partition("”")[0]
    assert quoted == "x" * 299 + "…"


def test_a_code_of_the_portal_is_cut_too() -> None:
    said = failure_sentence(Failure("unrecognised", 400, "X" * 120, "y" * 5000), EN)
    assert len(said.partition("“")[2].partition("”")[0]) == 300


def test_a_refusal_that_names_no_field_quotes_the_portal() -> None:
    said = failure_sentence(Failure("validation", 400, "X_Y", "Something {is} wrong."), EN)
    assert "“Something {is} wrong”. Please check everything." in said
