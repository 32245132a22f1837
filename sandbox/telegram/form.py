"""Reads a call's parameters however they came: form fields, multipart, JSON, or the query.

In a form every value is text and objects are JSON in a text, as the page "Making requests" says.
"""

import json
from typing import Any

from aiohttp import web

from sandbox.telegram.refusals import bad_request


async def read_form(request: web.Request) -> "Form":
    """All parameters of a call; those in the body win over those in the query."""
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise bad_request("can't parse request JSON object")
        return Form(values | body)
    values |= dict(await request.post())
    return Form(values)


class Form:
    """The parameters of one call. A wrong type raises BotApiError."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = {key: value for key, value in values.items() if value is not None}

    def text(self, name: str, default: str = "") -> str:
        return str(self.values.get(name, default))

    def number(self, name: str, default: int = 0) -> int:
        value = self.values.get(name, default)
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f'parameter "{name}" must be an integer') from None

    def flag(self, name: str) -> bool:
        return str(self.values.get(name, "")).lower() in ("true", "1", "yes")

    def parsed(self, name: str) -> Any:
        """An object or array; None if it is absent."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def shown(self) -> dict[str, Any]:
        """For the log of calls: texts that hold JSON are opened."""
        return {key: _opened(value) for key, value in self.values.items()}


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
