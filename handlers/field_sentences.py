"""What a portal objects to, field by field in plain words, and which buttons open those fields.

The words that tell refusals apart stand on the error lists of the mail methods' pages. No sentence
says whether the letter left: that is told by the outbox row's state alone.
"""

from collections.abc import Iterator

from handlers.portal_words import portal_words
from handlers.texts import Texts, mark
from mail.refusals import field_of
from storage.records.drafts import Field
from storage.records.failures import Failure, RefusedField

MOST_SENTENCES = 5  # a portal names one field at a time; a longer list helps nobody

_VALIDATION = "validation"
_BESIDE_COPIES = ("NO_RECIPIENTS", "RESOLVE_RECIPIENTS_ERROR")

_LABELS = {
    Field.LETTER: mark("Letter"),
    Field.SENDER: mark("Sender"),
    Field.RECIPIENTS: mark("Recipients"),
    Field.SUBJECT: mark("Subject"),
    Field.TEXT: mark("Text"),
    Field.COPIES: mark("Cc/Bcc"),
    Field.CC: mark("Cc"),
    Field.BCC: mark("Bcc"),
}
_HEADERS = {
    "from": mark("From"),
    "to": mark("To"),
    "cc": mark("Cc"),
    "bcc": mark("Bcc"),
    "subject": mark("Subject"),
    "body": mark("Text"),
    "replyToMessageId": mark("Letter"),
    "forwardMessageId": mark("Letter"),
}
_TOKENS = {
    "MISSING_FROM": mark("From: the sender is missing. Please choose it again."),
    "MISSING_TO": mark("To: there is no recipient. Please add at least one address."),
    "MISSING_CC": mark("Cc: there is no address in it. Please type one, or empty the field."),
    "MISSING_BCC": mark("Bcc: there is no address in it. Please type one, or empty the field."),
    "MISSING_SUBJECT": mark("Subject: there is none. Please type one."),
    "MISSING_BODY": mark("Text: there is none. Please type what you want to say."),
    "MISSING_REPLYTOMESSAGEID": mark(
        "Letter: it is not clear which letter this answers. Please choose the letter again."
    ),
    "MISSING_FORWARDMESSAGEID": mark(
        "Letter: it is not clear which letter is forwarded. Please choose the letter again."
    ),
    "MISSING_MESSAGE_ID": mark("Letter: none was named. Please choose the letter again."),
    "MISSING_MESSAGEIDS": mark("Letters: none were named. Please choose at least one."),
    "MISSING_FOLDER": mark("Folder: none was named. Please choose one."),
    "MISSING_QUERY": mark(
        "Search: there is nothing to look for. Please type at least one character."
    ),
    "MISSING_ID": mark("Bitrix24 was not told what to look up. Please choose it again."),
    "INVALID_ACTION": mark(
        "Bitrix24 does not know what to do with these letters. Please tell an admin of this bot."
    ),
    "INVALID_DATEFROM": mark(
        "Search: Bitrix24 cannot read the first day. Please type it like 2026-01-31."
    ),
    "INVALID_DATETO": mark(
        "Search: Bitrix24 cannot read the last day. Please type it like 2026-01-31."
    ),
    "NO_RECIPIENTS": mark(
        "To: Bitrix24 finds no usable address there. Please check the recipients."
    ),
    "RESOLVE_RECIPIENTS_ERROR": mark(
        "To, Cc or Bcc: Bitrix24 does not know one of the recipients. Please check them all."
    ),
    "MESSAGE_REPLY_FAILED": mark(
        "Letter: Bitrix24 reports a fault with this answer and gives no reason. Please check in "
        "Bitrix24 that the letter is still there and that you may write from this sender."
    ),
    "MESSAGE_SEND_FAILED": mark(
        "Letter: Bitrix24 reports a fault with this letter and gives no reason. Please check in "
        "Bitrix24 that you may write from this sender."
    ),
    "MESSAGE_FORWARD_FAILED": mark(
        "Letter: Bitrix24 reports a fault with forwarding and gives no reason. Please check in "
        "Bitrix24 that the letter is still there and that you may write from this sender."
    ),
}
_TOKENS["MISSING_MESSAGEID"] = _TOKENS["MISSING_MESSAGE_ID"]
_TOKENS_WITH_WORDS = {
    "RESOLVE_RECIPIENTS_ERROR": mark(
        "To, Cc or Bcc: Bitrix24 does not know one of the recipients and says: “{words}”. "
        "Please check them all."
    ),
    "MESSAGE_REPLY_FAILED": mark(
        "Letter: Bitrix24 did not take this answer and says: “{words}”. "
        "If that is about a limit, please try again tomorrow."
    ),
    "MESSAGE_SEND_FAILED": mark(
        "Letter: Bitrix24 did not take this letter and says: “{words}”. "
        "If that is about a limit, please try again tomorrow."
    ),
    "MESSAGE_FORWARD_FAILED": mark(
        "Letter: Bitrix24 did not forward this letter and says: “{words}”. "
        "If that is about a limit, please try again tomorrow."
    ),
}


def field_sentences(failure: Failure, _: Texts) -> tuple[str, ...]:
    """One for each field that was refused, in the portal's order; () if it named none."""
    if failure.code != _VALIDATION:
        return ()
    said = (_field_sentence(refused, failure, _) for refused in failure.fields)
    return tuple(dict.fromkeys(said))[:MOST_SENTENCES]


def _field_sentence(refused: RefusedField, failure: Failure, _: Texts) -> str:
    words = portal_words(refused.text) or portal_words(failure.portal_text)
    if words and refused.token in _TOKENS_WITH_WORDS:
        return _(_TOKENS_WITH_WORDS[refused.token]).format(words=words)
    if refused.token in _TOKENS:
        return _(_TOKENS[refused.token])
    if refused.field in _HEADERS:
        return _about_header(_(_HEADERS[refused.field]), words, _)
    return _about_nothing(words, _)


def _about_header(header: str, words: str, _: Texts) -> str:
    if not words:
        return _("{field}: Bitrix24 does not accept it. Please change it.").format(field=header)
    said = _("{field}: Bitrix24 does not accept it and says: “{words}”. Please change it.")
    return said.format(field=header, words=words)


def _about_nothing(words: str, _: Texts) -> str:
    if not words:
        return _("Bitrix24 objects to something and does not say to what. Please check everything.")
    said = _("Bitrix24 objects to something and says: “{words}”. Please check everything.")
    return said.format(words=words)


def mend_fields(failure: Failure) -> tuple[Field, ...]:
    """The fields to offer as buttons, the first one first; the review if none was named."""
    return tuple(dict.fromkeys(_mending(failure))) or (Field.REVIEW,)


def _mending(failure: Failure) -> Iterator[Field]:
    for refused in failure.fields:
        field = field_of(refused)
        if field is not None:
            yield field
        if refused.token in _BESIDE_COPIES:
            yield Field.COPIES


def field_label(field: Field, _: Texts) -> str:
    """The whole text of the button that opens the field; what is no field is the review."""
    return _(_LABELS[field]) if field in _LABELS else _("Review")
