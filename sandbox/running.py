"""The whole sandbox in one process: what tests and the demo start."""

from types import TracebackType
from typing import Literal, Self

from sandbox.changes import Changes
from sandbox.clock import Clock, system_clock
from sandbox.faults import Faults
from sandbox.portal.company import linden_print
from sandbox.portal.portal import Portal
from sandbox.portal.profiles import ProfileName
from sandbox.portal.server import portal_app
from sandbox.serving import LoopbackServer
from sandbox.telegram.server import telegram_app
from sandbox.telegram.telegram import Telegram


class Sandbox:
    """`async with Sandbox(profile="observed") as sandbox:` a portal and a Telegram on loopback.

    The portal holds the company Linden Print; `webhook` is the address that its Anna would paste.
    """

    def __init__(
        self,
        profile: ProfileName = "docs",
        *,
        language: Literal["en", "ru"] = "en",
        clock: Clock = system_clock,
    ) -> None:
        self.changes = Changes()
        self.portal = Portal(profile, language, clock, self.changes)
        linden_print(self.portal)
        self.telegram = Telegram(self.changes, clock)
        self._portal_server = LoopbackServer(portal_app(self.portal))
        self._telegram_server = LoopbackServer(telegram_app(self.telegram))

    @property
    def faults(self) -> Faults:
        """The portal's faults; Telegram's are `telegram.faults`."""
        return self.portal.faults

    @property
    def portal_url(self) -> str:
        """Without a slash at the end."""
        return self._portal_server.url

    @property
    def portal_host(self) -> str:
        """`127.0.0.1:port`, as TRUSTED_PORTALS wants it."""
        return f"{self._portal_server.name}:{self._portal_server.port}"

    @property
    def telegram_url(self) -> str:
        """For TELEGRAM_API_URL; without a slash at the end."""
        return self._telegram_server.url

    @property
    def webhook(self) -> str:
        """The address to connect with."""
        return self.portal.address("active")

    async def start(self) -> None:
        await self._portal_server.start()
        self.portal.url = self._portal_server.url
        await self._telegram_server.start()

    async def stop(self) -> None:
        """Ends calls that hang too."""
        self.portal.faults.off()
        self.telegram.faults.off()
        await self._telegram_server.stop()
        await self._portal_server.stop()

    async def close_portal(self) -> None:
        """The portal's port is closed until `open_portal`: calls are refused at once."""
        await self._portal_server.stop()

    async def open_portal(self) -> None:
        """The portal listens again where it did."""
        await self._portal_server.start()

    async def close_telegram(self) -> None:
        """Telegram's port is closed until `open_telegram`; people can still write and press."""
        await self._telegram_server.stop()

    async def open_telegram(self) -> None:
        """Telegram listens again where it did."""
        await self._telegram_server.start()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()
