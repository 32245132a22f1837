"""Reads the parameters of a call the way the portal does: loosely, but with its own refusals."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.portal.profiles import Docs
from sandbox.portal.refusals import nested

_DATE_ATOM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def decode(raw: bytes, content_type: str, language: str) -> Any:
    """The JSON of the body; an empty body is a call without parameters."""
    if not raw:
        return {}
    try:
        return json.loads(raw) if content_type == "application/json" else None
    except ValueError:
        raise nested(400, "INVALIDJSONEXCEPTION", language) from None


def parse(raw: bytes, content_type: str, language: str) -> dict[str, Any]:
    """The JSON object of the body."""
    body = decode(raw, content_type, language)
    if not isinstance(body, dict):
        raise nested(400, "INVALIDJSONEXCEPTION", language)
    return body


@dataclass(frozen=True)
class Parameters:
    """The parameters of one call."""

    given: Mapping[str, Any]
    profile: Docs

    def require(self, name: str) -> Any:
        """Absent, null, empty string and empty list are all "missing"."""
        value = self.given.get(name)
        if value is None or value in ("", []):
            raise self.profile.missing(name)
        return value

    def number(self, name: str) -> int:
        """A required whole number; text that is none becomes 0, as PHP casts it."""
        return whole(self.require(name))

    def text(self, name: str) -> str:
        """An optional fragment to search for, in lower case; empty if absent."""
        return str(self.given.get(name) or "").casefold()

    def flag(self, name: str) -> bool | None:
        """An optional boolean; every text but the empty one and "0" is true."""
        value = self.given.get(name)
        return None if value is None else bool(value) and value != "0"

    def date(self, name: str) -> datetime | None:
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not _DATE_ATOM.fullmatch(value):
            raise self.profile.bad_date(name)
        try:
            return self.profile.earliest(datetime.fromisoformat(value))
        except ValueError:
            raise self.profile.bad_date(name) from None

    def names(self, name: str) -> list[str] | None:
        """An optional array of strings."""
        value = self.given.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise nested(400, "INVALIDSELECTEXCEPTION", self.profile.language)
        return value

    def select(self, item: dict[str, Any]) -> dict[str, Any]:
        """The keys that `select` asks for; unknown ones are ignored, but not those of relations."""
        names = self.names("select")
        if any("." in name for name in names or ()):
            raise nested(400, "UNKNOWNDTOPROPERTYEXCEPTION", self.profile.language)
        return {name: item[name] for name in names or () if name in item} or item

    def page(self, rows: list[Any], most: int, default: int = 25) -> list[Any]:
        """The rows that `pagination` asks for: `default` without it, 50 if it names no limit.

        A limit above `most` is cut only after the offset was computed, so rows are skipped.
        """
        pagination = self.given.get("pagination")
        if pagination is None:
            return rows[:default]
        if not isinstance(pagination, dict):
            raise nested(400, "INVALIDPAGINATIONEXCEPTION", self.profile.language)
        for value in (pagination.get(key, 1) for key in ("page", "limit", "offset")):
            if isinstance(value, bool) or not re.fullmatch(r"-?\d+", str(value)):
                raise nested(400, "INVALIDPAGINATIONEXCEPTION", self.profile.language)
        limit = int(pagination.get("limit", 50))
        if limit == 0:
            raise nested(400, "INVALIDPAGINATIONEXCEPTION", self.profile.language)
        offset = max(int(pagination.get("offset", 0)), 0)
        if "page" in pagination:
            offset = (max(int(pagination["page"]), 1) - 1) * abs(limit)
        return rows[offset:][: min(abs(limit), most)]


def whole(value: Any) -> int:
    """PHP's cast to int, as far as a client can meet it."""
    if isinstance(value, (bool, int, float)):
        return int(value)
    found = re.match(r"\s*-?\d+", str(value))
    return int(found.group()) if found else 0
