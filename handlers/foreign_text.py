"""Text that strangers wrote, made fit for a card.

Telegram makes commands, names and links of its own out of any text; nothing in a letter may be
one tap away from commanding this bot. First `harmless`, then `untappable`, whose marks the first
would take out again.
"""

import re
import unicodedata

_WORD_JOINER = "\u2060"
_EMOJI_JOINER = "\u200d"
_FILLERS = "\u034f\u115f\u1160\u2800\u3164\uffa0"  # as unseen as category Cf, yet letters or marks
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")

# Left alone: links to a host with a dot, whose slashes start no command, and e-mail addresses.
_LINK = (
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"
    r"(?::\d+)?(?:[/?#][a-z0-9_\-.~:/?#@!$&*+,;=%]*)?"
)
_EMAIL = (
    r"(?<![\w.!#$%&'*+=?^`{|}~@/-])[a-z0-9][a-z0-9_.!#$%&'*+=?^`{|}~-]{0,63}"
    r"@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}"
)
_APP_LINK = r"(?<=tg:)/+|(?<=ton:)/+|(?<=tonsite:)/+"
_COMMAND = r"(?<![\w/])/(?=[a-z0-9_])"
_MENTION = r"(?<!\w)@(?=[a-z0-9_])"
_TAPPABLE = re.compile(
    rf"(?P<kept>{_LINK}|{_EMAIL})|(?P<broken>{_APP_LINK}|{_COMMAND}|{_MENTION})", re.IGNORECASE
)


def untappable(text: str) -> str:
    """Breaks `/words`, `@names` and `tg://` links with an invisible mark behind `/` and `@`.

    E-mail addresses and web links are not touched.
    """
    return _TAPPABLE.sub(_break, text)


def harmless(text: str) -> str:
    """Without control, direction and zero-width characters; every line end is a line feed."""
    if text.isascii() and text.isprintable():
        return text
    lines = _LINE_ENDS.sub("\n", text).replace("\t", " ")
    shown = "".join(c for c in lines if not _unseen(c))
    return "".join(c for i, c in enumerate(shown) if c != _EMOJI_JOINER or _joins_emoji(shown, i))


def _break(found: re.Match[str]) -> str:
    if found["kept"]:
        return found["kept"]
    return "".join(character + _WORD_JOINER for character in found["broken"])


def _unseen(character: str) -> bool:
    if character in ("\n", _EMOJI_JOINER):
        return False
    return character in _FILLERS or unicodedata.category(character) in ("Cc", "Cf", "Cs")


def _joins_emoji(text: str, at: int) -> bool:
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    return bool(before and after) and (
        (before == "\ufe0f" or unicodedata.category(before) in ("So", "Sk"))
        and unicodedata.category(after) == "So"
    )
