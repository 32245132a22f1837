"""What the method pages of Bitrix24 say, written down for the tests: parameters, keys, codes."""

from dataclasses import dataclass

V3 = "BITRIX_REST_V3_EXCEPTION_"
VALIDATION = "VALIDATION_REQUESTVALIDATIONEXCEPTION"
DENIED = "ACCESSDENIEDEXCEPTION"
PAGINATION = "INVALIDPAGINATIONEXCEPTION"
NOT_FOUND = "ENTITYNOTFOUNDEXCEPTION"

LETTER = {
    "id": int,
    "mailboxId": int,
    "mailboxEmail": str,
    "subject": str,
    "from": str,
    "to": str,
    "cc": str,
    "date": str,
    "isSeen": bool,
    "hasAttachments": bool,
    "url": str,
    "bindings": list,
    "body": str,
}


@dataclass(frozen=True)
class MethodPage:
    """One method: its parameters (those with `*` are required), its result and its errors."""

    parameters: tuple[str, ...]
    path: str
    keys: dict[str, type]
    errors: frozenset[str]
    good: dict[str, object]
    """Parameters of a call that succeeds in the sandbox."""
    optional: frozenset[str] = frozenset()
    """Keys that only some builds send."""


REPLY: dict[str, object] = {
    "replyToMessageId": 15,
    "from": "support@linden-print.example",
    "to": ["jane@client.example"],
    "subject": "Re: Delivery date for order 118",
    "body": "On <b>Thursday</b>.<br>Anna",
}

SEND = {name: value for name, value in REPLY.items() if name != "replyToMessageId"}
FORWARD = SEND | {"forwardMessageId": 16, "subject": "Fwd: paper"}
WAYS = {
    "mail.message.send": (SEND, "from", "MESSAGE_SEND_FAILED"),
    "mail.message.reply": (REPLY, "replyToMessageId", "MESSAGE_REPLY_FAILED"),
    "mail.message.forward": (FORWARD, "forwardMessageId", "MESSAGE_FORWARD_FAILED"),
}
"""By method: a call that succeeds, and where and how its failures are filed."""

PAGES = {
    "mail.mailbox.list": MethodPage(
        ("name", "email", "pagination"),
        "result.items",
        {"id": int, "name": str, "email": str, "senderName": str},
        frozenset({DENIED, PAGINATION}),
        {},
    ),
    "mail.mailbox.senders": MethodPage(
        ("pagination",),
        "result.items",
        {"email": str, "name": str, "sender": str},
        frozenset({DENIED, PAGINATION}),
        {},
    ),
    "mail.message.list": MethodPage(
        (
            "mailboxId",
            "searchQuery",
            "dateFrom",
            "dateTo",
            "isSeen",
            "hasAttachments",
            "folder",
            "pagination",
        ),
        "result.items",
        LETTER,
        frozenset({DENIED, PAGINATION, VALIDATION}),
        {},
    ),
    "mail.message.get": MethodPage(
        ("id*", "select"),
        "result.item",
        LETTER,
        frozenset({VALIDATION, DENIED, NOT_FOUND}),
        {"id": 15},
    ),
    "mail.message.thread": MethodPage(
        ("id*", "limit"),
        "result",
        {
            "id": int,
            "subject": str,
            "from": str,
            "to": str,
            "cc": str,
            "date": str,
            "body": str,
            "truncated": bool,
            "bodyLength": int,
        },
        frozenset({VALIDATION, NOT_FOUND, DENIED}),
        {"id": 15},
        optional=frozenset({"truncated", "bodyLength"}),
    ),
    "mail.message.reply": MethodPage(
        ("replyToMessageId*", "from*", "to*", "subject*", "body*", "cc", "bcc"),
        "result",
        {"success": bool, "to": list},
        frozenset({VALIDATION, DENIED}),
        REPLY,
    ),
    "mail.message.send": MethodPage(
        ("from*", "to*", "subject*", "body*", "cc", "bcc"),
        "result",
        {"success": bool, "to": list},
        frozenset({VALIDATION, DENIED}),
        SEND,
    ),
    "mail.message.forward": MethodPage(
        ("forwardMessageId*", "from*", "to*", "subject*", "body*", "cc", "bcc"),
        "result",
        {"success": bool, "to": list},
        frozenset({VALIDATION, DENIED}),
        FORWARD,
    ),
}
"""By method name."""

SEND_ORDER = ("from", "subject", "body", "to")
"""In which order a send's required parameters are missed, after the original's."""
