"""Finds prefix, user id and code in a webhook's path, or says which of them is wrong.

The last `rest` that user id and code follow counts; a method after them is dropped.
"""

import re
from urllib.parse import unquote

from bitrix24.webhook_faults import WebhookError, WebhookFault

CODE_LENGTH = 128
PREFIX_LENGTH = 200
USER_ID = re.compile(r"0*[1-9][0-9]{0,15}")
CODE = re.compile(r"[A-Za-z0-9_-]+")
METHOD = re.compile(r"(?i)[a-z0-9_.]+")
ONE_WORD_METHODS = {"profile", "scope", "batch", "methods", "events"}
PREFIX_SEGMENT = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]+")
SAMPLE = re.compile(r"(?i)[*{}<>\[\]…]|put_|your[_-]|_here|webhook")
PORTAL_PAGES = {
    "devops", "marketplace", "market", "company", "crm", "mail", "stream", "settings", "tasks",
    "workgroups", "shop", "desktop_app", "online", "bitrix", "calendar", "disk", "docs",
}  # fmt: skip
HANDLER = re.compile(r"(?i)\.php$|handler|hook|callback|event|bot")
HANDLER_QUERY = re.compile(r"(?i)application_token|auth(\[|%5b)|event=")


def read_path(path: str, query: str) -> tuple[str, int, str]:
    """Prefix, user id and code; raises WebhookError that says which part is wrong."""
    segments = [unquote(segment, errors="replace") for segment in path.split("/") if segment]
    ends = [at for at, segment in enumerate(segments) if segment.lower() == "rest"]
    for at in reversed(ends):
        user_id, *others = _after_endpoint(segments[at + 1 :]) or [""]
        if _fits(user_id, others):
            return _prefix(segments[:at]), int(user_id), others[0]
    if any(map(SAMPLE.search, segments)) and ends:
        raise WebhookError(WebhookFault.SAMPLE)
    if not ends:
        raise WebhookError(_no_endpoint(segments, query))
    raise WebhookError(_incomplete(_after_endpoint(segments[ends[-1] + 1 :])))


def _after_endpoint(segments: list[str]) -> list[str]:
    return segments[1:] if segments and segments[0].lower() == "api" else segments


def _fits(user_id: str, others: list[str]) -> bool:
    if not USER_ID.fullmatch(user_id) or not 1 <= len(others) <= 2:
        return False
    code, *method = others
    return (
        CODE.fullmatch(code) is not None
        and len(code) <= CODE_LENGTH
        and not SAMPLE.search(code)
        and code.lower() not in ONE_WORD_METHODS
        and all(map(METHOD.fullmatch, method))
    )


def _prefix(segments: list[str]) -> str:
    prefix = "".join(f"/{segment}" for segment in segments)
    if len(prefix) > PREFIX_LENGTH or not all(map(PREFIX_SEGMENT.fullmatch, segments)):
        raise WebhookError(WebhookFault.BAD_PATH)
    return prefix


def _incomplete(segments: list[str]) -> WebhookFault:
    """What is wrong after /rest/; the parts themselves are never told."""
    first, second = [*segments, "", ""][:2]
    if not first or (not second and "." in first):
        return WebhookFault.APPLICATION_ENDPOINT
    if USER_ID.fullmatch(first):
        return _bad_code(second)
    if USER_ID.fullmatch(second):
        return WebhookFault.WRONG_ORDER
    return (
        WebhookFault.USER_NOT_A_NUMBER if second or first.isdigit() else WebhookFault.USER_MISSING
    )


def _bad_code(code: str) -> WebhookFault:
    is_method = "." in code and METHOD.fullmatch(code)
    if not code or is_method or code.lower() in ONE_WORD_METHODS:
        return WebhookFault.CODE_MISSING
    return WebhookFault.TOO_LONG if len(code) > CODE_LENGTH else WebhookFault.BAD_PATH


def _no_endpoint(segments: list[str], query: str) -> WebhookFault:
    if segments and segments[0].lower() in PORTAL_PAGES:
        return WebhookFault.PORTAL_PAGE
    is_handler = any(map(HANDLER.search, segments)) or HANDLER_QUERY.search(query)
    return WebhookFault.OUTGOING if is_handler else WebhookFault.PORTAL_PAGE
