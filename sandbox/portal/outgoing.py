"""What a call asks to be sent, read and checked in the portal's order, one problem at a time."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any

from sandbox.portal.call import Incoming
from sandbox.portal.letters import Letter
from sandbox.portal.people import Mailbox
from sandbox.portal.refusals import Refusal, nested

MOST_RECIPIENTS = 100

_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True)
class Way:
    """How one of the sending methods names its original, and its failures."""

    original: str | None
    token: str

    @property
    def field(self) -> str:
        """The parameter that failures are filed under."""
        return self.original or "from"


WAYS = {
    "mail.message.send": Way(None, "MESSAGE_SEND_FAILED"),
    "mail.message.reply": Way("replyToMessageId", "MESSAGE_REPLY_FAILED"),
    "mail.message.forward": Way("forwardMessageId", "MESSAGE_FORWARD_FAILED"),
}


@dataclass(frozen=True)
class Outgoing:
    """A letter that may leave."""

    original: Letter | None
    """The letter that it answers or forwards."""
    mailbox: Mailbox
    sender: str
    subject: str
    body: str
    to: list[str]
    cc: list[str]
    bcc: list[str]

    @property
    def addresses(self) -> list[str]:
        return self.to + self.cc + self.bcc


def read(call: Incoming) -> Outgoing:
    """What the call asks for; raises the first refusal that the portal would find."""
    way, given = WAYS[call.method], call.parameters
    original = given.number(way.original) if way.original else None
    sender, subject, body = (str(given.require(name)) for name in ("from", "subject", "body"))
    wanted = given.require("to")
    if not isinstance(wanted, list):
        raise call.profile.missing("to")
    to = _resolve(call, wanted)
    cc, bcc = (_resolve(call, _optional_list(call, name)) for name in ("cc", "bcc"))
    if not to:
        raise call.profile.failed("NO_RECIPIENTS", "to", "No recipients are given")
    if len(to + cc + bcc) > MOST_RECIPIENTS:
        raise _failed(call, "Too many recipients")
    box = _sender(call, sender)
    letter = None if original is None else call.letter(original)
    if way.original and letter is None:
        raise _failed(call, "The original message was not found")
    _refuse_as_told(call)
    if not box.login_works:
        raise _failed(call, "Mailbox authentication failed")
    return Outgoing(letter, box, sender, subject, body, to, cc, bcc)


def _refuse_as_told(call: Incoming) -> None:
    if call.portal.refused_sends:
        way, told = WAYS[call.method], call.portal.refused_sends.pop(0)
        raise call.profile.failed(told.code or way.token, told.field or way.field, told.sentence)


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


def _failed(call: Incoming, sentence: str) -> Refusal:
    way = WAYS[call.method]
    return call.profile.failed(way.token, way.field, sentence)
