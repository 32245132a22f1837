"""People are told directly while nothing can be stored."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest
from aiogram import Bot
from aiohttp import web

from bot.outage import AGAIN_SECONDS, Outage
from bot.telegram import TelegramSession
from handlers.presses import Presses
from tests.integration.bot.bot_api import TOKEN, BotApi, drops, ok, refuses
from tests.integration.languages import EN

OLEG = {"id": 43, "is_bot": False, "first_name": "Oleg", "language_code": "en"}
CHAT = {"id": 43, "type": "private"}
WEBHOOK = "https://acme.bitrix24.com/rest/1/abcdefghijklmnop/"


def message(number: int, text: str = "Thanks") -> dict[str, Any]:
    said = {"message_id": number, "date": 0, "chat": CHAT, "from": OLEG, "text": text}
    return {"update_id": number, "message": said}


def press(number: int) -> dict[str, Any]:
    card = {"message_id": 3, "date": 0, "chat": CHAT}
    query = {"id": f"q{number}", "from": OLEG, "message": card, "data": "d", "chat_instance": "1"}
    return {"update_id": number, "callback_query": query}


@pytest.fixture
async def bot(api_url: str, bot_api: BotApi) -> AsyncIterator[Bot]:
    bot_api.always["sendMessage"] = sent
    made = Bot(TOKEN, session=TelegramSession(api_url, send_seconds=1))
    yield made
    await made.session.close()


async def sent(_request: web.Request) -> web.StreamResponse:
    return ok({"message_id": 6, "date": 0, "chat": CHAT, "text": "x"})


class Later:
    """What was begun, to be run when the test says so; and the time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.begun: list[Coroutine[object, object, None]] = []

    def spawn(self, name: str, work: Coroutine[object, object, None]) -> None:
        assert name
        self.begun.append(work)

    async def run(self) -> None:
        await asyncio.gather(*self.begun)
        self.begun.clear()

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def presses() -> Presses:
    return Presses()


@pytest.fixture
def outage(bot: Bot, presses: Presses, later: Later) -> Outage:
    return Outage(
        bot,
        lambda _language: EN,
        presses,
        later.spawn,
        monotonic=later.monotonic,
        sleep=later.sleep,
    )


async def test_who_was_not_reached_was_never_told_of_the_outage(
    bot_api: BotApi, outage: Outage
) -> None:
    bot_api.prescribe("sendMessage", refuses(429, "Too Many Requests", retry_after=1))
    for _ in range(3):
        await outage.tell([message(5)])
    assert bot_api.calls == ["sendMessage"] * 2, "told once, after the first try had failed"


async def test_row_32_who_may_have_been_told_was_told_again_and_again(
    bot_api: BotApi, outage: Outage
) -> None:
    bot_api.prescribe("sendMessage", drops, drops)
    for _ in range(3):
        await outage.tell([message(5)])
    assert bot_api.calls == ["sendMessage"]


async def test_row_50_who_was_being_told_when_the_storage_gave_up_was_told_twice(
    bot_api: BotApi, outage: Outage, later: Later
) -> None:
    """Storing took long, and then failed, while Telegram had not answered yet."""
    batch = [message(5), press(6), message(7, WEBHOOK)]
    bot_api.prescribe("deleteMessage", *[refuses(400, "Bad Request: can't be deleted")] * 2)
    outage.storing(batch)
    await asyncio.gather(later.run(), outage.tell(batch))
    assert sorted(bot_api.calls) == [
        "answerCallbackQuery",
        "deleteMessage",
        "sendMessage",
        "sendMessage",
    ]


async def test_a_press_after_a_hint_was_never_answered(bot_api: BotApi, outage: Outage) -> None:
    batch = [message(5), press(6), press(7)]
    for _ in range(2):
        await outage.tell(batch)
    assert bot_api.calls == ["sendMessage", "answerCallbackQuery", "answerCallbackQuery"]


async def test_who_went_on_writing_in_a_long_outage_heard_nothing(
    bot_api: BotApi, outage: Outage, later: Later
) -> None:
    batch = [message(5), message(6)]
    await outage.tell(batch)
    later.now += AGAIN_SECONDS + 1
    await outage.tell(batch)
    assert bot_api.calls == ["sendMessage"], "nothing new was said"
    batch.append(message(7))
    await outage.tell(batch)
    batch.append(message(8))
    await outage.tell(batch)
    assert bot_api.calls == ["sendMessage"] * 2


