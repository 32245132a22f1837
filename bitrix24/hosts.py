"""Which host names may be a portal's: one spelling for each, and none that only looks like one."""

import re
import unicodedata
from enum import StrEnum
from ipaddress import ip_address

import idna

LOCAL_SUFFIXES = ("local", "internal", "lan", "onion", "localhost", "localdomain")
_CLOUD = re.compile(r"(?:[a-z0-9-]+\.)+bitrix24\.[a-z]{2,}(?:\.[a-z]{2})?")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class HostFault(StrEnum):
    """Why a host cannot be a portal's."""

    BAD_HOST = "bad_host"
    LOOKALIKE_HOST = "lookalike_host"
    IP_LITERAL = "ip_literal"
    LOCAL_HOST = "local_host"


class HostError(Exception):
    """A host that was refused; it carries the fault, never the host."""

    def __init__(self, fault: HostFault) -> None:
        super().__init__(fault)
        self.fault = fault


def read_host(typed: str) -> str:
    """The one spelling of a host: lower case, punycode, an IP literal without brackets.

    Raises HostError for what is no host, and for what turns into another host when it is
    normalised (full-width dots, digits in circles): only real international names may.
    """
    if typed.startswith("[") and typed.endswith("]"):
        return _literal(typed[1:-1])
    host = typed.lower() if typed.isascii() else _punycode(typed)
    if is_literal(host):
        return host
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)) or not _decodes(host):
        raise HostError(HostFault.BAD_HOST)
    if _NUMBER.fullmatch(labels[-1]):
        # Resolvers read 2130706433, 0x7f.1 and 0177.1 as addresses.
        raise HostError(HostFault.IP_LITERAL)
    return host


def is_literal(host: str) -> bool:
    """Is it an IP address, in its one canonical spelling or another?"""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_public(host: str) -> None:
    """Raises HostError if a host, as `read_host` gives it, cannot be a public portal's."""
    if is_literal(host):
        raise HostError(HostFault.IP_LITERAL)
    labels = host.split(".")
    if len(labels) == 1 or labels[-1] in LOCAL_SUFFIXES:
        raise HostError(HostFault.LOCAL_HOST)


def is_cloud(host: str) -> bool:
    """Is it a portal of Bitrix24's own cloud, by its name: `*.bitrix24.<tld>`?"""
    return _CLOUD.fullmatch(host) is not None


def _literal(text: str) -> str:
    if "%" in text or ":" not in text or not is_literal(text):
        raise HostError(HostFault.BAD_HOST)
    return str(ip_address(text))


def _punycode(typed: str) -> str:
    """By IDNA 2008, which knows no digits in circles, full-width letters and other dots."""
    host = unicodedata.normalize("NFC", typed.lower())
    if host.isascii() or any(map(_mixed, host.split("."))):
        raise HostError(HostFault.LOOKALIKE_HOST)
    try:
        return idna.encode(host, strict=True).decode("ascii")
    except idna.IDNAError:
        raise HostError(HostFault.LOOKALIKE_HOST) from None


def _mixed(label: str) -> bool:
    """Latin letters beside Cyrillic or Greek ones in one label."""
    scripts = {unicodedata.name(letter, "").split(" ")[0] for letter in label if letter.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK"})


def _decodes(host: str) -> bool:
    """Does punycode that was typed stand for a real name?"""
    if "xn--" not in host:
        return True
    try:
        return idna.encode(idna.decode(host)).decode("ascii") == host
    except idna.IDNAError:
        return False
