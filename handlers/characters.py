"""What a reader takes for one character: a family, a flag, a letter with its accents.

A small part of Unicode's annex 29, for the seams at which a text is cut or a format may begin.
"""

import unicodedata
from collections.abc import Iterator

_EMOJI_JOINER = "\u200d"
_JOINERS = ("\u200c", _EMOJI_JOINER)


def characters(text: str) -> Iterator[str]:
    """All of it in turn, each with whatever is combined with it."""
    start = letters = 0
    for at in range(1, len(text)):
        letters = letters + 1 if _flag_letter(text[at - 1]) else 0
        if not combines(text[at - 1], text[at], letters):
            yield text[start:at]
            start = at
    if text:
        yield text[start:]


def combines(before: str, after: str, letters: int = 1) -> bool:
    """Do two neighbours belong together? `letters` of flags stand in a row up to `before`."""
    if before in "\r\n" or after in "\r\n":
        return before + after == "\r\n"
    if _flag_letter(after):
        return _flag_letter(before) and letters % 2 == 1
    return (
        after in _JOINERS
        or unicodedata.category(after).startswith("M")
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= after <= "\U000e007f"  # tags, as in the flag of Wales
        or (before == _EMOJI_JOINER and unicodedata.category(after) in ("So", "Sm"))
    )


def _flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
