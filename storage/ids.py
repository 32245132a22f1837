"""Our own row ids: random, so that none can be guessed from another."""

import base64
import os
from collections.abc import Callable

RandomBytes = Callable[[int], bytes]
_BYTES = 10  # 80 bits are exactly 16 base32 characters


def new_id(random_bytes: RandomBytes = os.urandom) -> str:
    """16 lower-case base32 characters."""
    return base64.b32encode(random_bytes(_BYTES)).decode().lower()
