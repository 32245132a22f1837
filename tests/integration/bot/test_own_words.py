"""What handlers say themselves: it counts for the pace, and a hint is never worth a second copy."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter
from aiogram.types import Message, ReplyParameters
from aiohttp import web

from bot.own_words import SpeakingBot, dropping
from bot.pacing import Pacing
from bot.tasks import Stop
from bot.telegram import TelegramSession
from handlers.secret_messages import Unwarned, warn
from storage.records.notices import Priority
from storage.records.updates import StoredUpdate
from tests.integration.bot.bot_api import TOKEN, Answer, BotApi, drops, ok, refuses, says
from tests.integration.bot.shapes import message

ANNA = 7
GROUP = -5
SUPERGROUP = -1_003_999_999_999_999
SAID = message(1, ANNA)["message"]
UPDATE = StoredUpdate(42, 1, ANNA, datetime(2026, 3, 2, tzinfo=UTC), 0, {})


class Clock:
    """Moves on by what is slept."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pacing() -> Pacing:
    return Pacing()


@pytest.fixture
async def bot(
    api_url: str, bot_api: BotApi, pacing: Pacing, clock: Clock
) -> AsyncIterator[SpeakingBot]:
    bot_api.always["sendMessage"] = sent
    session = TelegramSession(api_url)
    yield SpeakingBot(TOKEN, session, pacing, stop=Stop(), monotonic=clock, sleep=clock.sleep)
    await session.close()


async def sent(_: web.Request) -> web.StreamResponse:
    return ok(SAID)


async def say(bot: SpeakingBot) -> None:
    await dropping(lambda _: bot.send_message(ANNA, "hint"))(UPDATE)


async def test_what_is_said_at_once_makes_notices_wait(bot: SpeakingBot, pacing: Pacing) -> None:
    for _ in range(4):
        await say(bot)
    assert round(pacing.wait(ANNA, Priority.ANSWER, 0.0)) == 2


async def test_a_short_flood_is_waited_for(
    bot: SpeakingBot, bot_api: BotApi, pacing: Pacing, clock: Clock
) -> None:
    bot_api.prescribe("sendMessage", refuses(429, "Too Many Requests", retry_after=60))
    await say(bot)
    assert bot_api.calls == ["sendMessage"] * 2
    assert clock.now == 60.5
    bot_api.prescribe("sendMessage", refuses(429, "Too Many Requests", retry_after=3600))
    with pytest.raises(TelegramRetryAfter):
        await bot.send_message(ANNA, "hint")
    assert clock.now == 60.5
    assert pacing.wait(ANNA, Priority.ANSWER, clock.now) == 3600.5


@pytest.mark.parametrize(
    "answer",
    [
        drops,
        says(502, "<html>"),
        refuses(429, "Too Many Requests", retry_after=3600),
        refuses(403, "Forbidden: bot was blocked by the user"),
        refuses(400, "Bad Request: TOPIC_CLOSED"),
    ],
)
async def test_a_hint_that_may_have_been_seen_or_cannot_be_is_dropped(
    bot: SpeakingBot, bot_api: BotApi, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    bot_api.prescribe("sendMessage", answer)
    await say(bot)
    assert bot_api.calls == ["sendMessage"]
    assert "an answer to update 1 was dropped" in caplog.text


@pytest.mark.parametrize("refusal", ["message thread not found", "TOPIC_CLOSED", "TOPIC_DELETED"])
async def test_row_36_what_a_topic_that_is_no_more_refuses_is_said_in_its_group(
    bot: SpeakingBot, bot_api: BotApi, refusal: str
) -> None:
    """It failed three times, and kept its person's other messages waiting for six seconds."""
    bot_api.prescribe("sendMessage", refuses(400, f"Bad Request: {refusal}"))
    reply = ReplyParameters(message_id=5)
    await bot.send_message(GROUP, "hint", message_thread_id=4, reply_parameters=reply)
    assert bot_api.forms == [
        {
            "chat_id": GROUP,
            "text": "hint",
            "message_thread_id": 4,
            "reply_parameters": {"message_id": 5},
        },
        {"chat_id": GROUP, "text": "hint"},
    ]


async def test_row_35_what_is_said_while_a_group_moves_is_said_at_its_new_number(
    bot: SpeakingBot, bot_api: BotApi
) -> None:
    moved = refuses(400, "Bad Request: group chat was upgraded", migrate_to_chat_id=SUPERGROUP)
    bot_api.prescribe("sendMessage", moved)
    await bot.send_message(GROUP, "hint")
    assert [form["chat_id"] for form in bot_api.forms] == [GROUP, SUPERGROUP]


async def test_what_neither_a_topic_nor_its_group_takes_is_dropped(
    bot: SpeakingBot, bot_api: BotApi, caplog: pytest.LogCaptureFixture
) -> None:
    closed = refuses(400, "Bad Request: TOPIC_CLOSED")
    bot_api.prescribe("sendMessage", closed, closed)
    await dropping(lambda _: bot.send_message(GROUP, "hint", message_thread_id=4))(UPDATE)
    assert bot_api.calls == ["sendMessage"] * 2
    assert "an answer to update 1 was dropped" in caplog.text


async def test_a_refusal_of_a_hint_is_a_fault(bot: SpeakingBot, bot_api: BotApi) -> None:
    bot_api.prescribe("sendMessage", refuses(400, "Bad Request: message text is empty"))
    with pytest.raises(TelegramBadRequest):
        await say(bot)


async def test_a_warning_of_a_secret_is_not_dropped(bot: SpeakingBot, bot_api: BotApi) -> None:
    bot_api.prescribe("sendMessage", drops)
    pasted = Message.model_validate(SAID, context={"bot": bot})
    with pytest.raises(Unwarned):
        await dropping(lambda _: warn(pasted, "Please delete it"))(UPDATE)
    await dropping(lambda _: warn(pasted, "Please delete it"))(UPDATE)
    assert bot_api.calls == ["sendMessage"] * 2
