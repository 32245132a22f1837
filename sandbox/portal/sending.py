"""The methods `mail.message.send`, `mail.message.reply` and `mail.message.forward`."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.letters import INBOX, SENT, Letter, SentLetter, text_of
from sandbox.portal.outgoing import WAYS, Outgoing, read


def send(call: Incoming) -> Any:
    """Pages `mail.message.send`, `.reply`, `.forward`. The answer has no id."""
    outgoing = read(call)
    copy = _deliver(call, outgoing)
    call.portal.sent.append(_entry(call, outgoing, copy))
    call.portal.changes.note()
    return {"success": True, "to": outgoing.to}


def _entry(call: Incoming, outgoing: Outgoing, copy: Letter | None) -> SentLetter:
    forwarded = call.method == "mail.message.forward"
    original = outgoing.original.id if outgoing.original else None
    return SentLetter(
        method=call.method,
        webhook_code=call.webhook.code,
        employee_id=call.employee.id,
        sender=outgoing.sender,
        to=outgoing.to,
        cc=outgoing.cc,
        bcc=outgoing.bcc,
        subject=outgoing.subject,
        body=outgoing.body,
        answers=None if forwarded else original,
        forwards=original if forwarded else None,
        at=call.portal.clock(),
        raw=call.raw,
        headers=call.headers,
        copy=copy,
    )


def _deliver(call: Incoming, outgoing: Outgoing) -> Letter | None:
    """A copy into the Sent folder, and one into each mailbox of this portal that was written to.

    Returns the first one, if the portal makes it.
    """
    portal = call.portal
    copy = _letter(call, outgoing)
    made = portal.sent_copies != "never"
    if made:
        portal.put(copy)
    if not isinstance(portal.sent_copies, str):
        copy.visible_at = copy.date + timedelta(seconds=portal.sent_copies)
    arrives = copy.date + timedelta(seconds=portal.delivery_seconds)
    addresses = {address.casefold() for address in outgoing.addresses}
    for other in portal.mailboxes:
        if other.email in addresses:
            delivered = replace(copy, id=portal.next_id(), mailbox=other, folder=INBOX)
            delivered.is_seen = False
            delivered.visible_at = arrives if portal.delivery_seconds else None
            portal.put(delivered)
    return copy if made else None


def _letter(call: Incoming, outgoing: Outgoing) -> Letter:
    """The letter as it lies in the Sent folder."""
    box, original = outgoing.mailbox, outgoing.original
    body = text_of(outgoing.body)
    forwarded = call.method == "mail.message.forward"
    if original and (forwarded or call.profile.quotes_original):
        body = f"{body}\n\n{original.sender}:\n" + "\n".join(
            f"> {line}" for line in original.body.split("\n")
        )
    return Letter(
        call.portal.next_id(),
        box,
        SENT,
        f"{box.sender_name} <{box.email}>",
        ", ".join(outgoing.to),
        ", ".join(outgoing.cc),
        outgoing.subject,
        body,
        call.portal.clock(),
        is_seen=True,
        has_attachments=bool(forwarded and original and original.has_attachments),
        answers=original.id if original and not forwarded else None,
    )


METHODS: dict[str, Method] = dict.fromkeys(WAYS, send)
