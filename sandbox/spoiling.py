"""Ways in which an answer that is right arrives oddly: as real servers and proxies deliver them."""

import asyncio
import gzip
import json
from collections.abc import Callable
from typing import Any, Literal

from aiohttp import web

Spoiled = Literal[
    "invalid_json", "extra_keys", "missing_time", "text_ids", "empty_lists", "no_result", "gzip"
]


def spoil(how: Spoiled, answer: web.Response) -> web.Response:
    """The answer with the same status and headers, and its body changed."""
    text = answer.text or ""
    if how == "invalid_json":
        return _with_body(answer, text[:-1].encode())
    if how == "gzip":
        return _with_body(answer, gzip.compress(text.encode()), {"Content-Encoding": "gzip"})
    return _with_body(answer, json.dumps(_CHANGES[how](json.loads(text))).encode())


async def drip(answer: web.Response, request: web.Request, seconds: float) -> web.StreamResponse:
    """Sends the answer in ten pieces, over so many seconds."""
    body = (answer.text or "").encode()
    slow = web.StreamResponse(status=answer.status, headers=_kept(answer))
    slow.content_length = len(body)
    await slow.prepare(request)
    size = len(body) // 10 + 1
    for start in range(0, len(body), size):
        await asyncio.sleep(seconds / 10)
        await slow.write(body[start : start + size])
    return slow


def _extra_keys(value: Any) -> Any:
    """Keys that no page names, in every object."""
    if isinstance(value, list):
        return [_extra_keys(each) for each in value]
    if isinstance(value, dict):
        known = {key: _extra_keys(each) for key, each in value.items()}
        return {"nextCursor": None, "_debug": {"node": "r4", "trace": [1, 2]}} | known
    return value


def _missing_time(value: Any) -> Any:
    return {key: each for key, each in value.items() if key != "time"}


def _no_result(value: Any) -> Any:
    return {key: each for key, each in value.items() if key != "result"}


def _text_ids(value: Any, key: str = "") -> Any:
    """Numbers under `id`, `mailboxId` and the like as text, as older methods have them."""
    if isinstance(value, list):
        return [_text_ids(each, key) for each in value]
    if isinstance(value, dict):
        return {name: _text_ids(each, name) for name, each in value.items()}
    a_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if a_number and (key == "id" or key.endswith("Id")) else value


def _empty_lists(value: Any) -> Any:
    """`[]` where an object has no keys, as PHP writes it; `time` has none here."""
    if isinstance(value, list):
        return [_empty_lists(each) for each in value]
    if isinstance(value, dict):
        return {
            key: [] if key == "time" else _empty_lists(each) for key, each in value.items()
        } or []
    return value


_CHANGES: dict[str, Callable[[Any], Any]] = {
    "extra_keys": _extra_keys,
    "missing_time": _missing_time,
    "no_result": _no_result,
    "text_ids": _text_ids,
    "empty_lists": _empty_lists,
}


def _kept(answer: web.Response) -> dict[str, str]:
    left_out = ("content-length", "date", "server")
    return {key: value for key, value in answer.headers.items() if key.lower() not in left_out}


def _with_body(
    answer: web.Response, body: bytes, headers: dict[str, str] | None = None
) -> web.Response:
    return web.Response(status=answer.status, headers=_kept(answer) | (headers or {}), body=body)
