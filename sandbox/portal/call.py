"""What a method function gets: the caller and the parameters, already checked for rights."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.portal.letters import Letter
from sandbox.portal.parameters import Parameters
from sandbox.portal.people import Employee, Mailbox, Webhook
from sandbox.portal.portal import Portal
from sandbox.portal.profiles import Docs


@dataclass(frozen=True)
class Incoming:
    """One call whose credentials and scope are good."""

    portal: Portal
    webhook: Webhook
    method: str
    parameters: Parameters
    raw: bytes
    headers: dict[str, str] = field(repr=False)

    @property
    def employee(self) -> Employee:
        return self.webhook.employee

    @property
    def profile(self) -> Docs:
        return self.portal.profile

    def mailboxes(self) -> list[Mailbox]:
        """Those that the caller may open."""
        return [box for box in self.portal.mailboxes if self.employee.id in box.members]

    def letters(self) -> list[Letter]:
        """Those that the caller may read and that the portal has synchronised already."""
        boxes, now = self.mailboxes(), self.portal.clock()
        return [
            letter
            for letter in self.portal.letters
            if letter.mailbox in boxes and (letter.visible_at is None or letter.visible_at <= now)
        ]

    def letter(self, letter_id: int) -> Letter | None:
        """A letter that the caller may read."""
        return next((letter for letter in self.letters() if letter.id == letter_id), None)


Method = Callable[[Incoming], Any]
