"""A press of an inline button, and what the bot answered to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.changes import Changes


@dataclass(eq=False)
class Press:
    """One callback query."""

    id: str
    person_id: int
    chat_id: int
    message_id: int
    label: str
    data: str
    at: datetime
    changes: Changes = field(repr=False)
    answer: dict[str, Any] | None = None
    """The parameters of answerCallbackQuery, once it came."""
    answered_at: datetime | None = None

    @property
    def toast(self) -> str:
        """The text shown for a moment, or in the window if `alert`; empty: nothing is shown."""
        return str((self.answer or {}).get("text", ""))

    @property
    def alert(self) -> bool:
        return bool((self.answer or {}).get("show_alert"))

    async def answered(self, within: float = 15.0) -> str:
        """Waits for the answer and gives its text. Raises TimeoutError."""
        await self.changes.until(lambda: self.answer is not None, within)
        return self.toast
