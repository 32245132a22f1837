"""Refusals that a test orders, in the Bot API's words: for one method, one chat, a few times."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.form import Form
from sandbox.telegram.refusals import BotApiError

PREFIXES = {
    400: "Bad Request: ",
    403: "Forbidden: ",
    409: "Conflict: ",
    500: "Internal Server Error: ",
}


@dataclass(eq=False)
class Scripted:
    """One refusal that is switched on."""

    error: BotApiError
    method: str | None
    """In lower case; None: any but `getUpdates`."""
    chat_id: int | None
    left: int | None
    """How many calls it still refuses; None: until it is ended."""
    when: Callable[[Form], object]
    used: int = 0

    def fits(self, method: str, form: Form) -> bool:
        named = method == self.method if self.method else method != "getupdates"
        here = self.chat_id is None or form.text("chat_id") == str(self.chat_id)
        return bool(self.left != 0 and named and here and self.when(form))


class Script:
    """All refusals that were ordered, and the methods that this server does not have."""

    def __init__(self) -> None:
        self.missing: set[str] = set()
        self._ordered: list[Scripted] = []

    def refuse(
        self,
        code: int,
        description: str,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        times: int | None = None,
        parameters: dict[str, Any] | None = None,
        when: Callable[[Form], object] = lambda form: True,
    ) -> Scripted:
        """Refuses calls that fit. `description` is without its beginning, "Bad Request: "."""
        error = BotApiError(code, PREFIXES.get(code, "") + description, parameters)
        lowered = method.lower() if method else None
        self._ordered.append(Scripted(error, lowered, chat_id, times, when))
        return self._ordered[-1]

    def end(self) -> None:
        """Ends all refusals that were ordered, and gives back the methods that were missing."""
        self._ordered.clear()
        self.missing.clear()

    def check(self, method: str, form: Form) -> None:
        """Raises BotApiError if the call is to be refused."""
        if method in self.missing:
            raise BotApiError(404, "Not Found")
        found = next((each for each in self._ordered if each.fits(method, form)), None)
        if found is None:
            return
        found.used += 1
        if found.left is not None:
            found.left -= 1
        raise found.error
