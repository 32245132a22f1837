"""Typed values that do not fit: what is wrong and an example, for every field and code."""

import pytest

from bitrix24.letter_reference import LetterFault
from handlers.bad_value_sentences import SENTENCES, bad_value_text
from handlers.sentences import bad_value_sentence
from mail.errors import BadValue
from mail.recipients import RecipientFault
from mail.steps import STEPS
from mail.subjects import SubjectFault
from storage.records.drafts import Field
from tests.unit.handlers.english import EN, fit_for_people

GENERIC = bad_value_sentence(BadValue(Field.REVIEW, "of_tomorrow"), EN)
LONG = "юлия@пример.example " * 20  # longer than what may be quoted
ADDRESSES = (Field.RECIPIENTS, Field.CC, Field.BCC)

CODES = [
    *((Field.LETTER, fault.value) for fault in LetterFault),
    (Field.LETTER, "other_letter"),
    *((field, fault.value) for field in ADDRESSES for fault in RecipientFault),
    *((Field.SUBJECT, fault.value) for fault in SubjectFault),
    (Field.SENDER, "not_a_sender"),
    (Field.TEXT, "blank"),
    (Field.TEXT, "too_long"),
    (Field.REFUSAL, "takes_no_text"),
    *((field, "missing") for field in STEPS),
]


@pytest.mark.parametrize(("field", "code"), CODES)
def test_every_code_has_a_sentence_short_enough_for_a_toast(field: Field, code: str) -> None:
    said = bad_value_sentence(BadValue(field, code, LONG, 100_001), EN)
    assert fit_for_people(said)
    assert said != GENERIC
    assert len(said) <= 200


def test_no_two_faults_of_a_field_share_a_sentence() -> None:
    for field in {field for field, _ in CODES}:
        said = [bad_value_sentence(BadValue(f, code), EN) for f, code in CODES if f is field]
        assert len(set(said)) == len(said), field


def test_the_table_holds_no_code_that_nothing_raises() -> None:
    assert set(SENTENCES) <= set(CODES)


@pytest.mark.parametrize(
    ("error", "example"),
    [
        (BadValue(Field.LETTER, "not_a_number", "fifteen"), "“fifteen” is no letter"),
        (BadValue(Field.LETTER, "not_a_number", "fifteen"), "for example 15"),
        (BadValue(Field.RECIPIENTS, "not_an_address", "jane@"), "“jane@” is no e-mail address"),
        (BadValue(Field.CC, "not_an_address", "jane@"), "jane@example.com"),
        (BadValue(Field.RECIPIENTS, "none"), "jane@example.com"),
        (BadValue(Field.CC, "none"), "press “None”"),
        (BadValue(Field.BCC, "none"), "press “None”"),
        (BadValue(Field.SUBJECT, "empty"), "for example"),
        (BadValue(Field.SENDER, "not_a_sender", "me@else.example"), "“me@else.example”"),
        (BadValue(Field.TEXT, "blank"), "for example"),
    ],
    ids=repr,
)
def test_a_sentence_shows_what_was_typed_and_what_would_do(error: BadValue, example: str) -> None:
    assert example in bad_value_sentence(error, EN)


@pytest.mark.parametrize(
    ("error", "start"),
    [
        (
            BadValue(Field.TEXT, "too_long", count=100_001),
            "The text has 100,001 characters; at most 100,000 ",
        ),
        (
            BadValue(Field.SUBJECT, "too_long", count=251),
            "The subject has 251 characters; at most 250 ",
        ),
        (
            BadValue(Field.RECIPIENTS, "too_many", count=101),
            "To, Cc and Bcc have 101 addresses; at most 100 ",
        ),
        (
            BadValue(Field.BCC, "too_many", count=140),
            "To, Cc and Bcc have 140 addresses; at most 100 ",
        ),
    ],
    ids=repr,
)
def test_too_much_is_said_with_the_count_and_the_limit(error: BadValue, start: str) -> None:
    assert bad_value_sentence(error, EN).startswith(start)


def test_what_was_typed_is_cut_and_cannot_be_tapped() -> None:
    error = BadValue(Field.RECIPIENTS, "not_an_address", "/start\n" + "x" * 500)
    said, (code,) = bad_value_text(error, EN).render()
    assert said.startswith("“/start xxx")
    assert said[code.offset - 1] + said[code.offset + code.length] == "“”"
    assert code.type == "code", "which Telegram makes no command of"
    assert len(said) < 160
    assert "…”" in said
    assert "\n" not in said


def test_a_mistyped_address_was_copied_with_an_invisible_character() -> None:
    error = BadValue(Field.RECIPIENTS, "not_an_address", "jane @client.example")
    said, entities = bad_value_text(error, EN).render()
    assert "“jane @client.example”" in said
    assert [entity.type for entity in entities] == ["code"], "which Telegram makes no name of"
    assert bad_value_sentence(error, EN) == said


def test_braces_that_were_typed_stay_braces() -> None:
    said = bad_value_sentence(BadValue(Field.RECIPIENTS, "not_an_address", "{count} {0}"), EN)
    assert "“{count} {0}”" in said
