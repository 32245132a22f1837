"""Which messages were refused as a value, so that editing one is a new try of the same step.

Kept in memory: after a restart the person is told to send it as a new message.
"""

from storage.records.drafts import Draft, Field

MOST = 1000  # of everybody; the oldest are forgotten


class RefusedValues:
    """By person and message: the draft, and the field that it was typed for."""

    def __init__(self) -> None:
        self._asked: dict[tuple[int, int], tuple[str, Field]] = {}

    def note(self, draft: Draft, message: int) -> None:
        """This message did not fit what the draft asks for."""
        self._asked[draft.owner, message] = draft.id, draft.field
        while len(self._asked) > MOST:
            del self._asked[next(iter(self._asked))]

    def is_try(self, draft: Draft, message: int) -> bool:
        """Was it typed for what this draft still asks?"""
        return self._asked.get((draft.owner, message)) == (draft.id, draft.field)
