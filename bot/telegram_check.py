"""Asks Telegram whose token this is, with plain aiohttp: aiogram would take seconds to import."""

from dataclasses import dataclass

import aiohttp
from pydantic import BaseModel, ValidationError

ANSWER_SECONDS = 10.0
_LONGEST_ANSWER = 100_000  # bytes; a real one has some hundred


class _Bot(BaseModel):
    id: int
    username: str = ""


class _Answer(BaseModel):
    result: _Bot


@dataclass(frozen=True)
class TokenCheck:
    """`bot_id` is set if Telegram knows the token; otherwise `fault` says what to do."""

    bot_id: int | None = None
    name: str = ""
    fault: str = ""


async def check_token(url: str, token: str, seconds: float = ANSWER_SECONDS) -> TokenCheck:
    """One getMe. What aiohttp raises is not shown: its texts hold the address with the token."""
    timeout = aiohttp.ClientTimeout(total=seconds)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.get(f"{url}/bot{token}/getMe", allow_redirects=False) as response,
        ):
            return _read(response.status, await _beginning(response.content))
    except aiohttp.ClientConnectorCertificateError:
        return TokenCheck(fault=f"{url} shows a certificate that this machine does not accept")
    except TimeoutError:
        return TokenCheck(fault=f"{url} does not answer within {seconds:g} s")
    except (aiohttp.ClientError, OSError):
        return TokenCheck(
            fault=f"{url} cannot be reached; look at the network and TELEGRAM_API_URL"
        )


async def _beginning(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for chunk in content.iter_any():
        body += chunk
        if len(body) > _LONGEST_ANSWER:
            break
    return body


def _read(status: int, body: bytes) -> TokenCheck:
    if status in (401, 404):
        return TokenCheck(
            fault="Telegram does not know BOT_TOKEN; take the right one from @BotFather"
        )
    try:
        answer = _Answer.model_validate_json(body)
    except ValidationError:
        return TokenCheck(fault=f"TELEGRAM_API_URL answers, but not as a Bot API server ({status})")
    return TokenCheck(answer.result.id, answer.result.username)
