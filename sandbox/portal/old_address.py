"""Where a portal was before it was renamed: nothing runs there, every call is sent elsewhere."""

from typing import Literal
from urllib.parse import urlsplit

from aiohttp import web

LeadsTo = Literal["new", "login", "foreign", "home"]
"""The same path at the new address, its login page, a host of somebody else, or its first page."""


def old_address_app(
    new_url: str, status: int, leads_to: LeadsTo, redirected: list[str]
) -> web.Application:
    """Answers with `Location` and a page of HTML; `redirected` takes the names of the methods."""

    async def handle(request: web.Request) -> web.Response:
        redirected.append(urlsplit(request.path_qs).path.rstrip("/").rpartition("/")[2])
        location = {
            "new": f"{new_url}{request.path_qs}",
            "login": f"{new_url}/auth/?backurl=%2F",
            "foreign": f"https://elsewhere.example{request.path_qs}",
            "home": f"{new_url}/",
        }[leads_to]
        return web.Response(
            status=status,
            headers={"Location": location},
            text="<html><body><h1>Moved</h1></body></html>",
            content_type="text/html",
        )

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    return app
