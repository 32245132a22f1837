"""Serves one aiohttp application on loopback, and nowhere else."""

import ssl
from types import TracebackType
from typing import Self

from aiohttp import web


class LoopbackServer:
    """`async with LoopbackServer(app) as server:` listens on 127.0.0.1; port 0 takes a free one.

    `name` is only how the address is written: a test may call the same socket `localhost`.
    """

    def __init__(
        self,
        app: web.Application,
        port: int = 0,
        *,
        name: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._app = app
        self._tls = tls
        self._runner: web.AppRunner | None = None
        self.name = name
        self.port = port

    @property
    def url(self) -> str:
        """Address without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://{self.name}:{self.port}"

    async def start(self) -> None:
        """Raises OSError if the port is taken."""
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.01)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, ssl_context=self._tls)
        try:
            await site.start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = int(runner.addresses[0][1])

    async def stop(self) -> None:
        """Ends open calls too, after a moment."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

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
