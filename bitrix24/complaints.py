"""Which parameter a portal complains about, and with which word (the mail methods' error lists).

The pages put the parameter's name into `field` and the word beside it; some builds put the word
into `field` and an English sentence into `message`; some leave `field` out. All are read.
"""

import re
from collections.abc import Iterable

from bitrix24.errors import RefusedField

PARAMETERS = (
    "from", "to", "subject", "body", "cc", "bcc", "replyToMessageId", "forwardMessageId",
    "messageId", "messageIds", "action", "folder", "dateFrom", "dateTo", "query", "id", "name",
    "select", "limit", "offset", "page", "title", "description",
)  # fmt: skip
_BY_LOWER = {name.lower(): name for name in PARAMETERS}
_TOKEN = re.compile(
    r"\b(?:MISSING_[A-Z_]+|INVALID_(?:ACTION|DATEFROM|DATETO)|NO_RECIPIENTS"
    r"|RESOLVE_RECIPIENTS_ERROR|MESSAGE_(?:SEND|REPLY|FORWARD)_FAILED)\b"
)
_NAMED_BY_TOKEN = {
    "NO_RECIPIENTS": "to",
    "RESOLVE_RECIPIENTS_ERROR": "to",
    "MESSAGE_SEND_FAILED": "from",
    "MESSAGE_REPLY_FAILED": "replyToMessageId",
    "MESSAGE_FORWARD_FAILED": "forwardMessageId",
}


def read_complaints(items: object, otherwise: Iterable[str]) -> tuple[RefusedField, ...]:
    """The array `validation`; without one, what a token in the texts `otherwise` gives away."""
    if isinstance(items, dict):
        items = list(items.values()) if "message" not in items else [items]
    found = tuple(map(_complaint, items)) if isinstance(items, list) else ()
    if found:
        return found
    token = _token(*otherwise)
    return (RefusedField(_named_by(token), token, ""),) if token else ()


def _complaint(item: object) -> RefusedField:
    if not isinstance(item, dict):
        text = item if isinstance(item, str) else ""
        return RefusedField(_named_by(_token(text)), _token(text), text)
    field, text = (str(item.get(key) or "") for key in ("field", "message"))
    token = _token(field, text)
    return RefusedField(_named(field) or _named_by(token), token, text)


def _named(field: str) -> str | None:
    """The first parameter named; the pages also write several, with or without back-ticks."""
    names = re.findall(r"[A-Za-z]+", field)
    return _BY_LOWER.get(names[0].lower()) if names else None


def _token(*texts: str) -> str:
    found = (_TOKEN.search(text) for text in texts)
    return next((match.group() for match in found if match), "")


def _named_by(token: str) -> str | None:
    if token in _NAMED_BY_TOKEN:
        return _NAMED_BY_TOKEN[token]
    kind, _, parameter = token.partition("_")
    return _BY_LOWER.get(parameter.replace("_", "").lower()) if kind else None
