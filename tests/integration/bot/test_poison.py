"""Row 2: updates that cannot be read, from Telegram's answer to the quarantine; others go on."""

import asyncio
import time
from typing import Any

import pytest
from aiogram import Bot, Dispatcher, Router
from aiogram.types import Message

from bot.reading import handling
from bot.receive import Receiver
from bot.tasks import Tasks
from bot.telegram import TelegramSession
from bot.work import RETRY_SECONDS, Worker
from storage.database import Database, Transaction
from storage.ids import new_id
from storage.records.updates import StoredUpdate
from tests.integration.bot.bot_api import TOKEN, BotApi
from tests.integration.bot.shapes import Raw, message, press
from tests.integration.bot.waiting import eventually

SECRET = "canary-4711"
QUICK = (0.05, 0.1)  # seconds between the tries


def said(**odd: Any) -> Raw:
    """A message of Jane's in which this is odd."""
    return {"message": message(1)["message"] | {"text": SECRET} | odd}


def deep(levels: int) -> Raw:
    """Messages that reply to messages."""
    one = said()["message"]
    for _ in range(levels):
        one = one | {"reply_to_message": one}
    return {"message": one}


POISON: dict[str, Raw] = {
    "a message that is only a sender": {"message": {"from": {"id": 7}, "caption": SECRET}},
    "a message that is text": {"message": SECRET},
    "a message that is a list": {"message": [SECRET]},
    "a message id of letters": said(message_id="x"),
    "no message id": {"message": {"date": 1, "chat": {"id": 5, "type": "private"}}},
    "no date": {"message": {"message_id": 1, "chat": {"id": 5, "type": "private"}}},
    "a date of letters": said(date="yesterday"),
    "a chat id that is a list": said(chat={"id": [], "type": "private"}),
    "a chat without an id": said(chat={"type": "private"}),
    "a chat that is a number": said(chat=7),
    "a text that is a number": said(text=5),
    "a text that is an object": said(text={"secret": SECRET}),
    "a sender without a name": said(**{"from": {"id": 7, "is_bot": False}}),
    "a sender that is a name": said(**{"from": SECRET}),
    "half an id": said(**{"from": {"id": 1.5, "is_bot": False, "first_name": "J"}}),
    "a hidden user without a name": said(forward_origin={"type": "hidden_user", "date": 1}),
    "a forward of an unknown kind": said(forward_origin={"type": "dream", "date": 1}),
    "an entity without a place": said(entities=[{"type": "bold"}]),
    "entities that are an object": said(entities={"type": "bold", "offset": 0, "length": 1}),
    "an entity at no place": said(entities=[{"type": "bold", "offset": "a", "length": 1}]),
    "a photo without sizes": said(photo=[{"file_id": 5}]),
    "a sticker that is text": said(sticker=SECRET),
    "a contact without a number": said(contact={"first_name": SECRET}),
    "a location of letters": said(location={"latitude": "north", "longitude": "east"}),
    "a poll without options": said(poll={"id": "1", "question": SECRET}),
    "a reply to a number": said(reply_to_message=5),
    "a keyboard of text": said(reply_markup={"inline_keyboard": SECRET}),
    "a web page of letters": said(link_preview_options=SECRET),
    "an edited nothing": {"edited_message": {}},
    "a press without a person": {"callback_query": {"id": "1", "data": SECRET}},
    "a press whose id is a number": {"callback_query": press(1)["callback_query"] | {"id": 1}},
    "a press of a person without a number": {"callback_query": {"id": "1", "from": {"id": "7"}}},
    "a press on a message of text": {"callback_query": press(1)["callback_query"] | {"message": 5}},
    "an unknown status": {
        "my_chat_member": {
            "chat": {"id": 5, "type": "private"}, "new_chat_member": {"status": SECRET}
        }
    },
    "an unknown reaction": {"message_reaction": {"new_reaction": [{"type": SECRET}]}},
    "a message within messages": deep(500),
}  # fmt: skip


def test_row_02_at_least_thirty_are_tried() -> None:
    assert len(POISON) >= 30


def test_row_02_as_shipped_they_are_set_aside_within_ten_seconds() -> None:
    assert len(RETRY_SECONDS) == 2
    assert sum(RETRY_SECONDS) < 10


async def test_row_02_updates_that_cannot_be_read_stop_nobody_else(
    database: Database, bot_api: BotApi, api_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    poison = [one | {"update_id": 100 + 2 * place} for place, one in enumerate(POISON.values())]
    good = [message(101 + 2 * place, person=1000 + place % 5) for place in range(len(poison))]
    heard: list[int] = []
    tried: list[int] = []
    told: list[int] = []
    waited: list[float] = []
    router, dispatcher, tasks = Router(), Dispatcher(disable_fsm=True), Tasks()

    @router.message()
    async def note(message: Message) -> None:
        heard.append(message.message_id)
        waited.append(time.monotonic() - began)

    dispatcher.include_router(router)
    bot = Bot(TOKEN, session=TelegramSession(api_url))

    async def handle(update: StoredUpdate) -> object:
        if update.update_id in poisonous:
            tried.append(update.update_id)
        return await handling(dispatcher, bot)(update)

    def tell(_: Transaction, update: StoredUpdate) -> None:
        told.append(update.update_id)

    poisonous = {one["update_id"] for one in poison}
    worker = Worker(database, handle, spawn=tasks.spawn, on_quarantine=tell, retry_seconds=QUICK)
    receiver = Receiver(
        bot,
        database,
        new_id=new_id,
        monotonic=time.monotonic,
        since_boot=time.monotonic,
        sleep=asyncio.sleep,
    )
    began = time.monotonic()
    tasks.start("updates", worker.run)
    tasks.start("telegram", receiver.run)
    both = [one for pair in zip(poison, good, strict=True) for one in pair]
    await bot_api.add(*both)
    await eventually(lambda: len(told) == len(poison), seconds=20)
    await tasks.stop(5)
    await bot.session.close()
    assert sorted(heard) == [one["update_id"] for one in good]
    assert sorted(tried) == sorted(poisonous), "a repeat reads no more of them"
    assert sorted(told) == sorted(poisonous)
    assert SECRET not in caplog.text
    rows = await database.read(lambda tx: tx.rows("SELECT update_id, state FROM updates"))
    assert {row["update_id"] for row in rows if row["state"] == "quarantined"} == poisonous
    assert max(waited) < 5
