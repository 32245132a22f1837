"""Faults that can be switched on for a server of the sandbox: what real servers and networks do.

A fault stands around one call: it may answer instead of it, let it run and spoil the answer, or
wait. It acts on one method or on any, once, n times, or until it is switched off.
"""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from sandbox.changes import Changes
from sandbox.spoiling import Spoiled, drip, spoil

Run = Callable[[], Awaitable[web.Response]]
Act = Callable[[web.Request, Run, "Fault"], Awaitable[web.StreamResponse]]

PROXY_PAGE = "<html><head><title>{status}</title></head><body><h1>{status}</h1>nginx</body></html>"


@dataclass(eq=False)
class Fault:
    """One fault that was switched on."""

    kind: str
    act: Act
    method: str | None = None
    """Lower-case name of the only method it acts on; None: any."""
    left: int | None = None
    """How many calls it will still act on; None: until it is switched off."""
    skip: int = 0
    """So many calls pass before it acts: `faults.html(502).skip = 2`."""
    chance: float = 1.0
    """How often it acts on a call that it fits."""
    used: int = 0
    reads: bool = True
    """False: it acts before the body of the call was read."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it is switched off: calls that hang end then."""

    def fits(self, method: str) -> bool:
        return self.left != 0 and self.method in (None, method.lower())

    def strikes(self, method: str, dice: random.Random) -> bool:
        """Does it act on the call that has just come? Counts a call that it lets pass."""
        if not self.fits(method):
            return False
        if self.skip:
            self.skip -= 1
            return False
        return self.chance >= 1 or dice.random() < self.chance


