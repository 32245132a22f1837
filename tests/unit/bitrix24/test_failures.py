"""Every error that the pages list, as they list it and as some builds report it.

Each row is sent through both envelopes: the class says whether the call ran, the code what a
person must be told, the fields what they can mend.
"""

import json
from datetime import UTC, datetime, timedelta

import pytest

from bitrix24.envelope import read_answer
from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    PortalError,
    Refused,
    RefusedField,
    Unknown,
)

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
CODE = "a1b2c3d4e5f6g7h8"
V3 = "BITRIX_REST_V3_EXCEPTION_"
VALIDATION = f"{V3}VALIDATION_REQUESTVALIDATIONEXCEPTION"


def failed(status: int, document: object, headers: dict[str, str] | None = None) -> PortalError:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    with pytest.raises(PortalError) as caught:
        read_answer(status, headers or {}, body, now=NOW, secrets=(CODE,))
    return caught.value


def flat(code: object, text: str = "said") -> dict[str, object]:
    return {"error": code, "error_description": text}


def nested(code: object, text: str = "said") -> dict[str, object]:
    return {"error": {"code": code, "message": text}}


Row = tuple[str, int, type[PortalError], FailureCode]
V3_ROWS: list[Row] = [
    ("VALIDATION_REQUESTVALIDATIONEXCEPTION", 400, Refused, FailureCode.VALIDATION),
    ("VALIDATION_DTOVALIDATIONEXCEPTION", 400, Refused, FailureCode.VALIDATION),
    ("VALIDATION_REQUESTFILTERVALIDATIONEXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("INVALIDJSONEXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("INVALIDPAGINATIONEXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("INVALIDSELECTEXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("INVALIDFILTEREXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("INVALIDORDEREXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("UNKNOWNFILTEROPERATOREXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("UNKNOWNDTOPROPERTYEXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("ENTITYNOTFOUNDEXCEPTION", 400, Refused, FailureCode.NOT_FOUND),
    ("FIELDNOTFOUNDEXCEPTION", 400, Refused, FailureCode.BAD_CALL),
    ("ACCESSDENIEDEXCEPTION", 403, Refused, FailureCode.NO_RIGHT),
    ("ACCESSDENIEDEXCEPTION", 400, Refused, FailureCode.NO_RIGHT),
    ("ACCESSDENIEDEXCEPTION", 401, AccessLost, FailureCode.CREDENTIALS),
    ("INSUFFICIENTSCOPEEXCEPTION", 403, AccessLost, FailureCode.SCOPE),
    ("METHODNOTFOUNDEXCEPTION", 404, Refused, FailureCode.METHOD_MISSING),
    ("RATELIMITEXCEPTION", 429, Busy, FailureCode.OPERATING_TIME),
    ("LICENSEEXCEPTION", 403, AccessLost, FailureCode.LICENSE),
    ("LICENSEEXCEPTION", 400, AccessLost, FailureCode.LICENSE),
    ("IDEMPOTENCYKEYREUSEDEXCEPTION", 422, Unknown, FailureCode.KEY_REUSED),
    ("INVALIDIDEMPOTENCYKEYEXCEPTION", 400, Refused, FailureCode.KEY_INVALID),
    ("INTERNAL_INTERNALEXCEPTION", 500, Unknown, FailureCode.PORTAL_FAILED),
    ("LOGICEXCEPTION", 400, Refused, FailureCode.UNRECOGNISED),
    ("LOGICEXCEPTION", 500, Unknown, FailureCode.UNRECOGNISED),
    ("BRANDNEWEXCEPTION", 400, Refused, FailureCode.UNRECOGNISED),
    ("BRANDNEWEXCEPTION", 502, Unknown, FailureCode.UNRECOGNISED),
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
CLASSIC_ROWS: list[Row] = [
    ("QUERY_LIMIT_EXCEEDED", 503, Busy, FailureCode.TOO_MANY_CALLS),
    ("OPERATION_TIME_LIMIT", 429, Busy, FailureCode.OPERATING_TIME),
    ("OVERLOAD_LIMIT", 503, AccessLost, FailureCode.PORTAL_BLOCKED),
    ("INTERNAL_SERVER_ERROR", 500, Unknown, FailureCode.PORTAL_FAILED),
    ("ERROR_UNEXPECTED_ANSWER", 500, Unknown, FailureCode.PORTAL_FAILED),
    ("NO_AUTH_FOUND", 401, AccessLost, FailureCode.CREDENTIALS),
    ("INVALID_CREDENTIALS", 403, AccessLost, FailureCode.CREDENTIALS),
    ("INVALID_CREDENTIALS", 401, AccessLost, FailureCode.CREDENTIALS),
    ("expired_token", 401, AccessLost, FailureCode.CREDENTIALS),
    ("invalid_token", 401, AccessLost, FailureCode.CREDENTIALS),
    ("insufficient_scope", 403, AccessLost, FailureCode.SCOPE),
    ("insufficient_scope", 401, AccessLost, FailureCode.SCOPE),
    ("ACCESS_DENIED", 403, AccessLost, FailureCode.PLAN),
    ("user_access_error", 403, AccessLost, FailureCode.USER_ACCESS),
    ("WRONG_AUTH_TYPE", 403, AccessLost, FailureCode.APPLICATION_NEEDED),
    ("AUTHORIZE_ERROR", 403, AccessLost, FailureCode.APPLICATION_NEEDED),
    ("authorization_error", 401, AccessLost, FailureCode.OWNER_INACTIVE),
    ("PAYMENT_REQUIRED", 401, AccessLost, FailureCode.PAYMENT),
    ("APPLICATION_NOT_FOUND", 401, AccessLost, FailureCode.APPLICATION_REMOVED),
    ("ERROR_OAUTH", 401, AccessLost, FailureCode.APPLICATION_REMOVED),
    ("NOT_INSTALLED", 401, AccessLost, FailureCode.APPLICATION_REMOVED),
    ("METHOD_CONFIRM_WAITING", 401, AccessLost, FailureCode.CONFIRMATION_AWAITED),
    ("METHOD_CONFIRM_DENIED", 403, AccessLost, FailureCode.CONFIRMATION_DENIED),
    ("ALLOWED_ONLY_INTRANET_USER", 403, AccessLost, FailureCode.EXTERNAL_USER),
    ("INVALID_REQUEST", 400, AccessLost, FailureCode.HTTPS_NEEDED),
    ("ERROR_METHOD_NOT_FOUND", 404, Refused, FailureCode.METHOD_MISSING),
    ("ERROR_METHOD_NOT_FOUND", 400, Refused, FailureCode.METHOD_MISSING),
    ("NOT_FOUND", 404, Refused, FailureCode.BAD_CALL),
    ("INVALID_ARG_VALUE", 400, Refused, FailureCode.BAD_CALL),
    ("ERROR_MANIFEST_IS_NOT_AVAILABLE", 404, Refused, FailureCode.BAD_CALL),
    ("ERROR_BATCH_METHOD_NOT_ALLOWED", 405, Refused, FailureCode.BAD_CALL),
    ("ERROR_BATCH_LENGTH_EXCEEDED", 400, Refused, FailureCode.BAD_CALL),
    ("PORTAL_DELETED", 500, AccessLost, FailureCode.PORTAL_CLOSED),
    ("PORTAL_DELETED", 410, AccessLost, FailureCode.PORTAL_CLOSED),
]


@pytest.mark.parametrize("shape", [nested, flat])
@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize(("code", "status", "leaf", "meaning"), V3_ROWS)
def test_rest_3_codes_are_known_by_their_tail(
    code: str,
    status: int,
    leaf: type[PortalError],
    meaning: FailureCode,
    prefix: str,
    shape: object,
) -> None:
    assert callable(shape)
    portal_code = prefix + code.rpartition("_")[2]
    error = failed(status, shape(portal_code))
    assert type(error) is leaf
    assert error.failure == Failure(meaning, status, portal_code, "said")


@pytest.mark.parametrize("shape", [nested, flat])
@pytest.mark.parametrize("case", [str, str.lower, str.upper])
@pytest.mark.parametrize(("code", "status", "leaf", "meaning"), CLASSIC_ROWS)
def test_classic_codes_are_known_in_any_case(
    code: str,
    status: int,
    leaf: type[PortalError],
    meaning: FailureCode,
    case: object,
    shape: object,
) -> None:
    assert callable(shape)
    assert callable(case)
    error = failed(status, shape(case(code)))
    assert type(error) is leaf
    assert error.failure == Failure(meaning, status, case(code), "said")


@pytest.mark.parametrize(("code", "status", "leaf", "meaning"), CLASSIC_ROWS)
def test_an_error_with_status_200_counts_by_its_code(
    code: str, status: int, leaf: type[PortalError], meaning: FailureCode
) -> None:
    error = failed(200, flat(code))
    assert (type(error), error.failure.code, error.failure.status) == (leaf, meaning, 200)


Token = tuple[str, str]
TOKENS: list[Token] = [
    ("MISSING_FROM", "from"),
    ("MISSING_TO", "to"),
    ("MISSING_SUBJECT", "subject"),
    ("MISSING_BODY", "body"),
    ("MISSING_REPLYTOMESSAGEID", "replyToMessageId"),
    ("MISSING_FORWARDMESSAGEID", "forwardMessageId"),
    ("MISSING_MESSAGEIDS", "messageIds"),
    ("MISSING_MESSAGE_ID", "messageId"),
    ("MISSING_QUERY", "query"),
    ("MISSING_ID", "id"),
    ("MISSING_FOLDER", "folder"),
    ("INVALID_ACTION", "action"),
    ("INVALID_DATEFROM", "dateFrom"),
    ("INVALID_DATETO", "dateTo"),
    ("NO_RECIPIENTS", "to"),
    ("RESOLVE_RECIPIENTS_ERROR", "to"),
    ("MESSAGE_SEND_FAILED", "from"),
    ("MESSAGE_REPLY_FAILED", "replyToMessageId"),
    ("MESSAGE_FORWARD_FAILED", "forwardMessageId"),
]


def complaint(item: object) -> tuple[RefusedField, ...]:
    error = failed(
        400, {"error": {"code": VALIDATION, "message": "Check it", "validation": [item]}}
    )
    assert type(error) is Refused
    assert error.failure.code is FailureCode.VALIDATION
    return error.failure.fields


@pytest.mark.parametrize(("token", "name"), TOKENS)
def test_a_token_is_found_wherever_the_build_puts_it(token: str, name: str) -> None:
    as_documented = RefusedField(name, token, token)
    assert complaint({"field": name, "message": token}) == (as_documented,)
    as_observed = RefusedField(name, token, "No recipients")
    assert complaint({"message": "No recipients", "field": token}) == (as_observed,)
    assert complaint({"message": f"Broken: {token}."}) == (
        RefusedField(name, token, f"Broken: {token}."),
    )


@pytest.mark.parametrize(("token", "name"), TOKENS)
def test_a_token_without_a_validation_list_is_found_too(token: str, name: str) -> None:
    for document in (
        nested(VALIDATION, token),
        flat(VALIDATION, f"Failed: {token}"),
        flat(token),
        nested(token),
    ):
        error = failed(400, document)
        assert type(error) is Refused
        assert error.failure.code is FailureCode.VALIDATION
        assert error.failure.fields == (RefusedField(name, token, ""),)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("from", "from"),
        ("FROM", "from"),
        ("`cc`", "cc"),
        ("`to`, `cc`, `bcc`", "to"),
        ("replytomessageid", "replyToMessageId"),
        ("-", None),
        ("", None),
        (None, None),
        ("fromage", None),
        (["to"], "to"),
    ],
)
def test_a_parameter_is_named_as_we_name_it(field: object, name: str | None) -> None:
    assert complaint({"field": field, "message": "wrong"}) == (RefusedField(name, "", "wrong"),)


def test_every_complaint_is_kept_in_order() -> None:
    items = [{"field": "to", "message": "a"}, {"message": "b", "field": "MISSING_FROM"}]
    fields = (RefusedField("to", "", "a"), RefusedField("from", "MISSING_FROM", "b"))
    for validation in (items, {"0": items[0], "1": items[1]}):
        error = failed(400, {"error": {"code": VALIDATION, "validation": validation}})
        assert error.failure.fields == fields


@pytest.mark.parametrize("validation", [None, [], {}, "", 7, "text"])
def test_a_validation_list_that_is_none_survives(validation: object) -> None:
    error = failed(400, {"error": {"code": VALIDATION, "message": "m", "validation": validation}})
    assert type(error) is Refused
    assert error.failure.fields == ()


@pytest.mark.parametrize(
    ("document", "portal_code"),
    [
        (flat(0), "0"),
        (flat("0"), "0"),
        (flat(""), ""),
        (flat(["x"]), ""),
        (nested(404), "404"),
        ({"error": {}}, ""),
        ({"error": []}, ""),
        ({"error": True}, "True"),
    ],
)
def test_odd_codes_are_judged_by_the_status(document: object, portal_code: str) -> None:
    for status, leaf, code in [
        (200, Unknown, FailureCode.UNRECOGNISED),
        (400, Refused, FailureCode.UNRECOGNISED),
        (401, AccessLost, FailureCode.CREDENTIALS),
        (408, Unknown, FailureCode.UNRECOGNISED),
        (422, Unknown, FailureCode.KEY_REUSED),
        (429, Busy, FailureCode.TOO_MANY_CALLS),
        (500, Unknown, FailureCode.UNRECOGNISED),
        (503, Unknown, FailureCode.UNRECOGNISED),
    ]:
        error = failed(status, document)
        assert (type(error), error.failure.code) == (leaf, code)
        assert error.failure.portal_code == portal_code


@pytest.mark.parametrize("code", [VALIDATION, f"{V3}ENTITYNOTFOUNDEXCEPTION", "NOT_FOUND"])
def test_a_refusal_with_a_server_fault_may_have_run(code: str) -> None:
    assert type(failed(500, nested(code))) is Unknown


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"result": {"success": true}}'])
def test_a_redirect_is_never_a_success(status: int, body: bytes) -> None:
    error = failed(status, body)
    assert (type(error), error.failure) == (AccessLost, Failure(FailureCode.MOVED, status))


@pytest.mark.parametrize(
    ("status", "leaf"),
    [
        (200, Unknown),
        (401, AccessLost),
        (403, Refused),
        (404, Refused),
        (429, Busy),
        (500, Unknown),
        (502, Unknown),
        (503, Unknown),
        (504, Unknown),
    ],
)
def test_pages_and_broken_answers_are_judged_by_the_status(
    status: int, leaf: type[PortalError]
) -> None:
    for body, code in [
        (b"\n <!DOCTYPE html><p>Sign in", FailureCode.HTML_ANSWER),
        (b'{"result": {"succ', FailureCode.BAD_ANSWER),
        (b"", FailureCode.BAD_ANSWER),
        (b"\xff\xfe", FailureCode.BAD_ANSWER),
        (b"[" * 100_000, FailureCode.BAD_ANSWER),
        (b"9" * 10_000, FailureCode.BAD_ANSWER),
        (b"[]", FailureCode.BAD_ANSWER),
        (b'"text"', FailureCode.BAD_ANSWER),
    ]:
        error = failed(status, body)
        assert (type(error), error.failure) == (leaf, Failure(code, status))


def test_an_answer_without_result_and_error_is_no_success() -> None:
    assert type(failed(200, {})) is Unknown
    assert failed(200, {"time": {}}).failure.code is FailureCode.BAD_ANSWER
    assert type(failed(201, {"result": 1})) is Unknown
    assert type(failed(503, {"message": "busy"})) is Unknown
    assert type(failed(404, {"message": "no"})) is Refused


def test_a_busy_portal_says_until_when() -> None:
    limit = flat("OPERATION_TIME_LIMIT")
    reset = limit | {"time": {"operating_reset_at": int(NOW.timestamp()) + 90}}
    assert failed(429, limit).failure.retry_at is None
    assert failed(429, reset).failure.retry_at == NOW + timedelta(seconds=90)
    assert failed(429, reset, {"Retry-After": "7"}).failure.retry_at == NOW + timedelta(seconds=7)
    assert failed(429, limit, {"Retry-After": "soon"}).failure.retry_at is None
    assert failed(400, reset | {"error": "x"}).failure.retry_at is None


def test_an_error_tells_what_was_learned() -> None:
    error = failed(400, flat("x") | {"time": {"operating": 3.5}})
    assert error.learned.operating == 3.5
    assert error.learned.idempotency is None


def test_row_85_no_text_of_an_error_holds_the_secret() -> None:
    address = f"https://acme.bitrix24.example/rest/api/1/{CODE}/mail.message.reply"
    loud = f"{address} {CODE} %61{CODE[1:]}"
    for status in (200, 400, 401, 403, 404, 422, 429, 500, 503):
        for document in (
            flat(loud, loud),
            nested(loud, loud),
            {"error": {"code": VALIDATION, "message": loud, "validation": [{"message": loud}]}},
            {"error": {"code": VALIDATION, "validation": [{"field": f"to {loud}"}, loud]}},
            {"error": CODE + "_NOT_FOUND", "error_description": [loud]},
        ):
            error = failed(status, document)
            shown = f"{error} {error!r} {error.args!r} {vars(error)!r}"
            assert CODE not in shown
            assert CODE[1:] not in shown
