"""Dataclasses as JSON text, for what a row holds sealed in one column."""

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


_adapters: dict[Any, TypeAdapter[Any]] = {}


def _adapter(kind: Any) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def as_json(value: Any) -> str:
    """The value as JSON; dataclasses, tuples, enums and aware datetimes come back equal."""
    return _adapter(type(value)).dump_json(value).decode()


def from_json(kind: type[T], text: str) -> T:
    """The way back; what an older program wrote may lack newer keys with defaults."""
    value: T = _adapter(kind).validate_json(text)
    return value
