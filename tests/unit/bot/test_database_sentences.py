"""Each way a database can fail has its sentence and its exit code."""

from pathlib import Path

import pytest

from bot.database_sentences import explain
from storage.errors import (
    AlreadyApplied,
    DatabaseDamaged,
    DatabaseRefused,
    Refusal,
    StorageError,
    StorageUnavailable,
    Trouble,
)

CASES: list[tuple[StorageError, int]] = [
    *((DatabaseRefused(reason), 78) for reason in Refusal),
    *((StorageUnavailable(trouble), 75) for trouble in Trouble),
    (DatabaseDamaged("page 7"), 74),
]


@pytest.mark.parametrize(("error", "code"), CASES, ids=repr)
def test_it_is_one_sentence_and_an_exit_code(error: StorageError, code: int) -> None:
    ending = explain(error, Path("data/bot.db"))
    assert ending is not None
    assert ending.exit == code
    (sentence,) = ending.sentences
    assert sentence.startswith("The database data/bot.db ")
    assert sentence.endswith(".")


def test_no_two_say_the_same() -> None:
    said = [str(explain(error, Path("x"))) for error, _ in CASES]
    assert len(set(said)) == len(CASES)


def test_a_fault_of_our_own_is_not_explained_away() -> None:
    assert explain(AlreadyApplied("1:2"), Path("x")) is None
