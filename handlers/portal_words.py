"""What a portal says in its own words, made fit to be quoted to a person."""

import re

from handlers.foreign_text import harmless, untappable

MOST_WORDS = 300  # characters of a portal's text that are shown

# NO_RECIPIENTS, BITRIX_REST_V3_…: never a part of an address, which may be spelt like that.
_CODE = re.compile(
    r"(?<![\w@.-])(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|(?i:bitrix_rest_\w+))(?![\w@-]|\.\w)"
)
_EMPTY_PAIRS = re.compile(r"\(\s*\)|\[\s*\]|\"\"|''|``|«»|“”")
_AROUND = " :;,.-–—/|()[]{}\"'`«»“”"


def portal_words(text: str) -> str:
    """One line without codes, nothing in it tappable; '' where nothing but codes was said.

    No full stop at its end: the sentence around it has one.
    The text was masked before it was stored.
    """
    line = " ".join(harmless(text).split())
    told = _CODE.sub("", line)
    if told != line:
        told = " ".join(_EMPTY_PAIRS.sub("", told).split()).strip(_AROUND)
    return shortened(told.rstrip("."))


def shortened(text: str, most: int = MOST_WORDS) -> str:
    """At most so many characters, the last one a mark that something was left out."""
    return untappable(text if len(text) <= most else f"{text[: most - 1].rstrip()}…")
