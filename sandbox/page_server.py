"""Serves the chat page: its files, the state, one stream of changes, and the actions.

A page from elsewhere must not reach it: the Host header has to name this machine and port, a
foreign Origin is refused, posts are JSON only, and no answer has a CORS header.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from sandbox.page_actions import ACTIONS, Posted, WrongAction
from sandbox.page_state import page_state
from sandbox.running import Sandbox

FOLDER = Path(__file__).parent / "page"
STILL_HERE = 15.0
"""Seconds after which a silent stream says that it is alive."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PLACEHOLDER = "<!doctype html><title>Sandbox</title><p>The sandbox runs; its page is not made yet."

_FILE = re.compile(r"[a-z0-9_-]+\.(html|css|js|svg|png|ico)")
_HOST = re.compile(r"(127\.0\.0\.1|localhost):(\d+)")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def page_app(sandbox: Sandbox) -> web.Application:
    """The page and its API as an aiohttp application."""

    async def state(request: web.Request) -> web.Response:
        return web.json_response(page_state(sandbox))

    async def events(request: web.Request) -> web.StreamResponse:
        return await _stream(sandbox, request)

    async def act(request: web.Request) -> web.Response:
        return await _act(sandbox, request)

    app = web.Application(middlewares=[_guard], client_max_size=1024**2)
    app.router.add_get("/sandbox/state", state)
    app.router.add_get("/sandbox/events", events)
    app.router.add_post("/sandbox/{action}", act)
    app.router.add_get("/", _file)
    app.router.add_get("/{name}", _file)
    app.on_response_prepare.append(_add_headers)
    return app


@web.middleware
async def _guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    local = request.get_extra_info("sockname")
    host = _HOST.fullmatch(request.headers.get("Host", ""))
    if host is None or (local and int(host[2]) != local[1]):
        raise web.HTTPForbidden(text="This page is for this machine only.")
    origin = request.headers.get("Origin")
    if origin not in (None, f"http://{host[0]}"):
        raise web.HTTPForbidden(text="Another page may not call this one.")
    if request.method == "POST" and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="Post JSON.")
    return await handler(request)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


async def _file(request: web.Request) -> web.StreamResponse:
    name = request.match_info.get("name", "index.html")
    path = FOLDER / name
    if _FILE.fullmatch(name) and path.is_file():
        return web.FileResponse(path)
    if name == "index.html":
        return web.Response(text=PLACEHOLDER, content_type="text/html")
    raise web.HTTPNotFound


async def _stream(sandbox: Sandbox, request: web.Request) -> web.StreamResponse:
    """Server-sent events `state`: the whole state at once and after every change.

    Whoever comes back therefore misses nothing, whatever Last-Event-ID says.
    """
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    seen, shown = -1, ""
    try:
        while True:
            try:
                async with asyncio.timeout(STILL_HERE):
                    seen = await sandbox.changes.after(seen)
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            state = page_state(sandbox)
            del state["id"]
            text = json.dumps(state, ensure_ascii=False)
            if text != shown:
                shown = text
                event = f"event: state\nid: {seen}\ndata: {text}\n\n"
                await response.write(event.encode())
    except ConnectionError:
        return response


async def _act(sandbox: Sandbox, request: web.Request) -> web.Response:
    action = ACTIONS.get(request.match_info["action"])
    if action is None:
        raise web.HTTPNotFound
    try:
        values = json.loads(await request.read())
        if not isinstance(values, dict):
            raise WrongAction("post an object")
        return web.json_response(action(Posted(sandbox, values)))
    except ValueError:
        return web.json_response({"error": "that is no JSON"}, status=400)
    except (WrongAction, LookupError) as wrong:
        return web.json_response({"error": str(wrong)}, status=400)
