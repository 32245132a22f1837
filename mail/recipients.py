"""Who a letter goes to.

What a person types is read strictly and refused with the piece that is wrong; what stands in a
letter is read leniently, because a card must be shown whatever somebody put into a header.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import email_validator

from mail.address_lists import Piece, split

MAX_RECIPIENTS = 100

# The library's own way to allow names: it has no argument for `.local`, which companies do use
# inside, and its argument for `.test` would allow `jane@test` too.
for _name in ("local", "test"):
    if _name in email_validator.SPECIAL_USE_DOMAIN_NAMES:
        email_validator.SPECIAL_USE_DOMAIN_NAMES.remove(_name)

_NEEDS_QUOTES = re.compile(r'[,;:<>@"\\()\[\]]')
_ADDRESS_SHAPE = re.compile(r'[^\s<>"@,;]+@[^\s<>"@,;]+')


class RecipientFault(StrEnum):
    NONE = "none"
    NOT_AN_ADDRESS = "not_an_address"
    NON_ASCII_LOCAL_PART = "non_ascii_local_part"
    LINE_END_IN_NAME = "line_end_in_name"
    CONTROL_CHARACTER = "control_character"
    TOO_MANY = "too_many"


class RecipientsError(Exception):
    """What was typed is no list of recipients: `piece` is what is wrong, `count` how many."""

    def __init__(self, code: RecipientFault, piece: str = "", count: int = 0) -> None:
        super().__init__(code.value)
        self.code = code
        self.piece = piece
        self.count = count


@dataclass(frozen=True, slots=True)
class Address:
    """`email` is ASCII when a person typed it; `name` is empty when there is none.

    `sendable`: it was checked; else it only has the shape of an address.
    """

    name: str
    email: str
    sendable: bool = field(default=True, compare=False)

    @property
    def shown(self) -> str:
        """`Name <email>` or the bare e-mail; read back, it gives the same address."""
        if not self.name:
            return self.email
        if not _NEEDS_QUOTES.search(self.name):
            return f"{self.name} <{self.email}>"
        escaped = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{self.email}>'


def read_recipients(text: str) -> tuple[Address, ...]:
    """Reads what a person typed; raises RecipientsError for the first thing that is wrong."""
    typed = _without_invisible(text.replace("\t", " "))
    _refuse_controls(typed)
    addresses = _merged(_read_piece(piece) for piece in split(typed))
    if not addresses:
        raise RecipientsError(RecipientFault.NONE)
    if len(addresses) > MAX_RECIPIENTS:
        raise RecipientsError(RecipientFault.TOO_MANY, count=len(addresses))
    return addresses


def read_addresses(header: str) -> tuple[Address, ...]:
    """Reads the From, To or Cc of a letter; never raises, and drops what is no address."""
    line = _without_controls(_without_invisible(" ".join(header.split())))
    pieces = split(line)
    if any(piece.unclosed for piece in pieces):
        pieces = split(re.sub(r'["\\]', "", line))
    return _merged(address for piece in pieces if (address := _guess(piece)) is not None)


def domain(email: str) -> str:
    """The part after @, lower case, as punycode where it can be."""
    return _comparable(email).rpartition("@")[2]


def in_its_script(email: str) -> str:
    """With its domain as people write it; where that is how it is spelt already, the same."""
    if "@xn--" not in email.lower() and ".xn--" not in email.lower():
        return email
    try:
        valid = email_validator.validate_email(email, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return email
    return f"{email.rpartition('@')[0]}@{valid.domain}"


def same_address(one: str, other: str) -> bool:
    return _comparable(one) == _comparable(other)


def _read_piece(piece: Piece) -> Address:
    fault = _fault(piece)
    if fault is not None:
        raise RecipientsError(fault, piece.text)
    email = _checked(_as_pasted(piece.email))
    if email is None:
        raise RecipientsError(RecipientFault.NOT_AN_ADDRESS, piece.text)
    return Address("" if piece.name == email else piece.name, email)


def _as_pasted(email: str) -> str:
    """Without what is copied along: a link's `mailto:`, and the full stop of a sentence."""
    return re.sub(r"(?i)^mailto:", "", email).removesuffix(".")


def _refuse_controls(text: str) -> None:
    for stretch in re.split(r"[,;\r\n]", text):
        clean = _without_controls(stretch)
        if clean != stretch:
            raise RecipientsError(RecipientFault.CONTROL_CHARACTER, clean.strip())


def _fault(piece: Piece) -> RecipientFault | None:
    """What can be told of a piece before its address is looked at."""
    if piece.line_end_in_quotes:
        return RecipientFault.LINE_END_IN_NAME
    if piece.unclosed or piece.rest:
        return RecipientFault.NOT_AN_ADDRESS
    local, at, _ = piece.email.rpartition("@")
    if at and not local.isascii() and _ADDRESS_SHAPE.fullmatch(piece.email):
        return RecipientFault.NON_ASCII_LOCAL_PART
    return None


def _checked(email: str) -> str | None:
    """The address as it can be sent; spelt as it was given wherever that is ASCII."""
    try:
        valid = email_validator.validate_email(
            email, check_deliverability=False, allow_smtputf8=False
        )
    except email_validator.EmailNotValidError:
        return None
    return email if email.isascii() else valid.ascii_email


def _guess(piece: Piece) -> Address | None:
    """Inside companies people write from `root@localhost`: a shape is enough to show it."""
    checked = _checked(piece.email)
    if checked is None and not _ADDRESS_SHAPE.fullmatch(piece.email):
        return None
    email = checked or piece.email
    return Address("" if piece.name == email else piece.name, email, checked is not None)


def _comparable(email: str) -> str:
    return (email if email.isascii() else _checked(email) or email).lower()


def _merged(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Without duplicates, in the order of their first mention; the first one with a name stays."""
    merged: dict[str, Address] = {}
    for address in addresses:
        known = merged.setdefault(_comparable(address.email), address)
        if not known.name and address.name:
            merged[_comparable(address.email)] = replace(known, name=address.name)
    return tuple(merged.values())


def _without_invisible(text: str) -> str:
    """Zero-width and direction marks ride along when an address is copied from a page."""
    return "".join(c for c in text if unicodedata.category(c) != "Cf")


def _without_controls(text: str) -> str:
    return "".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cs", "Zl", "Zp"))
