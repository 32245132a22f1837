"""What the method pages of Bitrix24 say, written down for the tests: parameters, keys, codes."""

from dataclasses import dataclass

V3 = "BITRIX_REST_V3_EXCEPTION_"
VALIDATION = "VALIDATION_REQUESTVALIDATIONEXCEPTION"
DENIED = "ACCESSDENIEDEXCEPTION"
PAGINATION = "INVALIDPAGINATIONEXCEPTION"
NOT_FOUND = "ENTITYNOTFOUNDEXCEPTION"
SELECT = "INVALIDSELECTEXCEPTION"
NO_PROPERTY = "UNKNOWNDTOPROPERTYEXCEPTION"
NO_FIELD = "BITRIX_REST_V3_REALISATION_EXCEPTION_FIELDNOTFOUNDEXCEPTION"

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
    nullable: frozenset[str] = frozenset()
    """Keys that come as null from the sandbox."""


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

BOX: dict[str, type] = {"id": int, "name": str, "email": str, "senderName": str}
PERSON: dict[str, type] = {"id": int, "email": str, "name": str}
FIELD: dict[str, type] = {"name": str, "type": str, "title": str}
FIELD_MORE: dict[str, type] = {
    "description": str,
    "validationRules": object,
    "requiredGroups": object,
    "filterable": bool,
    "sortable": bool,
    "editable": bool,
    "multiple": bool,
    "elementType": str,
}
CUT = frozenset({"truncated", "bodyLength"})
UNSAID = frozenset({"description", "validationRules", "requiredGroups", "elementType"})
CREATED: dict[str, type] = {"success": bool, "messageId": int}


def created(
    key: str | None,
    parameters: tuple[str, ...] = (),
    good: dict[str, object] | None = None,
    **more: type,
) -> MethodPage:
    """A method that makes something of a letter; without `key` its result is a boolean."""
    return MethodPage(
        ("messageId*", *parameters),
        "result",
        CREATED | {key: int} | more if key else {},
        frozenset({VALIDATION, DENIED}),
        {"messageId": 15} | (good or {}),
    )


PAGES = {
    "mail.mailbox.list": MethodPage(
        ("name", "email", "pagination"),
        "result.items",
        BOX,
        frozenset({DENIED, PAGINATION}),
        {},
    ),
    "mail.mailbox.get": MethodPage(
        ("id*", "select"),
        "result.item",
        BOX,
        frozenset({VALIDATION, DENIED, NOT_FOUND}),
        {"id": 3},
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
        nullable=frozenset({"cc", "body"}),
    ),
    "mail.message.get": MethodPage(
        ("id*", "select"),
        "result.item",
        LETTER,
        frozenset({VALIDATION, DENIED, NOT_FOUND}),
        {"id": 15},
        nullable=frozenset({"cc"}),
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
        optional=CUT,
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
    "mail.message.movetofolder": MethodPage(
        ("messageIds*", "action*", "folder"),
        "result",
        {"success": bool, "movedCount": int, "action": str},
        frozenset({VALIDATION, DENIED}),
        {"messageIds": [15, 16], "action": "move", "folder": "Processed"},
    ),
    "mail.message.createcrmactivity": created(None),
    "mail.message.removecrmactivity": created(None),
    "mail.message.createtask": created("taskId", ("title", "responsibleId", "description")),
    "mail.message.createcalendarevent": created(
        "eventId",
        ("dateFrom*", "dateTo*", "name", "description"),
        {"dateFrom": "2026-09-01 10:00:00", "dateTo": "2026-09-01 11:00:00"},
    ),
    "mail.message.createchat": created("chatId", existing=bool),
    "mail.message.createfeedpost": created("postId", ("title",)),
    "mail.recipient.listcontacts": MethodPage(
        ("query", "pagination"), "result.items", PERSON, frozenset({DENIED, PAGINATION}), {}
    ),
    "mail.recipient.listemployees": MethodPage(
        ("query*", "pagination"),
        "result.items",
        PERSON,
        frozenset({DENIED, PAGINATION, VALIDATION}),
        {"query": "a"},
    ),
}
for _group in ("mailbox", "message", "recipient"):
    PAGES[f"mail.{_group}.field.list"] = MethodPage(
        ("select",),
        "result.items",
        FIELD | FIELD_MORE,
        frozenset({DENIED, NO_PROPERTY, SELECT}),
        {},
        nullable=UNSAID,
    )
    PAGES[f"mail.{_group}.field.get"] = MethodPage(
        ("name*", "select"),
        "result.item",
        FIELD,
        frozenset({DENIED, NO_FIELD, VALIDATION, NO_PROPERTY, SELECT}),
        {"name": "id", "select": ["name", "type", "title"]},
    )

"""By method name."""

SEND_ORDER = ("from", "subject", "body", "to")
"""In which order a send's required parameters are missed, after the original's."""
