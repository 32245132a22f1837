"""Reads which letter a person means: its number, or an address of the letter on their portal."""

import re
from enum import StrEnum
from urllib.parse import urlsplit

from bitrix24.hosts import HostError, read_host

LARGEST = 2**53
_PATH = re.compile(r"/mail/message/([0-9]{1,20})/?$")


class LetterFault(StrEnum):
    """Why a text names no letter."""

    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    OTHER_HOST = "other_host"


class LetterReferenceError(Exception):
    """A text that names no letter of this portal."""

    def __init__(self, code: LetterFault) -> None:
        super().__init__(code)
        self.code = code


def letter_number(text: str, host: str) -> int:
    """The number, 1 to 2^53, from `15`, `#15`, or an address whose path ends in /mail/message/15.

    The host is the connection's; its port does not matter. Raises LetterReferenceError.
    """
    text = text.strip().strip("<>\"'«»“”.,;").lstrip("#№ ")
    digits = text if "/" not in text else _number_in(text, host)
    if not (digits.isascii() and digits.isdigit()):
        raise LetterReferenceError(LetterFault.NOT_A_NUMBER)
    if len(digits) > 20 or not 1 <= int(digits) <= LARGEST:
        raise LetterReferenceError(LetterFault.OUT_OF_RANGE)
    return int(digits)


def _number_in(address: str, host: str) -> str:
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        found = _PATH.search(re.sub("/+", "/", parts.path))
        named = parts.hostname or ""
    except ValueError:
        raise LetterReferenceError(LetterFault.NOT_A_NUMBER) from None
    if found is None:
        raise LetterReferenceError(LetterFault.NOT_A_NUMBER)
    if not _same(named, host):
        raise LetterReferenceError(LetterFault.OTHER_HOST)
    return found[1]


def _same(named: str, host: str) -> bool:
    try:
        return read_host(f"[{named}]" if ":" in named else named) == host
    except HostError:
        return False
