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

    def letter(self, letter_id: int) -> Letter | None:
        """A letter that the caller may read."""
        found = self.portal.letter(letter_id)
        return found if found and found.mailbox in self.mailboxes() else None


Method = Callable[[Incoming], Any]
