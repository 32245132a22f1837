"""Takes secrets out of texts before anybody stores, logs or shows them."""

import re
from collections.abc import Iterable

MASK = "***"
WEBHOOK_PATH = re.compile(r"""(?i)(/rest/(?:api/)?)[^/\s?#]+/[^/\s?#"'<>]+""")
TELEGRAM_TOKEN = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{30,}")


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without webhook addresses' secrets, Telegram tokens and the given secrets.

    The given ones are found literally and percent-encoded, whole or in part.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, MASK)
        if "%" in text:
            text = _percent_encoded(secret).sub(MASK, text)
    text = WEBHOOK_PATH.sub(rf"\g<1>{MASK}/{MASK}", text)
    return TELEGRAM_TOKEN.sub(MASK, text)


def _percent_encoded(secret: str) -> re.Pattern[str]:
    """Each character as it is or as `%41`; the pattern is used once, secrets are not cached."""
    return re.compile("".join(map(_either, secret)))


def _either(character: str) -> str:
    encoded = "".join(f"%{byte:02x}" for byte in character.encode())
    return f"(?:{re.escape(character)}|(?i:{encoded}))"
