"""The subject of a letter: what a person may type, and what a reply is called."""

import re
import unicodedata
from enum import StrEnum

from mail.body import is_blank

MAX_SUBJECT = 250  # characters
_REPLY_MARK = re.compile(
    r"(?:re|aw|sv|antw|отв|ответ)\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*", re.IGNORECASE
)
_NO_SUBJECT = "(no subject)"


class SubjectFault(StrEnum):
    EMPTY = "empty"
    TOO_LONG = "too_long"
    LINE_END = "line_end"
    CONTROL_CHARACTER = "control_character"


class SubjectError(Exception):
    """What was typed cannot be a subject; `length` is its length in characters."""

    def __init__(self, code: SubjectFault, length: int) -> None:
        super().__init__(code.value)
        self.code = code
        self.length = length


def read_subject(text: str) -> str:
    """One line of 1 to 250 characters; a line end or a control character could end a header."""
    subject = text.replace("\t", " ").strip(" ")
    fault = _fault(subject)
    if fault is not None:
        raise SubjectError(fault, len(subject))
    return subject


def reply_subject(subject: str) -> str:
    """`Re:` in front, unless a reply mark stands there already; fits into 250 characters."""
    line = " ".join("".join(" " if _is_control(c) else c for c in subject).split())
    mark = _REPLY_MARK.match(line)
    if not line or (mark and mark.end() == len(line)):
        return f"Re: {_NO_SUBJECT}"
    return (line if mark else f"Re: {line}")[:MAX_SUBJECT].rstrip()


def _fault(subject: str) -> SubjectFault | None:
    if is_blank(subject):
        return SubjectFault.EMPTY
    if subject.splitlines() != [subject]:
        return SubjectFault.LINE_END
    if any(_is_control(c) for c in subject):
        return SubjectFault.CONTROL_CHARACTER
    return SubjectFault.TOO_LONG if len(subject) > MAX_SUBJECT else None


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")
