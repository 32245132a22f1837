"""The whole sandbox in one process: what tests and the demo start."""

from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from sandbox.certificates import Authority
from sandbox.changes import Changes
from sandbox.clock import Clock, system_clock
from sandbox.faults import Faults
from sandbox.portal.company import linden_print
from sandbox.portal.old_address import LeadsTo, old_address_app
from sandbox.portal.portal import Portal
from sandbox.portal.profiles import ProfileName
from sandbox.portal.server import portal_app
from sandbox.serving import LoopbackServer
from sandbox.telegram.server import telegram_app
from sandbox.telegram.telegram import Telegram


class Sandbox:
    """`async with Sandbox(profile="observed") as sandbox:` a portal and a Telegram on loopback.

    The portal holds the company Linden Print; `webhook` is the address that its Anna would paste.
    With `tls` the portal is served over https, and a client must trust `ca_file`. `seed` is for the
    profile "mixed". Anna sees letters' times in `zone`.
    """

    def __init__(
        self,
        profile: ProfileName = "docs",
        *,
        language: Literal["en", "ru"] = "en",
        clock: Clock = system_clock,
        tls: bool = False,
        seed: int = 0,
        zone: str = "Europe/Berlin",
    ) -> None:
        self.changes = Changes()
        self.portal = Portal(profile, language, clock, self.changes, seed=seed)
        linden_print(self.portal, zone)
        self.telegram = Telegram(self.changes, clock)
        self.redirected: list[str] = []
        """The methods that were called where the portal no longer is."""
        self._authority = Authority() if tls else None
        self._portal_server = self._server(portal_app(self.portal))
        self._new_server = self._server(portal_app(self.portal))
        self._old_servers: list[LoopbackServer] = []
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
    def new_portal_host(self) -> str:
        """Where the portal will be after the next `rename_portal`; it is served there already."""
        return f"{self._new_server.name}:{self._new_server.port}"

    @property
    def ca_file(self) -> Path:
        """The authority behind the portal's certificate, as a PEM file."""
        assert self._authority, "only a sandbox with tls=True has one"
        return self._authority.file

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
        await self._new_server.start()
        self.portal.url = self._portal_server.url
        await self._telegram_server.start()

    async def stop(self) -> None:
        """Ends calls that hang too."""
        self.portal.faults.off()
        self.telegram.faults.off()
        for server in (self._telegram_server, self._portal_server, self._new_server):
            await server.stop()
        for server in self._old_servers:
            await server.stop()
        if self._authority:
            self._authority.close()

    async def rename_portal(self, status: int = 302, leads_to: LeadsTo = "new") -> str:
        """The portal moves to `new_portal_host`; calls at its old address are redirected.

        Returns the webhook's new address.
        """
        old, self._portal_server = self._portal_server, self._new_server
        await old.stop()
        app = old_address_app(self._portal_server.url, status, leads_to, self.redirected)
        self._old_servers.append(self._server(app, old.port))
        await self._old_servers[-1].start()
        self._new_server = self._server(portal_app(self.portal))
        await self._new_server.start()
        self.portal.url = self._portal_server.url
        self.changes.note()
        return self.webhook

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

    def _server(self, app: web.Application, port: int = 0) -> LoopbackServer:
        """For the portal."""
        return LoopbackServer(app, port, tls=self._authority.context if self._authority else None)

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
