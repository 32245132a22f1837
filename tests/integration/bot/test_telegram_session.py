"""What the session proves about requests that got no answer, on real sockets."""

import asyncio
import gc
import socket
import weakref
from collections.abc import AsyncIterator

import pytest
from aiogram import Bot
from aiogram.exceptions import TelegramNetworkError, TelegramNotFound, TelegramRetryAfter
from aiogram.methods import (
    AnswerCallbackQuery,
    EditMessageReplyMarkup,
    EditMessageText,
    GetMe,
    Response,
    SendMessage,
    TelegramMethod,
)
from aiogram.types import LinkPreviewOptions, MessageEntity

from bot.telegram import NotSent, RawUpdates, Send, TelegramSession, optional
from bot.verdicts import Outcome, classify
from tests.integration.bot.bot_api import TOKEN, Answer, BotApi, drops, hangs, refuses, says
from tests.integration.bot.shapes import message

SEND = SendMessage(chat_id=7, text="hello")


def bot_at(url: str) -> Bot:
    return Bot(
        TOKEN,
        session=TelegramSession(url, send_seconds=0.3, connect_seconds=0.2, poll_grace_seconds=0.2),
    )


@pytest.fixture
async def bot(api_url: str) -> AsyncIterator[Bot]:
    made = bot_at(api_url)
    yield made
    await made.session.close()


async def outcome_at(port: int, scheme: str = "http") -> Outcome:
    """What a send to that port on this machine comes to; it must not succeed."""
    bot = bot_at(f"{scheme}://127.0.0.1:{port}")
    try:
        with pytest.raises(TelegramNetworkError) as caught:
            await bot(SEND)
    finally:
        await bot.session.close()
    return classify(caught.value).outcome


@pytest.mark.parametrize(
    "method",
    [
        AnswerCallbackQuery,
        EditMessageReplyMarkup,
        EditMessageText,
        GetMe,
        RawUpdates,
        Send,
        SendMessage,
    ],
)
def test_the_class_that_an_answer_is_read_by_is_not_made_anew_for_each(
    method: type[TelegramMethod[object]],
) -> None:
    """aiogram drops it after each answer, and making it took a tenth of a busy bot's time."""
    reads = weakref.ref(Response.__class_getitem__(method.__returning__))
    gc.collect()
    assert reads() is not None


async def test_what_was_not_said_is_left_out_at_any_depth(bot: Bot, bot_api: BotApi) -> None:
    bot_api.always["sendMessage"] = says(200, '{"ok": true, "result": {"message_id": 9}}')
    link = MessageEntity(type="text_link", offset=0, length=5, url="https://a.example")
    plain = LinkPreviewOptions(is_disabled=True)
    await bot(Send(chat_id=7, text="hello", entities=[link], link_preview_options=plain))
    shown = {"type": "text_link", "offset": 0, "length": 5, "url": "https://a.example"}
    assert bot_api.forms == [
        {
            "chat_id": 7,
            "text": "hello",
            "entities": [shown],
            "link_preview_options": {"is_disabled": True},
        }
    ]


async def test_a_refused_connection_proves_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert await outcome_at(port) is Outcome.NOT_SENT


async def test_a_handshake_that_gets_no_answer_proves_that_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert await outcome_at(server.getsockname()[1], "https") is Outcome.NOT_SENT


async def test_an_accepted_connection_without_an_answer_leaves_it_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert await outcome_at(server.getsockname()[1]) is Outcome.UNCERTAIN


async def test_a_connection_that_ends_without_an_answer_leaves_it_open(
    bot: Bot, bot_api: BotApi
) -> None:
    bot_api.always["sendMessage"] = drops
    with pytest.raises(TelegramNetworkError) as caught:
        await bot(SEND)
    assert classify(caught.value).outcome is Outcome.UNCERTAIN
    assert bot_api.calls == ["sendMessage"]


async def test_a_send_ends_when_its_time_is_over(bot: Bot, bot_api: BotApi) -> None:
    bot_api.always["sendMessage"] = hangs
    async with asyncio.timeout(2):
        with pytest.raises(TelegramNetworkError) as caught:
            await bot(SEND)
    assert classify(caught.value).outcome is Outcome.UNCERTAIN


