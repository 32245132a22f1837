"""Serves the Bot API at `/bot{token}/{method}`."""

import re
from typing import Any

from aiohttp import web

from sandbox.telegram import asking, sending
from sandbox.telegram.chats import ApiCall
from sandbox.telegram.form import Form, read_form
from sandbox.telegram.refusals import BotApiError, too_many
from sandbox.telegram.telegram import Telegram, as_response

METHODS = asking.METHODS | sending.METHODS

_TOKEN = re.compile(r"\d{1,12}:[A-Za-z0-9_-]{30,}")


def telegram_app(telegram: Telegram) -> web.Application:
    """The Bot API server as an aiohttp application."""

    async def handle(request: web.Request) -> web.StreamResponse:
        token, name = request.match_info["token"], request.match_info["method"].lower()
        if not _TOKEN.fullmatch(token):
            return as_response(BotApiError(404, "Not Found"))
        if token != telegram.token:
            return as_response(BotApiError(401, "Unauthorized"))
        try:
            form = await read_form(request)
        except BotApiError as error:
            return as_response(error)

        async def run() -> web.Response:
            return await answer(telegram, name, form)

        return await telegram.faults.around(request, name, run)

    app = web.Application(client_max_size=4 * 1024**2)
    app.router.add_route("*", "/bot{token}/{method}", handle)
    return app


async def answer(telegram: Telegram, name: str, form: Form) -> web.Response:
    """Runs one call and keeps it in the logs."""
    call = ApiCall(name, form.shown(), telegram.clock())
    telegram.calls.append(call)
    chat = telegram.chats.get(_chat_id(form))
    if chat is not None:
        chat.log.append(call)
    status, call.answer = await _outcome(telegram, name, form)
    telegram.changes.note()
    return web.json_response(call.answer, status=status)


async def _outcome(telegram: Telegram, name: str, form: Form) -> tuple[int, dict[str, Any]]:
    method = METHODS.get(name)
    if method is None:
        return 404, BotApiError(404, "Not Found").body()
    try:
        telegram.script.check(name, form)
        _pace(telegram, name, _chat_id(form))
        return 200, {"ok": True, "result": await method(telegram, form)}
    except BotApiError as error:
        return error.code, error.body()


def _pace(telegram: Telegram, name: str, chat_id: int) -> None:
    chat = telegram.chats.get(chat_id)
    in_group = chat is not None and chat.kind != "private"
    seconds = telegram.pace.wait(name, chat_id, in_group, telegram.clock())
    if seconds is not None:
        raise too_many(seconds)


def _chat_id(form: Form) -> int:
    value = str(form.values.get("chat_id", ""))
    return int(value) if re.fullmatch(r"-?\d+", value) else 0
