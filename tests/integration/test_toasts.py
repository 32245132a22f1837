"""What mail refuses is shown in toasts, which hold 200 characters in every language."""

import pytest

from handlers.sentences import sentence
from handlers.texts import Texts
from mail.errors import BadValue, MailError
from storage.records.drafts import Field
from tests.integration.languages import EN, RU
from tests.unit.handlers.test_sentences import ERRORS, MOST_TOAST
from tests.unit.handlers.test_sentences_values import CODES, LONG

REFUSALS = [*ERRORS, *(BadValue(field, code, LONG, 100_001) for field, code in CODES)]


@pytest.mark.parametrize("texts", [EN, RU], ids=["en", "ru"])
@pytest.mark.parametrize("error", REFUSALS)
def test_a_refusal_fits_into_a_toast(error: MailError, texts: Texts) -> None:
    assert 0 < len(sentence(error, texts)) <= MOST_TOAST


def test_no_refusal_is_left_in_english() -> None:
    assert [error for error in REFUSALS if sentence(error, RU) == sentence(error, EN)] == []


@pytest.mark.parametrize(
    ("count", "start"),
    [(101, "101 адрес,"), (102, "102 адреса,"), (111, "111 адресов,"), (105, "105 адресов,")],
)
def test_russian_counts_as_russians_do(count: int, start: str) -> None:
    said = sentence(BadValue(Field.RECIPIENTS, "too_many", count=count), RU)
    assert start in said