async def test_people_waited_in_silence_for_the_storage_to_give_up(
    bot_api: BotApi, outage: Outage, later: Later
) -> None:
    outage.storing([press(5)])
    await later.run()
    assert bot_api.calls == ["answerCallbackQuery"]
    outage.storing([press(6)])
    outage.over()
    await later.run()
    assert bot_api.calls == ["answerCallbackQuery"], "that was stored in time"


async def test_who_went_on_while_storing_was_only_slow_was_told_each_time(
    bot_api: BotApi, outage: Outage, later: Later
) -> None:
    for number in (5, 6, 7):
        outage.storing([message(number)])
        await later.run()
        outage.over()
    assert bot_api.calls == ["sendMessage"]
    assert bot_api.forms[0]["text"].startswith("I could not store this yet. What you sent is kept")
    later.now += AGAIN_SECONDS
    outage.storing([message(8)])
    await later.run()
    assert bot_api.calls == ["sendMessage"] * 2


async def test_each_press_had_to_be_closed_while_storing_was_only_slow(
    bot_api: BotApi, outage: Outage, later: Later
) -> None:
    for number in (5, 6):
        outage.storing([press(number)])
        await later.run()
        outage.over()
    assert [form["show_alert"] for form in bot_api.forms] == [True, False]
    assert bot_api.forms[0]["text"] == bot_api.forms[1]["text"]


async def test_people_were_told_of_slow_storing_after_all_was_stored(
    bot_api: BotApi, outage: Outage, later: Later
) -> None:
    async def stored_meanwhile(_request: web.Request) -> web.StreamResponse:
        outage.over()
        return ok(True)

    bot_api.prescribe("answerCallbackQuery", stored_meanwhile)
    outage.storing([press(5), press(6), message(7)])
    await later.run()
    assert bot_api.calls == ["answerCallbackQuery"]


async def test_what_a_handler_said_to_a_press_was_lost_after_slow_storing(
    outage: Outage, later: Later, presses: Presses
) -> None:
    """It would have answered a press that is answered, which shows nothing."""
    outage.storing([press(5)])
    await later.run()
    assert not presses.take("q5")
    assert presses.take("q6")


async def test_a_press_that_its_handler_answers_is_not_told_of_an_outage(
    bot_api: BotApi, outage: Outage, presses: Presses
) -> None:
    assert presses.take("q5")
    await outage.tell([press(5)])
    assert bot_api.calls == []


async def test_a_press_that_could_not_be_answered_is_answered_with_the_next_try(
    bot_api: BotApi, outage: Outage
) -> None:
    bot_api.prescribe("answerCallbackQuery", refuses(429, "Too Many Requests", retry_after=1))
    for _ in range(3):
        await outage.tell([press(5)])
    assert bot_api.calls == ["answerCallbackQuery"] * 2
    assert bot_api.forms[1]["show_alert"]


async def test_a_press_that_may_have_been_answered_is_left_to_its_handler(
    bot_api: BotApi, outage: Outage
) -> None:
    """Which says in a message what it has to say."""
    bot_api.prescribe("answerCallbackQuery", drops)
    for _ in range(2):
        await outage.tell([press(5)])
    assert bot_api.calls == ["answerCallbackQuery"]


@pytest.mark.parametrize("kind", ["message", "edited_message"])
async def test_a_secret_stayed_in_the_chat_during_an_outage(
    bot_api: BotApi, outage: Outage, kind: str
) -> None:
    batch = [{"update_id": 5, kind: message(5, f"/connect {WEBHOOK}")["message"]}]
    for _ in range(2):
        await outage.tell(batch)
    assert bot_api.calls.count("deleteMessage") == 1
    texts = [form.get("text", "") for form in bot_api.forms]
    assert not any("Please delete it" in text for text in texts)


async def test_a_secret_that_cannot_be_deleted_is_told_of(bot_api: BotApi, outage: Outage) -> None:
    bot_api.prescribe("deleteMessage", refuses(400, "Bad Request: message can't be deleted"))
    await outage.tell([message(5, WEBHOOK)])
    assert bot_api.calls == ["deleteMessage", "sendMessage", "sendMessage"]
    assert "Please delete it" in bot_api.forms[1]["text"]


@pytest.mark.parametrize(
    "damaged", [{}, {"message": None}, {"message": {"chat": 1}}, {"callback_query": {}}, 7, None]
)
async def test_what_cannot_be_read_is_passed_over(
    bot_api: BotApi, outage: Outage, damaged: object
) -> None:
    await outage.tell([damaged, message(5)])
    assert bot_api.calls == ["sendMessage"]
