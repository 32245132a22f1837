"""Taking a message with a secret out of the chat: one call, and a word where Telegram would not."""

from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.types import Message

from bot.telegram import TelegramSession
from handlers.secret_messages import take_away
from tests.integration.bot.bot_api import TOKEN, Answer, BotApi, drops, refuses
from tests.integration.bot.shapes import message


@pytest.fixture
async def pasted(api_url: str) -> AsyncIterator[Message]:
    bot = Bot(TOKEN, session=TelegramSession(api_url))
    yield Message.model_validate(message(1)["message"], context={"bot": bot})
    await bot.session.close()


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (refuses(400, "Bad Request: message to delete not found"), True),
        (refuses(400, "Bad Request: message can't be deleted"), False),
        (refuses(404, "Not Found: method not found"), False),
        (drops, False),
    ],
    ids=["gone already", "refused", "an older server", "no answer"],
)
async def test_row_37_one_call_says_whether_it_is_gone(
    pasted: Message, bot_api: BotApi, answer: Answer, gone: bool
) -> None:
    bot_api.prescribe("deleteMessage", answer)
    assert await take_away(pasted) is gone
    assert bot_api.calls == ["deleteMessage"]
