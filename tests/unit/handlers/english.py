"""The bot's own language, and what no sentence for people may hold."""

import re
from gettext import NullTranslations

from handlers.texts import Texts

EN = Texts("en", NullTranslations())

CODE = re.compile(r"\b[A-Z][A-Z0-9]+_[A-Z0-9_]+\b|\w+EXCEPTION\b|\b[a-z]+_[a-z_]+\b")


def fit_for_people(said: str) -> bool:
    """Not empty, whole sentences, no code and no placeholder left over."""
    return (
        bool(said)
        and said[-1] in ".”"
        and not re.search(r"[{}]|(?<!“)\bNone\b", said)
        and not codes(said)
    )


def codes(said: str) -> list[str]:
    """Words that only a programmer reads."""
    return CODE.findall(said)
