"""A room in which the portal answers only when a play says so, and perhaps too late."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path

from bitrix24.errors import Failure, FailureCode, NotSent, Refused
from bitrix24.learned import NOTHING
from bitrix24.methods import Got
from bitrix24.models import Letter as PortalLetter
from bitrix24.webhook import Webhook
from tests.integration.mail.room import Room
from tests.integration.mail.scripted_portal import FROM_JANE, ScriptedPortal

NO_ANSWER = NotSent(Failure(FailureCode.UNREACHABLE))


class LatePortal(ScriptedPortal):
    """Looking for letters ends only when the play says how."""

    def __init__(self) -> None:
        super().__init__()
        self.pending: list[tuple[str, int | None, asyncio.Future[bool]]] = []

    async def letters(
        self, webhook: Webhook, *, is_seen: bool | None = None, **others: object
    ) -> Got[tuple[PortalLetter, ...]]:
        await self._wait("letters", None)
        return Got((FROM_JANE,), NOTHING)

    async def letter(self, webhook: Webhook, number: int) -> Got[PortalLetter]:
        await self._wait("letter", number)
        if number not in (15, 16):
            raise Refused(Failure(FailureCode.NOT_FOUND, 404))
        return Got(FROM_JANE.model_copy(update={"id": number}), NOTHING)

    async def _wait(self, method: str, number: int | None) -> None:
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.pending.append((method, number, future))
        try:
            if not await future:
                raise NO_ANSWER
        finally:
            self.pending = [one for one in self.pending if one[2] is not future]


class LateRoom(Room):
    """Looking goes on from step to step."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.looking: list[asyncio.Task[None]] = []

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        if name.startswith("look up"):
            self.looking.append(asyncio.get_running_loop().create_task(work))
        else:
            super().spawn(name, work)
