"""A read is a value: which method, with what, and what its result means; alone or in a batch.

Results are read from every form that the pages show: under `items` or `item`, bare, `[]` for an
empty object, lists as objects with numbers for keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from bitrix24.envelope import Answer
from bitrix24.errors import Failure, FailureCode, Unknown
from bitrix24.learned import Learned
from bitrix24.models import Model, read_row, read_rows

Value = TypeVar("Value")
Result = TypeVar("Result", covariant=True)


@dataclass(frozen=True)
class Got(Generic[Value]):
    """What a method returned, and what its answer told about the portal."""

    value: Value
    learned: Learned


@dataclass(frozen=True)
class Read(Generic[Result]):
    """A call that changes nothing and may be repeated; None among `params` is left out."""

    method: str
    params: Mapping[str, object]
    result_of: Callable[[Answer], Result]

    @property
    def given(self) -> dict[str, object]:
        return {name: value for name, value in self.params.items() if value is not None}


def rows_of(kind: type[Model]) -> Callable[[Answer], tuple[Model, ...]]:
    """Reads a list; rows that cannot be read are left out."""

    def read(answer: Answer) -> tuple[Model, ...]:
        rows = answer.result
        if isinstance(rows, dict):
            rows = next((rows[name] for name in ("items", "result") if name in rows), rows)
        if isinstance(rows, dict) and not all(key.isdigit() for key in rows):
            raise bad(answer)
        if not isinstance(rows, dict | list):
            raise bad(answer)
        return read_rows(kind, rows, answer.learned.utc_offset)

    return read


def item_of(kind: type[Model]) -> Callable[[Answer], Model]:
    """Reads one row under `item`."""

    def read(answer: Answer) -> Model:
        item = answer.result.get("item") if isinstance(answer.result, dict) else None
        row = read_row(kind, item, answer.learned.utc_offset)
        if row is None:
            raise bad(answer)
        return row

    return read


def bad(answer: Answer) -> Unknown:
    """What no page describes came back; what was called may have run."""
    return Unknown(Failure(FailureCode.BAD_ANSWER, 200), answer.learned)
