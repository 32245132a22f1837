"""People are told directly while nothing can be stored."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiohttp import web

from bot.outage import Outage
from bot.telegram import TelegramSession
from tests.integration.bot.bot_api import TOKEN, BotApi, ok, refuses

OLEG = {"id": 43, "is_bot": False, "first_name": "Oleg", "language_code": "en"}
UPDATE = {
    "update_id": 1,
    "message": {"message_id": 5, "date": 0, "chat": {"id": 43, "type": "private"}, "from": OLEG},
}


@pytest.fixture
async def bot(api_url: str) -> AsyncIterator[Bot]:
    made = Bot(TOKEN, session=TelegramSession(api_url, send_seconds=1))
    yield made
    await made.session.close()


async def sent(_request: web.Request) -> web.StreamResponse:
    chat = {"id": 43, "type": "private"}
    return ok({"message_id": 6, "date": 0, "chat": chat, "text": "x"})


async def test_who_was_not_reached_was_never_told_of_the_outage(bot_api: BotApi, bot: Bot) -> None:
    outage = Outage(bot, lambda _language: "Nothing can be stored.")
    bot_api.prescribe("sendMessage", refuses(500, "Internal Server Error"))
    bot_api.always["sendMessage"] = sent
    for _ in range(3):
        await outage.tell([UPDATE])
    assert bot_api.calls == ["sendMessage"] * 2, "told once, after the first try had failed"