async def test_a_poll_may_last_longer_than_a_send(bot: Bot, bot_api: BotApi) -> None:
    bot_api.patience = 0.6
    assert await bot(RawUpdates(timeout=1)) == []


async def test_a_redirect_is_not_followed(bot: Bot, bot_api: BotApi, api_url: str) -> None:
    bot_api.always["sendMessage"] = says(307, "", Location=f"{api_url}/bot{TOKEN}/elsewhere")
    with pytest.raises(Exception, match="Failed to de") as caught:
        await bot(SEND)
    assert classify(caught.value).outcome is Outcome.UNCERTAIN
    assert bot_api.calls == ["sendMessage"]


async def test_too_many_calls_are_never_repeated_by_the_session(bot: Bot, bot_api: BotApi) -> None:
    bot_api.always["sendMessage"] = refuses(429, "Too Many Requests", retry_after=5)
    with pytest.raises(TelegramRetryAfter):
        await bot(SEND)
    assert bot_api.calls == ["sendMessage"]


async def test_updates_come_as_telegram_wrote_them(bot: Bot, bot_api: BotApi) -> None:
    odd = {"update_id": 2, "message": {"chat": 5, "from": []}, "unknown": {"deep": [None]}}
    await bot_api.add(message(1), odd)
    assert await bot(RawUpdates(timeout=1)) == [message(1), odd]


async def test_a_method_that_is_refused_here_is_done_without(
    bot: Bot, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    bot_api.always["deleteMessage"] = refuses(400, "Bad Request: …")
    assert await optional(bot.delete_message(7, 1)) is None
    assert "deleteMessage" in caplog.text
    del bot_api.always["deleteMessage"]
    assert await optional(bot.delete_message(7, 1)) is True


@pytest.mark.parametrize("trouble", [drops, says(200, "<html>"), refuses(429, "Later")])
async def test_a_fault_around_an_optional_method_is_one_line_of_the_log(
    bot: Bot, bot_api: BotApi, trouble: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    bot_api.always["deleteMessage"] = trouble
    assert await optional(bot.delete_message(7, 1)) is None
    (record,) = [one for one in caplog.records if one.name == "bot.telegram"]
    assert (record.levelname, record.exc_info) == ("WARNING", None)


async def test_a_refused_token_is_not_hidden_by_an_optional_method(
    bot: Bot, bot_api: BotApi
) -> None:
    bot_api.always["deleteMessage"] = refuses(401, "Unauthorized")
    with pytest.raises(Exception, match="Unauthorized"):
        await optional(bot.delete_message(7, 1))


async def test_the_session_opens_again_after_it_was_closed(bot: Bot, bot_api: BotApi) -> None:
    assert (await bot.get_me()).id == 42
    await bot.session.close()
    bot_api.always["sendMessage"] = drops
    with pytest.raises(TelegramNetworkError) as caught:
        await bot(SEND)
    assert not isinstance(caught.value, NotSent)


async def test_row_38_a_method_that_the_server_lacks_is_not_called_for_a_day(
    api_url: str, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    day = iter([0.0, 0.0, 0.0, 24 * 3600 - 1.0, 24 * 3600.0])
    bot = Bot(TOKEN, session=TelegramSession(api_url, monotonic=lambda: next(day)))
    bot_api.prescribe("deleteMessage", refuses(404, "Not Found: method not found"))
    assert await optional(bot.delete_message(7, 1)) is None
    assert "this Telegram server has no deleteMessage" in caplog.text
    assert await optional(bot.delete_message(7, 1)) is None
    assert bot_api.calls == ["deleteMessage"]
    assert await optional(bot.delete_message(7, 1)) is True
    await bot.session.close()


async def test_a_method_that_the_bot_cannot_do_without_is_always_called(
    bot: Bot, bot_api: BotApi
) -> None:
    bot_api.prescribe("sendMessage", *[refuses(404, "Not Found")] * 2)
    for _ in range(2):
        with pytest.raises(TelegramNotFound):
            await bot(SEND)
    assert bot_api.calls == ["sendMessage"] * 2