class Faults:
    """The switchboard of one server.

    Each switch takes `method` (None: any) and `times` (None: until `off`) and gives the fault. If
    several fit, the one that was switched on first acts alone.
    """

    def __init__(self, changes: Changes, refusals: Mapping[str, Run]) -> None:
        """`refusals`: the server's own answers for "unauthorized" and "unavailable"."""
        self._changes = changes
        self._refusals = refusals
        self._active: list[Fault] = []
        self.dice = random.Random(0)
        """For faults with a chance."""

    @property
    def active(self) -> list[Fault]:
        """Those that will still act, or on which calls hang."""
        return list(self._active)

    def off(self, kind: str | None = None) -> None:
        """Switches off all faults, or all of one kind. Calls that hang are dropped."""
        for fault in [each for each in self._active if kind in (None, each.kind)]:
            fault.over.set()
            self._active.remove(fault)
        self._changes.note()

    def add(self, kind: str, act: Act, method: str | None, times: int | None) -> Fault:
        """Switches on a fault of a test's own making."""
        fault = Fault(kind, act, method.lower() if method else None, times)
        self._active.append(fault)
        self._changes.note()
        return fault

    async def around(self, request: web.Request, method: str, run: Run) -> web.StreamResponse:
        """Runs the call, under the first fault that fits."""
        fault = next((each for each in self._active if each.strikes(method, self.dice)), None)
        if fault is None:
            return await run()
        fault.used += 1
        if fault.left is not None:
            fault.left -= 1
        self._changes.note()
        try:
            if fault.reads:
                await request.read()
            return await fault.act(request, run, fault)
        finally:
            if fault.left == 0 and fault in self._active:
                self._active.remove(fault)
                self._changes.note()

    def slow(self, seconds: float, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs after `seconds`, even if the caller has gone by then."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            await asyncio.sleep(seconds)
            return await run()

        return self.add("slow", act, method, times)

    def late(self, seconds: float, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs at once, and is answered after `seconds`."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            answer = await run()
            await asyncio.sleep(seconds)
            return answer

        return self.add("late", act, method, times)

    def silent(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs, and nothing is answered until the fault is switched off."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            await run()
            await fault.over.wait()
            return _cut(request)

        return self.add("silent", act, method, times)

    def drip(self, seconds: float, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs; the answer comes in small pieces over `seconds`."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            return await drip(await run(), request, seconds)

        return self.add("drip", act, method, times)

    def spoiled(
        self, how: Spoiled, *, method: str | None = None, times: int | None = None
    ) -> Fault:
        """The call runs; the answer is odd: see `sandbox/spoiling.py`."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            return spoil(how, await run())

        return self.add(how, act, method, times)

    def hang(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """Nothing runs and nothing is answered until the fault is switched off."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            await fault.over.wait()
            return _cut(request)

        return self.add("hang", act, method, times)

    def answer_lost(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs, then the connection drops without an answer."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            await run()
            return _cut(request)

        return self.add("answer_lost", act, method, times)

    def dropped(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """The connection drops and nothing runs."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            return _cut(request)

        return self.add("dropped", act, method, times)

    def dropped_unread(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """The connection drops before the body of the call was read."""
        fault = self.dropped(method=method, times=times)
        fault.kind, fault.reads = "dropped_unread", False
        return fault

    def half_answer(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """The call runs; the connection drops in the middle of the answer."""

        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            whole = (await run()).text or ""
            body = whole.encode()
            answer = web.StreamResponse(headers={"Content-Type": "application/json"})
            answer.content_length = len(body)
            await answer.prepare(request)
            await answer.write(body[: len(body) // 2])
            _cut(request)
            return answer

        return self.add("half_answer", act, method, times)

    def html(
        self,
        status: int = 200,
        *,
        ran: bool = False,
        method: str | None = None,
        times: int | None = None,
    ) -> Fault:
        """A page of some proxy comes instead of the answer; `ran`: the call runs all the same."""
        page = PROXY_PAGE.format(status=status)
        return self._instead("html", lambda: _page(status, page), method, times, ran=ran)

    def server_error(
        self, *, ran: bool = False, method: str | None = None, times: int | None = None
    ) -> Fault:
        """500 in the classic shape; `ran`: the call runs all the same."""
        body = {"error": "INTERNAL_SERVER_ERROR", "error_description": "Internal server error"}
        return self._instead(
            "server_error", lambda: web.json_response(body, status=500), method, times, ran=ran
        )

    def error_in_200(
        self,
        code: str = "wrong_client",
        *,
        method: str | None = None,
        times: int | None = None,
    ) -> Fault:
        """An error in the classic shape, with status 200; nothing runs."""
        body = {"error": code, "error_description": "…"}
        return self._instead("error_in_200", lambda: web.json_response(body), method, times)

    def unauthorized(self, *, method: str | None = None, times: int | None = None) -> Fault:
        """401, in the server's own words."""
        return self._refuse("unauthorized", method, times)

    def unavailable(
        self, *, page: bool = False, method: str | None = None, times: int | None = None
    ) -> Fault:
        """503, in the server's own words (the portal's say that nothing ran), or as a page."""
        if page:
            text = PROXY_PAGE.format(status=503)
            return self._instead("unavailable", lambda: _page(503, text), method, times)
        return self._refuse("unavailable", method, times)

    def reply_with(
        self,
        status: int,
        body: object,
        headers: Mapping[str, str] | None = None,
        *,
        method: str | None = None,
        times: int | None = None,
    ) -> Fault:
        """Any answer instead of the call: a str or bytes as it is, anything else as JSON."""

        def answer() -> web.Response:
            if isinstance(body, bytes):
                return web.Response(status=status, body=body, headers=headers)
            text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
            kind = None if headers and "Content-Type" in headers else "application/json"
            return web.Response(status=status, text=text, headers=headers, content_type=kind)

        return self._instead("reply_with", answer, method, times)

    def _refuse(self, kind: str, method: str | None, times: int | None) -> Fault:
        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            return await self._refusals[kind]()

        return self.add(kind, act, method, times)

    def _instead(
        self,
        kind: str,
        answer: Callable[[], web.Response],
        method: str | None,
        times: int | None,
        *,
        ran: bool = False,
    ) -> Fault:
        async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
            if ran:
                await run()
            return answer()

        return self.add(kind, act, method, times)


def _page(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=text, content_type="text/html")


def _cut(request: web.Request) -> web.StreamResponse:
    """Drops the connection; what is returned can no longer be written."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
