"""Which field of a draft a portal's refusal is about, so that a button can open it."""

from storage.records.drafts import Field
from storage.records.failures import Failure, RefusedField

_FIELDS = {
    "replyToMessageId": Field.LETTER,
    "from": Field.SENDER,
    "to": Field.RECIPIENTS,
    "cc": Field.CC,
    "bcc": Field.BCC,
    "subject": Field.SUBJECT,
    "body": Field.TEXT,
}
_TOKENS = {
    "NO_RECIPIENTS": Field.RECIPIENTS,
    "RESOLVE_RECIPIENTS_ERROR": Field.RECIPIENTS,
    "MESSAGE_REPLY_FAILED": Field.LETTER,
    "MESSAGE_SEND_FAILED": Field.LETTER,
    "MESSAGE_FORWARD_FAILED": Field.LETTER,
}


def field_to_mend(failure: Failure) -> Field:
    """The first field that was named; `REFUSAL` where none was."""
    for refused in failure.fields:
        field = field_of(refused)
        if field is not None:
            return field
    return Field.REFUSAL


def field_of(refused: RefusedField) -> Field | None:
    """A token says more than the parameter's name: a recipient that cannot be resolved is `to`."""
    return _TOKENS.get(refused.token) or _FIELDS.get(refused.field)
