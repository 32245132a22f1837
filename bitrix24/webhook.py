"""Reads the webhook address that a person pastes, in every form in which portals show it.

Nothing that leaves this module by accident (a repr, an error) holds the code. The forms are
those of the incoming webhook pages.
"""

import html
import re
import unicodedata
from dataclasses import dataclass, field
from urllib.parse import unquote

from bitrix24.hosts import HostError, check_public, read_host
from bitrix24.letter_reference import LetterFault, LetterReferenceError, letter_number
from bitrix24.trust import HTTP_PORT, HTTPS_PORT, TrustedPortals
from bitrix24.webhook_faults import WebhookError, WebhookFault
from bitrix24.webhook_path import SAMPLE, read_path

__all__ = [
    "LetterFault",
    "LetterReferenceError",
    "Webhook",
    "WebhookError",
    "WebhookFault",
    "holds_webhook",
    "letter_number",
    "read_webhook",
]

ADDRESS_LENGTH = 2000
OPENING, CLOSING = "\"'`<([{«“„‘", "\"'`>)]}»”’,;.!"
SECRET = re.compile(
    r"(?ix) (?<![a-z]) rest \s*[/\\]+\s* (?:api \s*[/\\]+\s*)?"
    r"(?: \d+ \s*[/\\]+\s* [\w-]{4,} | [\w-]{6,} \s*[/\\]+\s* \d+ | (?=\w*\d)\w{10,} )"
)


@dataclass(frozen=True)
class Webhook:
    """An incoming webhook: `port` is None for the scheme's own, `prefix` is '' or '/b24'."""

    scheme: str
    host: str
    port: int | None
    prefix: str
    user_id: int
    code: str = field(repr=False)

    @property
    def label(self) -> str:
        """Host, or host:port: safe to show."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port is None else f"{host}:{self.port}"

    @property
    def effective_port(self) -> int:
        """The port that is dialled."""
        return self.port or (HTTPS_PORT if self.scheme == "https" else HTTP_PORT)

    def v3(self, method: str) -> str:
        """The whole address of a REST 3.0 method, secret included."""
        return self._address("rest/api", method)

    def classic(self, method: str) -> str:
        """The whole address of a classic method, secret included."""
        return self._address("rest", method)

    def _address(self, endpoint: str, method: str) -> str:
        base = f"{self.scheme}://{self.label}{self.prefix}"
        return f"{base}/{endpoint}/{self.user_id}/{self.code}/{method}"


def read_webhook(text: str, trusted: TrustedPortals) -> Webhook:
    """The webhook in a pasted text, or raises WebhookError.

    http is kept for trusted portals only and read as https otherwise; only trusted portals may
    have another port, an IP address or a local name for a host.
    """
    scheme, authority, path, query = _split(_address_in(text))
    prefix, user_id, code = read_path(path, query)
    host, port = _place(authority, scheme)
    if trusted.entry_for(host, port or (HTTPS_PORT if scheme == "https" else HTTP_PORT)) is None:
        scheme, port = _public(host, port, scheme)
    return Webhook(scheme, host, port, prefix, user_id, code)


def holds_webhook(text: str) -> bool:
    """May there be a webhook with its secret anywhere in this text?

    For places where a secret must not stay (groups, forwards, captions): says yes rather
    once too often, also to percent-encoded addresses and to those without a scheme.
    """
    for _ in range(3):
        text = unquote(html.unescape(text))
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(sign for sign in text if sign.isprintable() or sign.isspace())
    return SECRET.search(text) is not None


def _address_in(text: str) -> str:
    """The first http(s) address in the text, else the word that looks most like one."""
    words = re.findall(r"(?i)https?://[^\s\"'`<>«»“”]+", text) or text.split()
    word = next((word for word in words if "/rest" in word.lower()), words[0] if words else "")
    if len(words) > 1 and "/" not in word:
        raise WebhookError(WebhookFault.NOT_AN_ADDRESS)
    address = word.lstrip(OPENING).rstrip(CLOSING)
    if len(address) > ADDRESS_LENGTH:
        raise WebhookError(WebhookFault.TOO_LONG)
    return address


def _split(address: str) -> tuple[str, str, str, str]:
    """Scheme, authority, path, query; what two parsers could read in two ways is refused."""
    if "\\" in address or not address.isprintable() or not address:
        raise WebhookError(WebhookFault.NOT_AN_ADDRESS)
    scheme, has_scheme, rest = address.partition("://")
    if not has_scheme:
        scheme, rest = "https", address
    if scheme.lower() not in ("http", "https"):
        raise WebhookError(WebhookFault.WRONG_SCHEME)
    shape = re.fullmatch(r"([^/?#]*)([^?#]*)(.*)", rest)
    assert shape is not None  # every text has this shape
    if "@" in shape[1]:
        raise WebhookError(WebhookFault.USERINFO)
    if not has_scheme and "." not in shape[1] and ":" not in shape[1] and "/rest" not in rest:
        raise WebhookError(_word_alone(rest))
    return scheme.lower(), shape[1], shape[2], shape[3]


def _word_alone(word: str) -> WebhookFault:
    if SAMPLE.search(word):
        return WebhookFault.SAMPLE
    is_code = re.fullmatch(r"(?:[0-9]+/)?[A-Za-z0-9]{8,}/?", word)
    return WebhookFault.BARE_CODE if is_code else WebhookFault.NOT_AN_ADDRESS


def _place(authority: str, scheme: str) -> tuple[str, int | None]:
    shape = re.fullmatch(r"(\[[^\]]*\]|[^:]*)(?::([0-9]{0,5}))?", authority)
    if shape is None:
        raise WebhookError(WebhookFault.BAD_HOST)
    port = int(shape[2]) if shape[2] else None
    if port is not None and not 0 < port < 65536:
        raise WebhookError(WebhookFault.PORT)
    try:
        host = read_host(shape[1])
    except HostError as refused:
        raise WebhookError(WebhookFault(refused.fault)) from None
    own = HTTPS_PORT if scheme == "https" else HTTP_PORT
    return host, None if port == own else port


def _public(host: str, port: int | None, scheme: str) -> tuple[str, None]:
    """What a portal that nobody vouches for may have: a public name, https, port 443."""
    try:
        check_public(host)
    except HostError as refused:
        raise WebhookError(WebhookFault(refused.fault)) from None
    if port is not None and not (scheme == "http" and port == HTTPS_PORT):
        raise WebhookError(WebhookFault.PORT)
    return "https", None
