"""The method `mail.message.reply`: checks in the portal's order, one problem at a time."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.letters import INBOX, SENT, Letter, SentLetter, text_of
from sandbox.portal.people import Mailbox
from sandbox.portal.refusals import Refusal, nested

FAILED = "MESSAGE_REPLY_FAILED"
MOST_RECIPIENTS = 100

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True)
class Outgoing:
    """What a call asks to be sent, checked."""

    answers: int
    sender: str
    subject: str
    body: str
    people: dict[str, list[str]]
    """Addresses by `to`, `cc` and `bcc`."""


def reply(call: Incoming) -> Any:
    """Page `mail.message.reply`. The answer has no id; `to` are the recipients used."""
    asked = _asked(call)
    box = _sender(call, asked.sender)
    _refuse_what_cannot_leave(call, asked, box)
    copy = _deliver(call, asked, box)
    call.portal.sent.append(_entry(call, asked, copy))
    call.portal.changes.note()
    return {"success": True, "to": asked.people["to"]}


def _asked(call: Incoming) -> Outgoing:
    answers = call.parameters.number("replyToMessageId")
    sender, subject, body = (
        str(call.parameters.require(name)) for name in ("from", "subject", "body")
    )
    to = call.parameters.require("to")
    if not isinstance(to, list):
        raise call.profile.missing("to")
    people = {"to": _resolve(call, to)}
    people |= {name: _resolve(call, _optional_list(call, name)) for name in ("cc", "bcc")}
    if not people["to"]:
        raise call.profile.failed("NO_RECIPIENTS", "to", "No recipients are given")
    return Outgoing(answers, sender, subject, body, people)


def _entry(call: Incoming, asked: Outgoing, copy: Letter | None) -> SentLetter:
    return SentLetter(
        method=call.method,
        webhook_code=call.webhook.code,
        employee_id=call.employee.id,
        sender=asked.sender,
        **asked.people,
        subject=asked.subject,
        body=asked.body,
        answers=asked.answers,
        at=call.portal.clock(),
        raw=call.raw,
        headers=call.headers,
        copy=copy,
    )


def _optional_list(call: Incoming, name: str) -> list[Any]:
    value = call.parameters.given.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise nested(500, "INTERNAL_INTERNALEXCEPTION", call.profile.language)
    return value


def _resolve(call: Incoming, entries: list[Any]) -> list[str]:
    """Addresses of the entries; names from the address book are understood too."""
    return [_address(call, str(entry).strip()) for entry in entries if str(entry).strip()]


def _address(call: Incoming, entry: str) -> str:
    if entry in call.portal.contacts:
        return call.portal.contacts[entry]
    address = parseaddr(entry)[1] if "<" in entry else entry
    if _ADDRESS.fullmatch(address):
        return address
    sentence = f"Could not resolve recipient: {entry}"
    raise call.profile.failed("RESOLVE_RECIPIENTS_ERROR", "to, cc, bcc", sentence)


def _sender(call: Incoming, sender: str) -> Mailbox:
    email = (parseaddr(sender)[1] if "<" in sender else sender).casefold()
    for box in call.mailboxes():
        if box.email == email:
            return box
    raise _failed(call, "The sender address is not available to you")


def _refuse_what_cannot_leave(call: Incoming, asked: Outgoing, box: Mailbox) -> None:
    if call.letter(asked.answers) is None:
        raise _failed(call, "The original message was not found")
    if sum(map(len, asked.people.values())) > MOST_RECIPIENTS:
        raise _failed(call, "Too many recipients")
    if not box.login_works:
        raise _failed(call, "Mailbox authentication failed")
    if call.portal.refused_sends:
        told = call.portal.refused_sends.pop(0)
        raise call.profile.failed(told.code, told.field, told.sentence)


def _failed(call: Incoming, sentence: str) -> Refusal:
    return call.profile.failed(FAILED, "replyToMessageId", sentence)


def _deliver(call: Incoming, asked: Outgoing, box: Mailbox) -> Letter | None:
    """A copy into the Sent folder, and one into each mailbox of this portal that was written to.

    Returns the first one, if the portal makes it.
    """
    portal = call.portal
    copy = Letter(
        portal.next_id(),
        box,
        SENT,
        f"{box.sender_name} <{box.email}>",
        ", ".join(asked.people["to"]),
        ", ".join(asked.people["cc"]),
        asked.subject,
        text_of(asked.body),
        portal.clock(),
        is_seen=True,
        answers=asked.answers,
    )
    made = portal.sent_copies != "never"
    if made:
        portal.put(copy)
    if not isinstance(portal.sent_copies, str):
        copy.visible_at = copy.date + timedelta(seconds=portal.sent_copies)
    addresses = {address.casefold() for found in asked.people.values() for address in found}
    for other in portal.mailboxes:
        if other.email in addresses:
            portal.put(
                replace(
                    copy,
                    id=portal.next_id(),
                    mailbox=other,
                    folder=INBOX,
                    is_seen=False,
                    visible_at=None,
                )
            )
    return copy if made else None


METHODS: dict[str, Method] = {"mail.message.reply": reply}
