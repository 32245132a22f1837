"""Every error that Bitrix24's pages list, from the bytes of the answer to the words and buttons.

The rows are the REST 3.0 overview, the system errors that every mail page repeats, and the whole
error list of the mail.message.reply page; each is answered in both envelopes, and as some portal
builds answer: other prefixes, cases and statuses, the word in the field's place or in a text.
"""

import json
import re
from datetime import UTC, datetime

import pytest

from bitrix24 import codes
from bitrix24.envelope import read_answer
from bitrix24.errors import Failure, FailureCode, NotSent, PortalError, Unknown
from handlers.sentences import failure_sentence, field_sentences, mend_fields
from handlers.texts import Texts
from mail.failures import stored
from mail.outcomes import Next, of_first
from mail.refusals import field_to_mend
from storage.records import failures
from storage.records.drafts import Field
from tests.integration.languages import EN, RU

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
ZONE = "Europe/Moscow"
V3 = "BITRIX_REST_V3_EXCEPTION_"
VALIDATION = f"{V3}VALIDATION_REQUESTVALIDATIONEXCEPTION"

REJECTED, BLOCKED = Next.REJECT, Next.BLOCK
DEFERRED, UNKNOWN = Next.DEFER, Next.UNKNOWN

GENERIC = {EN: "an error that this bot does not know", RU: "ошибкой, которой этот бот не знает"}
RAW = re.compile(r"\b[A-Z][A-Z0-9]+_[A-Z0-9_]+\b|\w+EXCEPTION\b|\b[a-z]+_[a-z_]+\b|[{}]")

Document = dict[str, object]


def nested(code: str, text: str = "said", *validation: object) -> Document:
    error: Document = {"code": code, "message": text}
    return {"error": error | ({"validation": validation} if validation else {})}


def flat(code: str, text: str = "said") -> Document:
    return {"error": code, "error_description": text}


def failed(status: int, document: Document | bytes) -> PortalError:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(PortalError) as caught:
        read_answer(status, {}, body, now=NOW)
    return caught.value


def lands(error: PortalError) -> Next:
    """What comes next for the letter; looked for or asked about, it may have left."""
    found = of_first(error).next
    return Next.UNKNOWN if found is Next.VERIFY else found


def told(failure: failures.Failure, _: Texts) -> str:
    """As the card of a letter tells it."""
    return " ".join(field_sentences(failure, _)) or failure_sentence(failure, _, ZONE)


def check(error: PortalError, state: Next, words: str, *opens: Field) -> failures.Failure:
    """What comes next, the sentence in both languages, and the buttons of the fields."""
    assert lands(error) is state
    failure = stored(error.failure)
    english, russian = told(failure, EN), told(failure, RU)
    assert words in english
    assert re.search("[а-я]", russian), "a sentence of its own in Russian"
    for said, texts in ((english, EN), (russian, RU)):
        assert not RAW.search(said), said
        assert GENERIC[texts] not in said
    assert mend_fields(failure) == (opens or (Field.REVIEW,))
    assert field_to_mend(failure) is (opens[0] if opens else Field.REFUSAL)
    return failure


# What a person is told, as the start of no two meanings.
OBJECTS = "Bitrix24 objects to something and says: “said”"
OUR_MISTAKE = "did not understand the bot, which is the bot's mistake"
NOT_FOUND = "was not found on the portal, or you may no longer see it"
NO_RIGHT = "You have no access to this"
CREDENTIALS = "it is wrong, was revoked or has expired"
SCOPE = "tick “Mail” in its permissions"
NO_MAIL = "has no mail over REST 3.0"
TOO_LONG = "has used up the working time that the portal allows within ten minutes"
TOO_MANY = "gets more calls at the moment than it takes"
FAULT = "had a fault of its own"
APPLICATION = "to applications only, not to webhooks"
REMOVED = "was removed from the portal"

