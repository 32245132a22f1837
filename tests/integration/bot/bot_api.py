"""A Bot API server of the tests' own: a queue of updates, and answers that a test prescribes."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from aiohttp import web

TOKEN = "42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ME = {"id": 42, "is_bot": True, "first_name": "Post", "username": "post_bot"}

Raw = dict[str, Any]
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BotApi:
    """Confirms as Telegram does: what lies below the offset of a getUpdates is forgotten."""

    def __init__(self) -> None:
        self.waiting: list[Raw] = []
        self.offsets: list[int | None] = []
        self.calls: list[str] = []
        self.forms: list[Raw] = []
        self.prescribed: dict[str, deque[Answer]] = {}
        self.always: dict[str, Answer] = {}
        self.patience = 0.05  # seconds of a long poll, whatever the bot asks for
        self._polls = 0
        self._news = asyncio.Condition()

    async def add(self, *updates: Raw) -> None:
        async with self._news:
            self.waiting.extend(updates)
            self._news.notify_all()

    def prescribe(self, method: str, *answers: Answer) -> None:
        """These answers come first, one a call."""
        self.prescribed.setdefault(method, deque()).extend(answers)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._call)
        return app

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        self.forms.append(await request.json())
        if prescribed := self.prescribed.get(method):
            return await prescribed.popleft()(request)
        if method in self.always:
            return await self.always[method](request)
        if method == "getUpdates":
            return await self._get_updates(request)
        return ok(ME if method == "getMe" else True)

    async def _get_updates(self, request: web.Request) -> web.StreamResponse:
        form = self.forms[-1]
        offset = form.get("offset")
        self.offsets.append(offset)
        self.waiting = [one for one in self.waiting if one["update_id"] >= (offset or 0)]
        self._polls += 1
        mine = self._polls
        async with self._news:
            self._news.notify_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(self.patience):
                    await self._news.wait_for(lambda: self.waiting or self._polls != mine)
        return ok(self.waiting[:100]) if self._polls == mine else refused(409, RIVAL)


RIVAL = "Conflict: terminated by other getUpdates request"


def ok(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def refused(status: int, description: str, **parameters: int) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return web.json_response(body, status=status)


def refuses(status: int, description: str, **parameters: int) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return refused(status, description, **parameters)

    return answer


def says(status: int, text: str, **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, headers=headers)

    return answer


def gives(*updates: object) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(
            text=json.dumps({"ok": True, "result": updates}), content_type="application/json"
        )

    return answer


async def hangs(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise web.HTTPInternalServerError


async def drops(request: web.Request) -> web.StreamResponse:
    """Takes the whole request and closes the connection without a word."""
    await request.read()
    assert request.transport is not None
    request.transport.close()
    return web.Response()
