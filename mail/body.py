"""The text of a letter as it goes out: basic HTML, put together from what a person sent in parts.

The parts come from `handlers/formatting.py`: well-formed, all else escaped, `<br>` for a line end.
"""

import html
import re
from collections.abc import Sequence

from bitrix24.letter_bodies import html_of
from bitrix24.webhook import holds_webhook

MAX_BODY = 100_000  # characters as a reader counts them, tags not among them

_TAG = re.compile(r"<[^<>]*>")
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"  # letters and symbols, by Unicode, without ink


def joined(parts: Sequence[str]) -> str:
    """Every part is a paragraph of its own."""
    return "<br><br>".join(parts)


def plain(body: str) -> str:
    """What a reader sees, without formats and link targets."""
    return html.unescape(_TAG.sub("", body.replace("<br>", "\n")))


def sent_text(payload: bytes) -> str:
    """What a reader sees of the letter that these bytes of a call carry; '' if they carry none."""
    return plain(html_of(payload))


def shows_webhook(body: str) -> bool:
    """May there be a webhook with its secret in the text, or behind one of its links?"""
    return holds_webhook(body) or holds_webhook(plain(body))


def is_blank(text: str) -> bool:
    """Would a reader see nothing of it? Format characters and fillers show nothing either."""
    return not any(
        character.isprintable() and not character.isspace() and character not in _FILLERS
        for character in text
    )
