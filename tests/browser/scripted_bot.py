"""A stand-in for the bot: it does over HTTP what a test tells it to."""

import json
from typing import Any

from aiohttp import ClientSession

from sandbox import Sandbox


class ScriptedBot:
    """Calls the Bot API; values that are no text are sent as JSON."""

    def __init__(self, sandbox: Sandbox, http: ClientSession) -> None:
        self._base = f"{sandbox.telegram_url}/bot{sandbox.telegram.token}/"
        self._http = http

    async def call(self, method: str, **values: object) -> Any:
        form = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in values.items()
        }
        async with self._http.post(self._base + method, data=form) as answer:
            body = await answer.json()
            assert body["ok"], body
            return body["result"]

    async def say(self, chat: int, text: str, *rows: list[str], **values: object) -> int:
        """Sends a text with rows of buttons, whose data is their label; gives its id."""
        message = await self.call(
            "sendMessage", chat_id=chat, text=text, **keyboard(*rows), **values
        )
        return int(message["message_id"])

    async def edit(self, chat: int, message: int, text: str, *rows: list[str]) -> None:
        target = {"chat_id": chat, "message_id": message}
        await self.call("editMessageText", **target, text=text, **keyboard(*rows))


def keyboard(*rows: list[str]) -> dict[str, object]:
    """The parameter `reply_markup`; nothing without rows."""
    if not rows:
        return {}
    buttons = [[{"text": label, "callback_data": label} for label in row] for row in rows]
    return {"reply_markup": {"inline_keyboard": buttons}}


def entity(kind: str, text: str, piece: str, **more: str) -> dict[str, object]:
    """An entity over the first `piece` in `text`, counted in UTF-16 units."""
    before = text[: text.index(piece)]
    offset, length = (len(part.encode("utf-16-le")) // 2 for part in (before, piece))
    return {"type": kind, "offset": offset, "length": length, **more}
