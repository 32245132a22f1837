"""The methods `mail.mailbox.field.*`, `mail.message.field.*` and `mail.recipient.field.*`."""

from functools import partial
from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.refusals import FIELD_NOT_FOUND, full, nested

_TEXT = ("subject", "from", "to", "cc", "date")
FIELDS: dict[str, dict[str, str]] = {
    "mailbox": {"id": "int", "name": "string", "email": "string", "senderName": "string"},
    "message": {"id": "int", "mailboxId": "int", "mailboxEmail": "string"}
    | dict.fromkeys(_TEXT, "string")
    | {"isSeen": "bool", "hasAttachments": "bool"}
    | {"url": "string", "bindings": "array", "body": "string"},
    "recipient": {"id": "int", "email": "string", "name": "string"},
}


def list_fields(group: str, call: Incoming) -> Any:
    """Pages `mail.….field.list`: nothing can be filtered or sorted by."""
    rows = [_row(name, kind) for name, kind in FIELDS[group].items()]
    return {"items": [_chosen(call, row) for row in rows]}


def get_field(group: str, call: Incoming) -> Any:
    """Pages `mail.….field.get`."""
    name = str(call.parameters.require("name"))
    if name not in FIELDS[group]:
        raise full(400, FIELD_NOT_FOUND, f"Field {name} was not found")
    return {"item": _chosen(call, _row(name, FIELDS[group][name]))}


def _row(name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "type": kind,
        "title": name,
        "description": None,
        "validationRules": None,
        "requiredGroups": None,
        "filterable": False,
        "sortable": False,
        "editable": False,
        "multiple": kind == "array",
        "elementType": None,
    }


def _chosen(call: Incoming, row: dict[str, Any]) -> dict[str, Any]:
    """Here, unlike elsewhere, an unknown name in `select` is refused."""
    names = call.parameters.names("select")
    if names is None:
        return row
    if set(names) - set(row):
        raise nested(400, "UNKNOWNDTOPROPERTYEXCEPTION", call.profile.language)
    return {name: row[name] for name in names}


METHODS: dict[str, Method] = {
    f"mail.{group}.field.{verb}": partial(method, group)
    for group in FIELDS
    for verb, method in (("list", list_fields), ("get", get_field))
}
