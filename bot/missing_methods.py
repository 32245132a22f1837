"""Methods of the Bot API that this server turned out to lack: not asked for again for a day.

Servers are of many ages. Whoever calls such a method gets the refusal that they have a way around.
"""

import logging
from collections.abc import Callable
from typing import Final

DAY: Final = 24 * 3600.0  # seconds; a server may be brought up to date meanwhile
NEEDED: Final = frozenset(  # without these there is no bot
    {"getMe", "getUpdates", "sendMessage", "editMessageText", "answerCallbackQuery"}
)

log = logging.getLogger(__name__)


class MissingMethods:
    """In memory: a restart asks anew."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until: dict[str, float] = {}

    def __contains__(self, method: str) -> bool:
        return self._monotonic() < self._until.get(method, float("-inf"))

    def note(self, method: str) -> None:
        """The server said 404."""
        if method in NEEDED or method in self:
            return
        log.warning("this Telegram server has no %s; it is not called for a day", method)
        self._until[method] = self._monotonic() + DAY
