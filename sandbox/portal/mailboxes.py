"""The methods `mail.mailbox.list`, `mail.mailbox.get` and `mail.mailbox.senders`."""

from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.people import Mailbox
from sandbox.portal.refusals import nested


def list_mailboxes(call: Incoming) -> Any:
    """Page `mail.mailbox.list`: own mailboxes, by fragments of name and address."""
    name, email = call.parameters.text("name"), call.parameters.text("email")
    rows = [
        _row(box)
        for box in call.mailboxes()
        if name in box.name.casefold() and email in box.email.casefold()
    ]
    return {"items": call.parameters.page(rows, most=100)}


def get_mailbox(call: Incoming) -> Any:
    """Page `mail.mailbox.get`."""
    number = call.parameters.number("id")
    for box in call.portal.mailboxes:
        if box.id == number:
            if box not in call.mailboxes():
                raise call.profile.hidden_mailbox()
            return {"item": call.parameters.select(_row(box))}
    raise nested(400, "ENTITYNOTFOUNDEXCEPTION", call.profile.language)


def _row(box: Mailbox) -> dict[str, Any]:
    return {"id": box.id, "name": box.name, "email": box.email, "senderName": box.sender_name}


def list_senders(call: Incoming) -> Any:
    """Page `mail.mailbox.senders`: one address may come twice, under different names."""
    rows = [
        {"email": box.email, "name": name, "sender": f"{name} <{box.email}>"}
        for box in call.mailboxes()
        for name in dict.fromkeys([box.sender_name, box.name])
    ]
    return {"items": call.parameters.page(rows, most=100)}


METHODS: dict[str, Method] = {
    "mail.mailbox.list": list_mailboxes,
    "mail.mailbox.get": get_mailbox,
    "mail.mailbox.senders": list_senders,
}
