"""Delivers updates more than once, as a queue does whose confirmations get lost."""

from random import Random
from typing import Any

Update = dict[str, Any]


class Repeats:
    """Off until `times` is more than 1; then every update comes so many times.

    Without `shuffle` the copies come one in each of the next answers; with it they come in this
    answer or in later ones, in any order.
    """

    def __init__(self) -> None:
        self.times = 1
        self.shuffle: Random | None = None
        self._seen: set[int] = set()
        self._copies: list[Update] = []

    def start(self, times: int, shuffle: Random | None = None) -> None:
        """From now on; `start(1)` ends it, but for the copies that are due."""
        self.times, self.shuffle = times, shuffle

    @property
    def due(self) -> bool:
        """Are there copies that were not delivered yet?"""
        return bool(self._copies)

    def answer(self, fresh: list[Update]) -> list[Update]:
        """What an answer holds: the updates that wait, and copies."""
        now, self._copies = self._take(self._copies, bool(fresh))
        for update in fresh:
            if update["update_id"] not in self._seen and self.times > 1:
                self._seen.add(update["update_id"])
                self._copies += [update] * (self.times - 1)
        if self.shuffle is None:
            return fresh + now
        at_once, self._copies = self._take(self._copies, True)
        both = fresh + now + at_once
        self.shuffle.shuffle(both)
        return both

    def _take(self, copies: list[Update], others: bool) -> tuple[list[Update], list[Update]]:
        """Those for this answer, which must not stay empty, and those for later."""
        taken: list[Update] = []
        left: list[Update] = []
        ids: set[int] = set()
        for copy in copies:
            if self.shuffle is None:
                now = copy["update_id"] not in ids
            else:
                now = self.shuffle.random() < 0.5
            (taken if now else left).append(copy)
            ids.add(copy["update_id"])
        if copies and not taken and not others:
            taken, left = copies[:1], copies[1:]
        return taken, left
