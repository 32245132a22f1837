"""What the mail methods return, read so that every documented and every observed form survives."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated, TypeVar

import pydantic
from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationError,
    ValidationInfo,
)


def _text(value: object) -> str:
    """Nulls and PHP's empty arrays are empty texts; lists of addresses become one header text."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _flag(value: object) -> bool:
    return value in (True, 1, "1", "Y", "y", "true")


def _moment(value: object, info: ValidationInfo) -> datetime | None:
    """Both written forms; one without an offset is in the zone that the context names."""
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if moment is None:
            return None
        if moment.tzinfo is None:
            offset = (info.context or {}).get("utc_offset") or timedelta()
            moment = moment.replace(tzinfo=timezone(offset))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


Text = Annotated[str, BeforeValidator(_text)]
Flag = Annotated[bool, BeforeValidator(_flag)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Number = Annotated[int, BeforeValidator(lambda value: 0 if value in (None, "") else value)]


class Answered(BaseModel):
    """Frozen, and indifferent to keys that a newer portal adds."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Profile(Answered):
    """Whose webhook it is (the profile page). `time_zone` is an IANA name or ''."""

    user_id: int = pydantic.Field(validation_alias="ID")
    name: Text = pydantic.Field("", validation_alias="NAME")
    last_name: Text = pydantic.Field("", validation_alias="LAST_NAME")
    time_zone: Text = pydantic.Field("", validation_alias="TIME_ZONE")


class Mailbox(Answered):
    """A mailbox of the webhook's person (the mail.mailbox.list page)."""

    id: int
    name: Text = ""
    email: Text = ""
    sender_name: Text = pydantic.Field("", validation_alias="senderName")


class Sender(Answered):
    """An address that letters may go out from; `sender` is `Name <email>`."""

    email: Annotated[str, BeforeValidator(_text), pydantic.Field(min_length=1)]
    name: Text = ""
    sender: Text = ""


class Letter(Answered):
    """A letter (the mail.message.get page). Texts are '' where the portal has nothing.

    `from_`, `to` and `cc` are header texts; `date` is in UTC; rows of mail.message.list may
    lack `cc` and `body`.
    """

    id: int
    mailbox_id: Number = pydantic.Field(0, validation_alias="mailboxId")
    mailbox_email: Text = pydantic.Field("", validation_alias="mailboxEmail")
    subject: Text = ""
    from_: Text = pydantic.Field("", validation_alias="from")
    to: Text = ""
    cc: Text = ""
    date: Moment = None
    is_seen: Flag = pydantic.Field(False, validation_alias="isSeen")
    has_attachments: Flag = pydantic.Field(False, validation_alias="hasAttachments")
    url: Text = ""
    body: Text = ""


class ThreadLetter(Answered):
    """A letter of a correspondence (the mail.message.thread page), own ones included.

    `date` is in UTC; newer builds cut `body` near 10,000 characters.
    """

    id: int
    subject: Text = ""
    from_: Text = pydantic.Field("", validation_alias="from")
    to: Text = ""
    cc: Text = ""
    date: Moment = None
    body: Text = ""


class Sent(Answered):
    """What the portal says of a letter that it took to send: its primary recipients."""

    to: tuple[str, ...] = ()


class Recipient(Answered):
    """A contact or an employee (the mail.recipient pages)."""

    id: int
    email: Text = ""
    name: Text = ""


class Field(Answered):
    """A field of mailboxes, messages or recipients (the field.list pages), as far as selected."""

    name: Text
    type: Text = ""
    title: Text = ""
    description: Text = ""
    filterable: Flag = False
    sortable: Flag = False
    editable: Flag = False
    multiple: Flag = False
    element_type: Text = pydantic.Field("", validation_alias="elementType")


class MovedLetters(Answered):
    """What mail.message.movetofolder did; letters that nobody may touch are not counted."""

    count: Number = pydantic.Field(0, validation_alias="movedCount")
    action: Text = ""


class Made(Answered):
    """What was made of a letter; `existing` if it had been there before."""

    id: int = pydantic.Field(validation_alias=AliasChoices("taskId", "eventId", "chatId", "postId"))
    letter_number: Number = pydantic.Field(0, validation_alias="messageId")
    existing: Flag = False


Model = TypeVar("Model", bound=Answered)


def read_rows(kind: type[Model], rows: object, utc_offset: timedelta | None) -> tuple[Model, ...]:
    """Every row that can be read; PHP may send a list as an object with numbers for keys."""
    found = rows.values() if isinstance(rows, dict) else rows if isinstance(rows, list) else ()
    read = (read_row(kind, row, utc_offset) for row in found)
    return tuple(row for row in read if row is not None)


def read_row(kind: type[Model], row: object, utc_offset: timedelta | None) -> Model | None:
    """One row, or None if what makes it one (its id, its address) is not there."""
    try:
        return kind.model_validate(row, context={"utc_offset": utc_offset})
    except ValidationError:
        return None
