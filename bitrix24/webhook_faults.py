"""Why a text is not taken as a webhook address."""

from enum import StrEnum


class WebhookFault(StrEnum):
    """Why a text is not taken as a webhook address; each has its own sentence."""

    NOT_AN_ADDRESS = "not_an_address"
    TOO_LONG = "too_long"
    WRONG_SCHEME = "wrong_scheme"
    USERINFO = "userinfo"
    BAD_HOST = "bad_host"
    LOOKALIKE_HOST = "lookalike_host"
    IP_LITERAL = "ip_literal"
    LOCAL_HOST = "local_host"
    PORT = "port"
    CODE_MISSING = "code_missing"
    USER_MISSING = "user_missing"
    USER_NOT_A_NUMBER = "user_not_a_number"
    WRONG_ORDER = "wrong_order"
    APPLICATION_ENDPOINT = "application_endpoint"
    BARE_CODE = "bare_code"
    PORTAL_PAGE = "portal_page"
    OUTGOING = "outgoing"
    SAMPLE = "sample"
    BAD_PATH = "bad_path"


class WebhookError(Exception):
    """A text that is no webhook address; it carries the fault, never the text."""

    def __init__(self, code: WebhookFault) -> None:
        super().__init__(code)
        self.code = code
