"""The methods `mail.recipient.listcontacts` and `mail.recipient.listemployees`."""

from typing import Any

from sandbox.portal.call import Incoming, Method


def list_contacts(call: Incoming) -> Any:
    """Page `mail.recipient.listcontacts`: without a query the latest contacts."""
    known = enumerate(call.portal.contacts.items(), 41)
    rows = [{"id": number, "email": email, "name": name} for number, (name, email) in known]
    return {"items": _found(call, rows[::-1])}


def list_employees(call: Incoming) -> Any:
    """Page `mail.recipient.listemployees`: those who have an address."""
    call.parameters.require("query")
    rows = [
        {"id": each.id, "email": each.email, "name": f"{each.name} {each.last_name}".strip()}
        for each in call.portal.employees
        if each.email and each.active
    ]
    return {"items": _found(call, rows)}


def _found(call: Incoming, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    query = call.parameters.text("query")
    found = [row for row in rows if query in f"{row['name']}\n{row['email']}".casefold()]
    return call.parameters.page(found, most=200, default=50)


METHODS: dict[str, Method] = {
    "mail.recipient.listcontacts": list_contacts,
    "mail.recipient.listemployees": list_employees,
}
