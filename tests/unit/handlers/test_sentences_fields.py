"""Refused fields in plain words, and the buttons that open them."""

import pytest

from bitrix24.complaints import PARAMETERS
from handlers.field_sentences import MOST_SENTENCES
from handlers.sentences import failure_sentence, field_sentences, mend_fields
from storage.records.drafts import Field
from storage.records.failures import Failure, RefusedField
from tests.unit.handlers.english import EN, codes, fit_for_people

HEADERS = {
    "from": "From: ",
    "to": "To: ",
    "cc": "Cc: ",
    "bcc": "Bcc: ",
    "subject": "Subject: ",
    "body": "Text: ",
    "replyToMessageId": "Letter: ",
    "forwardMessageId": "Letter: ",
}
TOKENS = [
    "MISSING_FROM",
    "MISSING_TO",
    "MISSING_CC",
    "MISSING_BCC",
    "MISSING_SUBJECT",
    "MISSING_BODY",
    "MISSING_REPLYTOMESSAGEID",
    "MISSING_FORWARDMESSAGEID",
    "MISSING_MESSAGE_ID",
    "MISSING_MESSAGEIDS",
    "MISSING_FOLDER",
    "MISSING_QUERY",
    "MISSING_ID",
    "INVALID_ACTION",
    "INVALID_DATEFROM",
    "INVALID_DATETO",
    "NO_RECIPIENTS",
    "RESOLVE_RECIPIENTS_ERROR",
    "MESSAGE_SEND_FAILED",
    "MESSAGE_REPLY_FAILED",
    "MESSAGE_FORWARD_FAILED",
]
GIVE_REASONS = [token for token in TOKENS if token.startswith(("MESSAGE_", "RESOLVE_"))]


def refused(*fields: RefusedField, text: str = "") -> Failure:
    return Failure("validation", 400, "X_REQUESTVALIDATIONEXCEPTION", text, fields)


def said_of(field: str = "", token: str = "", text: str = "", *, message: str = "") -> str:
    (said,) = field_sentences(refused(RefusedField(field, token, text), text=message), EN)
    return said


@pytest.mark.parametrize("token", TOKENS)
def test_every_word_of_the_portal_has_a_sentence(token: str) -> None:
    said = said_of(token=token, text=token)
    assert fit_for_people(said)
    assert "Please" in said
    assert said != said_of()


def test_no_two_words_of_the_portal_share_a_sentence() -> None:
    said = [said_of(token=token) for token in TOKENS]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("field", PARAMETERS)
def test_every_parameter_can_be_refused_without_a_word(field: str) -> None:
    assert fit_for_people(said_of(field))
    assert said_of(field).startswith(HEADERS.get(field, "Bitrix24 objects to something"))
    assert "“Bad {value}”" in said_of(field, text="Bad {value}.")


@pytest.mark.parametrize("token", GIVE_REASONS)
def test_the_portals_reason_is_quoted(token: str) -> None:
    reason = "Daily limit of 50 letters is used up"
    for said in (
        said_of("to", token, f"{reason}."),
        said_of("to", token, f"{token}: {reason}"),
        said_of("to", token, token, message=reason),
        said_of("to", token, "", message=f"{reason} ({token})"),
    ):
        assert f"“{reason}”" in said
        assert fit_for_people(said)


@pytest.mark.parametrize("token", [t for t in GIVE_REASONS if t.startswith("MESSAGE_")])
def test_a_limit_is_met_with_tomorrow(token: str) -> None:
    assert "tomorrow" in said_of("from", token, "Limit reached")
    assert "tomorrow" not in said_of("from", token, token), "no reason, no such advice"


def test_the_portals_text_is_one_harmless_line_of_300_characters() -> None:
    said = said_of(
        "from", "MESSAGE_REPLY_FAILED", "/start\n\u202e@jane jane@x.example " + "y" * 999
    )
    quoted = said.partition("“")[2].partition("”")[0]
    assert quoted.startswith("/\u2060start @\u2060jane jane@x.example yyy")
    assert len(quoted.replace("\u2060", "")) == 300


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Ask JANE_DOE@X.EXAMPLE", "Ask JANE_DOE@X.EXAMPLE"),
        ("Ask A.JANE_DOE@X.EXAMPLE", "Ask A.JANE_DOE@X.EXAMPLE"),
        ("Ask JANE_DOE.A@X.EXAMPLE", "Ask JANE_DOE.A@X.EXAMPLE"),
        ("Failed: MESSAGE_REPLY_FAILED", "Failed"),
        ("Broken (SMTP_AUTH) now", "Broken now"),
        ("bitrix_rest_v3_exception_x: why", "why"),
        ("SMTP and IMAP are off.", "SMTP and IMAP are off"),
        ("Лимит исчерпан...", "Лимит исчерпан"),
    ],
)
def test_codes_are_left_out_of_a_quotation_and_nothing_else(text: str, quoted: str) -> None:
    assert f"“{quoted}”" in said_of("from", "", text)


def test_each_field_is_told_once_and_in_order() -> None:
    subject, sender = RefusedField("subject"), RefusedField("from", "MISSING_FROM")
    said = field_sentences(refused(subject, sender, subject), EN)
    assert [one.partition(":")[0] for one in said] == ["Subject", "From"]
    assert failure_sentence(refused(subject, sender, subject), EN) == " ".join(said)


def test_a_flood_of_fields_is_cut_short() -> None:
    fields = [RefusedField("subject", "", f"number {i}") for i in range(50)]
    assert len(field_sentences(refused(*fields), EN)) == MOST_SENTENCES


def test_other_failures_have_no_field_sentences() -> None:
    lost = Failure("credentials", 401, fields=(RefusedField("from", "MISSING_FROM"),))
    assert field_sentences(lost, EN) == ()
    assert not codes(failure_sentence(lost, EN))


@pytest.mark.parametrize(
    ("fields", "opens"),
    [
        ([("from", "")], [Field.SENDER]),
        ([("to", "")], [Field.RECIPIENTS]),
        ([("cc", "")], [Field.CC]),
        ([("bcc", "")], [Field.BCC]),
        ([("subject", "")], [Field.SUBJECT]),
        ([("body", "")], [Field.TEXT]),
        ([("replyToMessageId", "")], [Field.LETTER]),
        ([("replyToMessageId", "MESSAGE_REPLY_FAILED")], [Field.LETTER]),
        ([("from", "MESSAGE_SEND_FAILED")], [Field.LETTER]),
        ([("to", "NO_RECIPIENTS")], [Field.RECIPIENTS, Field.COPIES]),
        ([("cc", "RESOLVE_RECIPIENTS_ERROR")], [Field.RECIPIENTS, Field.COPIES]),
        ([("", "RESOLVE_RECIPIENTS_ERROR")], [Field.RECIPIENTS, Field.COPIES]),
        ([("", "")], [Field.REVIEW]),
        ([("limit", "")], [Field.REVIEW]),
        ([], [Field.REVIEW]),
        ([("subject", ""), ("from", ""), ("subject", "")], [Field.SUBJECT, Field.SENDER]),
    ],
)
def test_each_refusal_opens_the_field_that_mends_it(
    fields: list[tuple[str, str]], opens: list[Field]
) -> None:
    failure = refused(*(RefusedField(field, token) for field, token in fields))
    assert list(mend_fields(failure)) == opens