Row = tuple[str, int, Next, str]
REST_3: list[Row] = [
    ("VALIDATION_REQUESTVALIDATIONEXCEPTION", 400, REJECTED, OBJECTS),
    ("VALIDATION_DTOVALIDATIONEXCEPTION", 400, REJECTED, OBJECTS),
    ("VALIDATION_REQUESTFILTERVALIDATIONEXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("INVALIDJSONEXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("INVALIDPAGINATIONEXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("INVALIDSELECTEXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("INVALIDFILTEREXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("INVALIDORDEREXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("UNKNOWNFILTEROPERATOREXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("UNKNOWNDTOPROPERTYEXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("ENTITYNOTFOUNDEXCEPTION", 400, REJECTED, NOT_FOUND),
    ("FIELDNOTFOUNDEXCEPTION", 400, REJECTED, OUR_MISTAKE),
    ("ACCESSDENIEDEXCEPTION", 403, REJECTED, NO_RIGHT),
    ("ACCESSDENIEDEXCEPTION", 400, REJECTED, NO_RIGHT),
    ("ACCESSDENIEDEXCEPTION", 401, BLOCKED, CREDENTIALS),
    ("INSUFFICIENTSCOPEEXCEPTION", 403, BLOCKED, SCOPE),
    ("METHODNOTFOUNDEXCEPTION", 404, REJECTED, NO_MAIL),
    ("RATELIMITEXCEPTION", 429, DEFERRED, TOO_LONG),
    ("LICENSEEXCEPTION", 403, BLOCKED, "plan does not include this"),
    ("LICENSEEXCEPTION", 400, BLOCKED, "plan does not include this"),
    ("IDEMPOTENCYKEYREUSEDEXCEPTION", 422, UNKNOWN, "took this letter for another one"),
    ("INVALIDIDEMPOTENCYKEYEXCEPTION", 400, REJECTED, "keeps a letter from leaving twice"),
    ("INTERNAL_INTERNALEXCEPTION", 500, UNKNOWN, FAULT),
]
CLASSIC: list[Row] = [
    ("QUERY_LIMIT_EXCEEDED", 503, DEFERRED, TOO_MANY),
    ("OPERATION_TIME_LIMIT", 429, DEFERRED, TOO_LONG),
    ("OVERLOAD_LIMIT", 503, BLOCKED, "has blocked REST on this portal"),
    ("INTERNAL_SERVER_ERROR", 500, UNKNOWN, FAULT),
    ("ERROR_UNEXPECTED_ANSWER", 500, UNKNOWN, FAULT),
    ("NO_AUTH_FOUND", 401, BLOCKED, CREDENTIALS),
    ("INVALID_CREDENTIALS", 403, BLOCKED, CREDENTIALS),
    ("INVALID_CREDENTIALS", 401, BLOCKED, CREDENTIALS),
    ("expired_token", 401, BLOCKED, CREDENTIALS),
    ("invalid_token", 401, BLOCKED, CREDENTIALS),
    ("insufficient_scope", 403, BLOCKED, SCOPE),
    ("insufficient_scope", 401, BLOCKED, SCOPE),
    ("ACCESS_DENIED", 403, BLOCKED, "a commercial plan with the Market subscription"),
    ("user_access_error", 403, BLOCKED, "has not opened REST to the webhook's owner"),
    ("WRONG_AUTH_TYPE", 403, BLOCKED, APPLICATION),
    ("AUTHORIZE_ERROR", 403, BLOCKED, APPLICATION),
    ("authorization_error", 401, BLOCKED, "no longer active on the portal"),
    ("PAYMENT_REQUIRED", 401, BLOCKED, "subscription has ended"),
    ("APPLICATION_NOT_FOUND", 401, BLOCKED, REMOVED),
    ("ERROR_OAUTH", 401, BLOCKED, REMOVED),
    ("NOT_INSTALLED", 401, BLOCKED, REMOVED),
    ("METHOD_CONFIRM_WAITING", 401, BLOCKED, "must approve this first"),
    ("METHOD_CONFIRM_DENIED", 403, BLOCKED, "has not approved this"),
    ("ALLOWED_ONLY_INTRANET_USER", 403, BLOCKED, "to its employees only"),
    ("INVALID_REQUEST", 400, BLOCKED, "over https only"),
    ("ERROR_METHOD_NOT_FOUND", 404, REJECTED, NO_MAIL),
    ("ERROR_METHOD_NOT_FOUND", 400, REJECTED, NO_MAIL),
    ("NOT_FOUND", 404, REJECTED, OUR_MISTAKE),
    ("INVALID_ARG_VALUE", 400, REJECTED, OUR_MISTAKE),
    ("ERROR_MANIFEST_IS_NOT_AVAILABLE", 404, REJECTED, OUR_MISTAKE),
    ("ERROR_BATCH_METHOD_NOT_ALLOWED", 405, REJECTED, OUR_MISTAKE),
    ("ERROR_BATCH_LENGTH_EXCEEDED", 400, REJECTED, OUR_MISTAKE),
    ("PORTAL_DELETED", 500, BLOCKED, "is closed or was deleted"),
    ("PORTAL_DELETED", 410, BLOCKED, "is closed or was deleted"),
]
PREFIXES = [
    "BITRIX_REST_V3_EXCEPTION_",
    "BITRIX_REST_V3_EXCEPTION_VALIDATION_",
    "BITRIX_REST_V3_EXCEPTION_INTERNAL_",
    "BITRIX_REST_V3_REALISATION_EXCEPTION_",
    "BITRIX_REST_V3_EXCEPTIONS_",
    "bitrix_rest_v3_exception_",
    "",
]


def test_no_code_that_the_client_knows_is_missing_here() -> None:
    assert {codes.tail(code) for code, *_ in REST_3} == set(codes.EXCEPTIONS)
    assert {code.upper() for code, *_ in CLASSIC} == set(codes.CLASSIC)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("code", "status", "state", "words"), REST_3)
def test_rest_3_errors(code: str, status: int, state: Next, words: str, prefix: str) -> None:
    for portal_code in (V3 + code, prefix + codes.tail(code), (prefix + code).lower()):
        check(failed(status, nested(portal_code)), state, words)
        check(failed(status, flat(portal_code)), state, words)


@pytest.mark.parametrize(("code", "status", "state", "words"), CLASSIC)
def test_classic_errors(code: str, status: int, state: Next, words: str) -> None:
    for portal_code in (code, code.lower(), code.upper()):
        check(failed(status, flat(portal_code)), state, words)
        check(failed(status, nested(portal_code)), state, words)
        check(failed(200, flat(portal_code)), state, words)


@pytest.mark.parametrize("text", ["", "Лимит исчерпан", "SOME_CODE: x", "x" * 5000])
@pytest.mark.parametrize(("code", "status", "state", "words"), [*REST_3, *CLASSIC])
def test_the_portals_text_never_decides(
    code: str, status: int, state: Next, words: str, text: str
) -> None:
    words = "Bitrix24 objects to something" if words is OBJECTS else words
    check(failed(status, nested(code, text)), state, words)


def test_what_must_be_told_apart_is_told_apart_in_both_languages() -> None:
    english, russian = set(), set()
    for code, status, _, _words in [*REST_3, *CLASSIC]:
        failure = stored(failed(status, nested(code)).failure)
        english.add(told(failure, EN))
        russian.add(told(failure, RU))
    meanings = {words for *_, words in [*REST_3, *CLASSIC]}
    assert len(english) == len(russian) == len(meanings)


@pytest.mark.parametrize("code", ["LOGICEXCEPTION", "BRANDNEWEXCEPTION", "note_locked", "0"])
@pytest.mark.parametrize(
    ("status", "state"), [(400, REJECTED), (403, REJECTED), (500, UNKNOWN), (200, UNKNOWN)]
)
def test_codes_that_no_page_lists_are_quoted_and_judged_by_the_status(
    code: str, status: int, state: Next
) -> None:
    for document in (nested(code, "Try another day."), flat(code, "Try another day.")):
        error = failed(status, document)
        assert lands(error) is state
        failure = stored(error.failure)
        assert mend_fields(failure) == (Field.REVIEW,)
        assert f"{GENERIC[EN]}: “{code}: Try another day”." in told(failure, EN)
        assert f"{GENERIC[RU]}: «{code}: Try another day»." in told(failure, RU)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("code", [VALIDATION, f"{V3}ENTITYNOTFOUNDEXCEPTION", "NOT_FOUND"])
def test_a_refusal_with_a_server_fault_may_have_sent_the_letter(code: str, status: int) -> None:
    error = failed(status, nested(code))
    assert lands(error) is UNKNOWN
    assert "not sent" not in told(stored(error.failure), EN).lower()


def test_a_busy_portal_says_until_when_on_the_persons_clock() -> None:
    document = flat("OPERATION_TIME_LIMIT") | {
        "time": {"operating_reset_at": int(NOW.timestamp()) + 240}
    }
    failure = check(failed(429, document), DEFERRED, "try again at 11:04.")
    assert "в 11:04." in told(failure, RU)


# Words, the parameter that each names, what is said first, and which buttons open.
Token = tuple[str, str, str, tuple[Field, ...]]
REPLY_TOKENS: list[Token] = [
    (
        "MISSING_REPLYTOMESSAGEID",
        "replyToMessageId",
        "Letter: it is not clear which letter this answers",
        (Field.LETTER,),
    ),
    ("MISSING_FROM", "from", "From: the sender is missing", (Field.SENDER,)),
    ("MISSING_TO", "to", "To: there is no recipient", (Field.RECIPIENTS,)),
    ("MISSING_SUBJECT", "subject", "Subject: there is none", (Field.SUBJECT,)),
    ("MISSING_BODY", "body", "Text: there is none", (Field.TEXT,)),
    (
        "MESSAGE_REPLY_FAILED",
        "replyToMessageId",
        "Letter: Bitrix24",
        (Field.LETTER,),
    ),
    (
        "NO_RECIPIENTS",
        "to",
        "To: Bitrix24 finds no usable address",
        (Field.RECIPIENTS, Field.COPIES),
    ),
    (
        "RESOLVE_RECIPIENTS_ERROR",
        "to, cc, bcc",
        "To, Cc or Bcc: Bitrix24 does not know one of the recipients",
        (Field.RECIPIENTS, Field.COPIES),
    ),
]
OTHER_TOKENS: list[Token] = [
    ("MESSAGE_SEND_FAILED", "from", "Letter: Bitrix24", (Field.LETTER,)),
    ("MESSAGE_FORWARD_FAILED", "forwardMessageId", "Letter: Bitrix24", (Field.LETTER,)),
    ("MISSING_CC", "cc", "Cc: there is no address", (Field.CC,)),
    ("MISSING_BCC", "bcc", "Bcc: there is no address", (Field.BCC,)),
    ("MISSING_FORWARDMESSAGEID", "forwardMessageId", "which letter is forwarded", ()),
    ("MISSING_MESSAGEIDS", "messageIds", "Letters: none were named", ()),
    ("MISSING_MESSAGE_ID", "messageId", "Letter: none was named", ()),
    ("MISSING_QUERY", "query", "there is nothing to look for", ()),
    ("MISSING_ID", "id", "not told what to look up", ()),
    ("MISSING_FOLDER", "folder", "Folder: none was named", ()),
    ("INVALID_ACTION", "action", "does not know what to do with these letters", ()),
    ("INVALID_DATEFROM", "dateFrom", "cannot read the first day", ()),
    ("INVALID_DATETO", "dateTo", "cannot read the last day", ()),
]


def refusals(token: str, parameter: str) -> dict[str, Document]:
    """One refusal in every form in which builds answer it."""
    plural = "BITRIX_REST_V3_EXCEPTIONS_REQUESTVALIDATIONEXCEPTION"
    paged = {"field": parameter, "message": token}
    ticked = {"field": f"`{parameter}`", "message": f"`{token}`"}
    return {
        "as on the pages": nested(VALIDATION, "", paged),
        "in back-ticks": nested(VALIDATION, "", ticked),
        "under the old prefix": nested(plural, "", paged),
        "in the field's place": nested(VALIDATION, "", {"field": token, "message": "No luck."}),
        "in a text": nested(VALIDATION, "", {"message": f"No luck: {token}."}),
        "in the message": nested(VALIDATION, f"No luck: {token}"),
        "in the code": nested(token, "No luck."),
        "in the description": flat(VALIDATION, f"{token}: no luck"),
        "in the flat code": flat(token, "No luck."),
    }


@pytest.mark.parametrize(("token", "parameter", "words", "opens"), [*REPLY_TOKENS, *OTHER_TOKENS])
def test_words_of_validation_errors(
    token: str, parameter: str, words: str, opens: tuple[Field, ...]
) -> None:
    for form, document in refusals(token, parameter).items():
        failure = check(failed(400, document), REJECTED, words, *opens)
        assert failure.code == FailureCode.VALIDATION, form
        assert failure_sentence(failure, EN) == told(failure, EN), "also where no card tells it"


def test_no_two_words_are_told_alike_in_either_language() -> None:
    for texts in (EN, RU):
        said = [
            told(stored(failed(400, nested(token, "")).failure), texts)
            for token, *_ in [*REPLY_TOKENS, *OTHER_TOKENS]
        ]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("parameter", "header", "opens"),
    [
        ("replyToMessageId", ("Letter", "Письмо"), (Field.LETTER,)),
        ("from", ("From", "От кого"), (Field.SENDER,)),
        ("to", ("To", "Кому"), (Field.RECIPIENTS,)),
        ("cc", ("Cc", "Копия"), (Field.CC,)),
        ("bcc", ("Bcc", "Скрытая копия"), (Field.BCC,)),
        ("subject", ("Subject", "Тема"), (Field.SUBJECT,)),
        ("body", ("Text", "Текст"), (Field.TEXT,)),
    ],
)
@pytest.mark.parametrize("text", ["Required parameter absent", "Обязательный параметр не указан"])
def test_a_parameter_that_is_named_without_a_word(
    parameter: str, header: tuple[str, str], opens: tuple[Field, ...], text: str
) -> None:
    document = nested(VALIDATION, "Check the request", {"field": parameter, "message": f"{text}."})
    failure = check(failed(400, document), REJECTED, f"{header[0]}: Bitrix24", *opens)
    assert f"says: “{text}”." in told(failure, EN)
    assert told(failure, RU).startswith(f"{header[1]}: ")
    assert f"«{text}»." in told(failure, RU)


@pytest.mark.parametrize(
    "reason",
    [
        "The sender address is not available to you",
        "The original message was not found",
        "Your plan allows 50 recipients per field",
        "Too many recipients",
        "Your daily limit is used up",
        "Дневной лимит портала исчерпан",
        "The portal's monthly limit is used up",
        "The mailbox refused the password",
        "The mail server refused the message",
    ],
)
def test_the_reason_behind_a_failed_reply_is_the_portals_own(reason: str) -> None:
    for item in (
        {"field": "replyToMessageId", "message": f"MESSAGE_REPLY_FAILED: {reason}"},
        {"field": "MESSAGE_REPLY_FAILED", "message": f"{reason}."},
    ):
        error = failed(400, nested(VALIDATION, "Check the request", item))
        failure = check(error, REJECTED, f"says: “{reason}”.", Field.LETTER)
        assert f"«{reason}»." in told(failure, RU)
        assert "tomorrow" in told(failure, EN), "in general words: only the portal knows the limit"


def test_a_reason_is_shown_without_secrets_and_cut() -> None:
    address = "https://acme.bitrix24.example/rest/1/a1b2c3d4e5f6g7h8/"
    item = {"field": "MESSAGE_REPLY_FAILED", "message": f"{address} {'x' * 999}"}
    failure = stored(failed(400, nested(VALIDATION, "", item)).failure)
    for texts, (opening, closing) in ((EN, "“”"), (RU, "«»")):
        quoted = told(failure, texts).partition(opening)[2].partition(closing)[0]
        assert quoted.startswith("https://acme.bitrix24.example/rest/***/***/ xxx")
        assert len(quoted) == 300


def test_several_refused_fields_are_all_told_and_can_all_be_opened() -> None:
    items = [{"field": "subject", "message": "too long"}, {"field": "NO_RECIPIENTS", "message": ""}]
    error = failed(400, nested(VALIDATION, "", *items))
    opens = (Field.SUBJECT, Field.RECIPIENTS, Field.COPIES)
    failure = check(error, REJECTED, "Subject: ", *opens)
    assert len(field_sentences(failure, EN)) == len(field_sentences(failure, RU)) == 2


def test_access_denied_on_the_reply_page_in_each_of_its_statuses() -> None:
    code = f"{V3}ACCESSDENIEDEXCEPTION"
    check(failed(403, nested(code)), REJECTED, NO_RIGHT)
    check(failed(400, nested(code)), REJECTED, NO_RIGHT)
    check(failed(401, nested(code)), BLOCKED, CREDENTIALS)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_any_redirect_blocks_the_letter(status: int) -> None:
    check(failed(status, b"<html>moved"), BLOCKED, "at another address now")


@pytest.mark.parametrize("status", [200, 403, 502, 503])
def test_pages_and_broken_answers(status: int) -> None:
    check(failed(status, b"<html>Sign in"), UNKNOWN, "answered with a web page")
    check(failed(status, b'{"result": {"succ'), UNKNOWN, "answer could not be understood")


@pytest.mark.parametrize(
    ("error", "state", "words"),
    [
        (NotSent(Failure(FailureCode.UNREACHABLE)), DEFERRED, "cannot be reached"),
        (NotSent(Failure(FailureCode.CERTIFICATE)), DEFERRED, "because of its certificate"),
        (NotSent(Failure(FailureCode.TIMEOUT_CONNECTING)), DEFERRED, "did not take the call"),
        (NotSent(Failure(FailureCode.HOST_REFUSED)), DEFERRED, "settings of this bot"),
        (Unknown(Failure(FailureCode.NO_ANSWER)), UNKNOWN, "did not answer in time"),
        (Unknown(Failure(FailureCode.BROKEN_OFF)), UNKNOWN, "broke the connection off"),
        (Unknown(Failure(FailureCode.ANSWER_TOO_LARGE, 200)), UNKNOWN, "too large to be read"),
    ],
    ids=str,
)
def test_calls_that_brought_no_answer(error: PortalError, state: Next, words: str) -> None:
    check(error, state, words)
