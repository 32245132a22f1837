"""The method `batch` of REST 3.0: commands in a row; the first refusal hides what has happened."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.portal.refusals import flat, nested

MOST_COMMANDS = 50


@dataclass(frozen=True)
class Command:
    """One command of a batch."""

    method: str
    query: dict[str, Any]
    alias: str


def read(body: object, language: str) -> list[Command]:
    """An array of commands, or an object with the keys "0", "1", …; other keys are ignored."""
    if isinstance(body, dict):
        if "cmd" in body:
            raise nested(400, "INVALIDSELECTEXCEPTION", language)
        body = [body[key] for key in sorted(filter(str.isdecimal, body), key=int)]
    if not isinstance(body, list):
        raise nested(400, "INVALIDJSONEXCEPTION", language)
    if len(body) > MOST_COMMANDS:
        raise flat(400, "ERROR_BATCH_LENGTH_EXCEEDED", f"Max batch length is {MOST_COMMANDS}")
    return [_command(str(number), each, language) for number, each in enumerate(body)]


def _command(number: str, given: object, language: str) -> Command:
    method = given.get("method") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(method, str):
        raise nested(400, "INVALIDJSONEXCEPTION", language)
    query = given.get("query") or {}
    if not isinstance(query, dict):
        raise nested(400, "INVALIDJSONEXCEPTION", language)
    return Command(method.lower(), query, str(given.get("as") or number))


async def run(
    commands: list[Command],
    run_one: Callable[[str, dict[str, Any]], Awaitable[Any]],
    language: str,
) -> list[Any]:
    """The results in order. The first refusal is the whole answer; what ran before it stays."""
    context: dict[str, Any] = {}
    results = []
    for number, command in enumerate(commands):
        result = await run_one(command.method, _resolved(command.query, context, language))
        results.append(result)
        inner = result.get("item", result.get("items")) if isinstance(result, dict) else None
        if inner is not None:
            context[command.alias] = context[str(number)] = inner
    return results


def _resolved(value: Any, context: Mapping[str, Any], language: str) -> Any:
    """The value with every `{"$ref": "alias.field"}` and `{"$refArray": …}` replaced."""
    if isinstance(value, list):
        return [_resolved(each, context, language) for each in value]
    if not isinstance(value, dict):
        return value
    for kind in ("$ref", "$refArray"):
        if list(value) == [kind]:
            try:
                return _look_up(str(value[kind]), context, many=kind == "$refArray")
            except (KeyError, IndexError, TypeError, ValueError):
                raise nested(400, "INVALIDSELECTEXCEPTION", language) from None
    return {key: _resolved(each, context, language) for key, each in value.items()}


def _look_up(path: str, context: Mapping[str, Any], *, many: bool) -> Any:
    alias, *steps = path.split(".")
    found = context[alias]
    if many:
        rows = found if isinstance(found, list) else [found]
        return [_walk(row, steps) for row in rows]
    return _walk(found, steps)


def _walk(value: Any, steps: list[str]) -> Any:
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value
