"""The bot was away for so long that Telegram threw something away: people are told, once."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import count_sends, review, settled
from tests.support.bot_process import BotProcess

AWAY = "I was away from"
LATE = "You wrote this on"


async def be_away(bot: BotProcess, away: timedelta) -> None:
    """Stops the bot, as if that had been so long ago."""
    await bot.stop()
    since = datetime.now(UTC) - away
    with closing(sqlite3.connect(bot.folder / "data" / "bot.db")) as database:
        database.execute("UPDATE polls SET at = ?", [f"{since:%Y-%m-%dT%H:%M:%S.%fZ}"])
        database.commit()


def press_long_ago(sandbox: Sandbox, person: Person, card: Message, label: str) -> None:
    query = {
        "id": "1",
        "from": person.wire,
        "message": card.wire,
        "data": card.button(label)["callback_data"],
        "chat_instance": "1",
    }
    sandbox.telegram.updates.push_raw({"callback_query": query}, age=timedelta(seconds=200))


def told(person: Person) -> list[Message]:
    return [one for one in person.chat.from_bot if one.text.startswith(AWAY)]


async def test_row_09_a_press_that_got_lost_does_nothing_and_is_told(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, oleg = connected, sandbox.telegram.person(1002, "Oleg", "ru", "oleg")
    oleg.say("/start")
    card = await review(anna)
    await be_away(bot, timedelta(minutes=5))
    press_long_ago(sandbox, anna, card, "Send")
    await bot.start()
    notice = await anna.chat.wait_for(AWAY, after=card.id)
    assert "Buttons that you pressed in that time may not have reached me" in notice.text
    await settled(anna)
    assert (told(anna), told(oleg)) == ([notice], [])
    assert (count_sends(sandbox), len(sandbox.telegram.updates.lost)) == (0, 1)
    await anna.press(card, "Send").answered()
    await anna.chat.wait_until(lambda _: card.text.startswith("Sent to"))
    assert count_sends(sandbox) == 1


async def test_row_10_messages_that_got_lost_are_told_once(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna = connected
    card = await review(anna)
    await be_away(bot, timedelta(hours=30))
    await bot.start()
    notice = await anna.chat.wait_for(AWAY, after=card.id)
    assert "did not reach me: please send it again" in notice.text
    await bot.stop()
    await bot.start()
    await settled(anna)
    assert told(anna) == [notice]


async def test_a_backlog_is_answered_with_the_time_of_its_first_message(
    connected: Person, bot: BotProcess
) -> None:
    anna = connected
    await bot.stop()
    sent = datetime.now(UTC) - timedelta(minutes=11)
    first = say_then(anna, "/outbox", sent)
    say_then(anna, "/help", sent + timedelta(seconds=1))
    await bot.start()
    line = await anna.chat.wait_for(LATE, after=first.id)
    assert line.reply_to == first.id
    assert f"{sent.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}" in line.text
    await settled(anna)
    assert [one for one in anna.chat.from_bot if one.text.startswith(LATE)] == [line]
    say_then(anna, "/help", sent)
    await anna.chat.wait_for(LATE, after=line.id)


def say_then(person: Person, text: str, sent: datetime) -> Message:
    return person.send({"text": text, "date": int(sent.timestamp())})
