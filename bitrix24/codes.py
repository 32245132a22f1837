"""The portal's error codes and what each means (REST 3.0 overview, system errors, mail pages).

The same code comes with other prefixes, cases and HTTP statuses on other builds, so codes are
matched by their tail, and the code decides before the status does.
"""

from bitrix24.errors import AccessLost, Busy, FailureCode, PortalError, Refused, Unknown

# Compared after the last underscore: prefixes differ from build to build.
EXCEPTIONS = {
    "REQUESTVALIDATIONEXCEPTION": FailureCode.VALIDATION,
    "DTOVALIDATIONEXCEPTION": FailureCode.VALIDATION,
    "REQUESTFILTERVALIDATIONEXCEPTION": FailureCode.BAD_CALL,
    "INVALIDJSONEXCEPTION": FailureCode.BAD_CALL,
    "INVALIDPAGINATIONEXCEPTION": FailureCode.BAD_CALL,
    "INVALIDSELECTEXCEPTION": FailureCode.BAD_CALL,
    "INVALIDFILTEREXCEPTION": FailureCode.BAD_CALL,
    "INVALIDORDEREXCEPTION": FailureCode.BAD_CALL,
    "UNKNOWNFILTEROPERATOREXCEPTION": FailureCode.BAD_CALL,
    "UNKNOWNDTOPROPERTYEXCEPTION": FailureCode.BAD_CALL,
    "ENTITYNOTFOUNDEXCEPTION": FailureCode.NOT_FOUND,
    "FIELDNOTFOUNDEXCEPTION": FailureCode.BAD_CALL,
    "ACCESSDENIEDEXCEPTION": FailureCode.NO_RIGHT,
    "INSUFFICIENTSCOPEEXCEPTION": FailureCode.SCOPE,
    "METHODNOTFOUNDEXCEPTION": FailureCode.METHOD_MISSING,
    "RATELIMITEXCEPTION": FailureCode.OPERATING_TIME,
    "LICENSEEXCEPTION": FailureCode.LICENSE,
    "IDEMPOTENCYKEYREUSEDEXCEPTION": FailureCode.KEY_REUSED,
    "INVALIDIDEMPOTENCYKEYEXCEPTION": FailureCode.KEY_INVALID,
    "INTERNALEXCEPTION": FailureCode.PORTAL_FAILED,
}

# Compared whole.
CLASSIC = {
    "QUERY_LIMIT_EXCEEDED": FailureCode.TOO_MANY_CALLS,
    "OPERATION_TIME_LIMIT": FailureCode.OPERATING_TIME,
    "OVERLOAD_LIMIT": FailureCode.PORTAL_BLOCKED,
    "INTERNAL_SERVER_ERROR": FailureCode.PORTAL_FAILED,
    "ERROR_UNEXPECTED_ANSWER": FailureCode.PORTAL_FAILED,
    "NO_AUTH_FOUND": FailureCode.CREDENTIALS,
    "INVALID_CREDENTIALS": FailureCode.CREDENTIALS,
    "EXPIRED_TOKEN": FailureCode.CREDENTIALS,
    "INVALID_TOKEN": FailureCode.CREDENTIALS,
    "INSUFFICIENT_SCOPE": FailureCode.SCOPE,
    "ACCESS_DENIED": FailureCode.PLAN,
    "USER_ACCESS_ERROR": FailureCode.USER_ACCESS,
    "WRONG_AUTH_TYPE": FailureCode.APPLICATION_NEEDED,
    "AUTHORIZE_ERROR": FailureCode.APPLICATION_NEEDED,
    "AUTHORIZATION_ERROR": FailureCode.OWNER_INACTIVE,
    "PAYMENT_REQUIRED": FailureCode.PAYMENT,
    "APPLICATION_NOT_FOUND": FailureCode.APPLICATION_REMOVED,
    "ERROR_OAUTH": FailureCode.APPLICATION_REMOVED,
    "NOT_INSTALLED": FailureCode.APPLICATION_REMOVED,
    "METHOD_CONFIRM_WAITING": FailureCode.CONFIRMATION_AWAITED,
    "METHOD_CONFIRM_DENIED": FailureCode.CONFIRMATION_DENIED,
    "ALLOWED_ONLY_INTRANET_USER": FailureCode.EXTERNAL_USER,
    "INVALID_REQUEST": FailureCode.HTTPS_NEEDED,
    "ERROR_METHOD_NOT_FOUND": FailureCode.METHOD_MISSING,
    "NOT_FOUND": FailureCode.BAD_CALL,
    "INVALID_ARG_VALUE": FailureCode.BAD_CALL,
    "ERROR_MANIFEST_IS_NOT_AVAILABLE": FailureCode.BAD_CALL,
    "ERROR_BATCH_METHOD_NOT_ALLOWED": FailureCode.BAD_CALL,
    "ERROR_BATCH_LENGTH_EXCEEDED": FailureCode.BAD_CALL,
    "PORTAL_DELETED": FailureCode.PORTAL_CLOSED,
}

_BUSY = {FailureCode.TOO_MANY_CALLS, FailureCode.OPERATING_TIME}
_REFUSED = {
    FailureCode.VALIDATION,
    FailureCode.NOT_FOUND,
    FailureCode.NO_RIGHT,
    FailureCode.METHOD_MISSING,
    FailureCode.KEY_INVALID,
    FailureCode.BAD_CALL,
}
_MAY_HAVE_RUN = {FailureCode.KEY_REUSED, FailureCode.PORTAL_FAILED}
_BY_STATUS = {
    FailureCode.UNRECOGNISED,
    FailureCode.HTML_ANSWER,
    FailureCode.BAD_ANSWER,
}


def meaning(portal_code: str, status: int) -> FailureCode:
    """Our code for the portal's; refused credentials share a code with a missing right."""
    known = CLASSIC.get(portal_code.upper()) or EXCEPTIONS.get(tail(portal_code))
    if known is FailureCode.NO_RIGHT and status == 401:
        return FailureCode.CREDENTIALS
    return known or _by_status(status)


def tail(portal_code: str) -> str:
    """What stands after the last underscore, in upper case."""
    return portal_code.upper().rpartition("_")[2]


def leaf(code: FailureCode, status: int) -> type[PortalError]:
    """Did a call with this failure run? The code decides first, then the HTTP status."""
    if code in _BUSY:
        return Busy
    if code in _MAY_HAVE_RUN:
        return Unknown
    if code in _REFUSED:
        # A server fault is never proof that nothing happened.
        return Unknown if status >= 500 else Refused
    return _leaf_by_status(status) if code in _BY_STATUS else AccessLost


def _leaf_by_status(status: int) -> type[PortalError]:
    if status == 401:
        return AccessLost
    if status == 429:
        return Busy
    # 408: the server gave up waiting; 422: the key's own status; both leave the outcome open.
    return Refused if 400 <= status < 500 and status not in (408, 422) else Unknown


def _by_status(status: int) -> FailureCode:
    known = {
        401: FailureCode.CREDENTIALS,
        422: FailureCode.KEY_REUSED,
        429: FailureCode.TOO_MANY_CALLS,
    }
    return known.get(status, FailureCode.UNRECOGNISED)
