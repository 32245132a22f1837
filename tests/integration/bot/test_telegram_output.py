"""Rows 26 to 38 of what Telegram may do to a message: over HTTP, with the loop that ships."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.telegram import groups, topics
from sandbox.telegram.chats import Chat, Topic
from storage import notices
from storage.database import Transaction
from storage.records.notices import Manner, Priority
from storage.records.places import Place
from storage.times import as_time
from tests.integration.bot.post import (
    ALERT,
    CARD,
    FOLD,
    KINDS,
    TOPIC,
    Post,
    now,
    opened,
)
from tests.integration.bot.waiting import eventually

ANNA, OLEG = 1, 2
GROUP = -4_000_001
SUPERGROUP = -1_003_999_999_999_999


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with opened(tmp_path / "bot.db") as running:
        await running.meet(ANNA, OLEG)
        yield running


def calls(post: Post, method: str) -> int:
    return sum(call.method == method.lower() for call in post.telegram.calls)


@pytest.mark.parametrize("seconds", [3, 60, 3600])
async def test_row_26_one_chat_waits_as_long_as_telegram_says_and_others_go_on(
    post: Post, seconds: int
) -> None:
    post.telegram.flood(seconds, chat_id=ANNA)
    await post.owe(ANNA)
    await eventually(lambda: bool(post.telegram.pace.refused))
    await post.owe(ANNA, ["another"])
    await post.owe(OLEG)
    await post.telegram.chats[OLEG].wait_for(CARD)
    await post.stop()
    await post.start()  # a restart keeps it
    await asyncio.sleep(0.1)
    assert await post.states() == ["owed", "owed", "done"]
    assert len(post.telegram.pace.refused) == 1, "nobody knocks again"
    row = await post.database.read(
        lambda tx: tx.row("SELECT min(due_at) AS at FROM notices WHERE person = 1")
    )
    assert row is not None
    assert as_time(row["at"]) > now() + timedelta(seconds=seconds - 2)


async def test_three_floods_silence_what_nobody_waits_for(post: Post) -> None:
    await post.meet(3, 4, 5)
    post.telegram.flood(2, times=3)
    for person in (ANNA, OLEG, 3):
        await post.owe(person)
    await eventually(lambda: len(post.telegram.pace.refused) == 3)
    await post.owe(4, priority=Priority.CARD)
    await post.owe(5)
    await post.telegram.chats[5].wait_for(CARD)
    assert post.texts(4) == []
    await post.telegram.chats[4].wait_for(CARD)
    assert len(post.telegram.pace.refused) == 3


async def test_row_29_each_benign_refusal_costs_one_call(post: Post) -> None:
    """Not modified, and no more there; what it showed is sent anew where it still matters."""
    post.telegram.script.refuse(400, "message is not modified", method="editMessageText", times=1)
    post.telegram.script.refuse(
        400, "message to edit not found", method="editMessageReplyMarkup", times=1
    )
    message = await post.shown(ANNA)
    await post.owe(ANNA, manner=Manner.EDIT)
    await post.owe(ANNA, ["77"], what=FOLD, manner=Manner.EDIT)
    await post.all_done()
    assert (calls(post, "editMessageText"), calls(post, "editMessageReplyMarkup")) == (1, 1)
    post.telegram.chats[ANNA].remove(message)
    await post.owe(ANNA, manner=Manner.EDIT)
    await post.all_done()
    assert calls(post, "editMessageText") == 2, "and it is gone"
    assert post.texts(ANNA) == [CARD], "sent anew"


async def test_row_30_a_text_whose_marks_cannot_be_parsed_comes_as_plain_text(post: Post) -> None:
    post.telegram.refuse_entities()
    await post.owe(ANNA)
    await post.all_done()
    assert calls(post, "sendMessage") == 2
    assert post.texts(ANNA) == [CARD]


async def test_row_32_a_card_whose_answer_was_lost_comes_twice_at_most(post: Post) -> None:
    """And once more with the next thing that its person does; what else they are owed goes on."""
    lost = post.telegram.faults.answer_lost(method="sendMessage", times=2)
    await post.owe(ANNA)
    await eventually(lambda: lost.used == 1)
    await post.hurry()
    await eventually(lambda: lost.used == 2)
    await post.owe(ANNA, what=ALERT)
    await post.telegram.chats[ANNA].wait_for(ALERT)
    assert (await post.states())[0] == "owed"
    assert post.texts(ANNA) == [CARD, CARD, ALERT]
    await post.database.write(lambda tx: notices.in_touch(tx, ANNA))
    await post.hurry()
    await post.all_done()
    assert post.texts(ANNA) == [CARD, CARD, ALERT, CARD]


async def test_row_32_the_one_repeat_is_not_spent_on_a_telegram_that_answers_nobody(
    post: Post,
) -> None:
    trouble = post.telegram.faults.html(502)

    def owe_lost(tx: Transaction) -> None:
        notices.owe(tx, ANNA, KINDS[CARD], Place(ANNA), "", Manner.NEW)
        tx.execute("UPDATE notices SET repeats = 1")

    await post.database.write(owe_lost)
    await eventually(lambda: trouble.used == 1)
    await post.tried()
    post.telegram.faults.off()
    post.delivery.returned()
    await post.all_done()
    assert calls(post, "sendMessage") == 1


async def test_row_34_whoever_deactivates_their_account_is_not_asked_again(post: Post) -> None:
    post.telegram.script.refuse(403, "user is deactivated", chat_id=ANNA)
    await post.owe(ANNA)
    await eventually(lambda: calls(post, "sendMessage") == 1)
    await post.owe(ANNA, ["another"])
    await asyncio.sleep(0.1)
    assert calls(post, "sendMessage") == 1
    assert await post.states() == ["owed", "owed"]
    post.telegram.script.end()
    await post.database.write(lambda tx: notices.in_touch(tx, ANNA))
    await post.all_done()


async def test_row_35_a_group_that_became_a_supergroup_gets_it_there(post: Post) -> None:
    group = post.telegram.group(GROUP, "Support", [post.telegram.people[ANNA]], kind="group")
    groups.migrate(post.telegram, group, post.telegram.people[ANNA], SUPERGROUP)
    await post.owe(ANNA, ["a", "b"], place=Place(GROUP))
    await post.telegram.chats[SUPERGROUP].wait_until(lambda chat: len(chat.from_bot) == 2)
    await post.all_ended()
    assert sorted(await post.states()) == ["done", "done", "dropped", "dropped"]
    assert len(group.log) == 1, "the old number is called once"


Ends = Callable[[Post, Topic], None]


def closed(post: Post, topic: Topic) -> None:
    topics.close(post.telegram, topic, post.telegram.people[ANNA])


def deleted(_: Post, topic: Topic) -> None:
    topics.delete(topic)


@pytest.mark.parametrize("ends", [closed, deleted])
async def test_row_36_what_belongs_to_a_topic_that_is_no_more_comes_to_the_group(
    post: Post, ends: Ends
) -> None:
    """And the admins hear of it once."""
    await post.meet(3, admin=True)
    group = post.telegram.group(SUPERGROUP, "Support", [post.telegram.people[ANNA]])
    topic = topics.create(post.telegram, group, "Letters", post.telegram.people[ANNA])
    ends(post, topic)
    await post.owe(ANNA, ["a", "b"], place=Place(SUPERGROUP, topic.id))
    await group.wait_until(lambda chat: len(chat.from_bot) == 2)
    await post.all_ended()
    assert refusals(group) == 1
    assert [message.wire.get("message_thread_id") for message in group.from_bot] == [None, None]
    assert post.texts(3) == [TOPIC]


def refusals(chat: Chat) -> int:
    return sum(not call.ok for call in chat.log)


async def test_row_36_a_group_where_nothing_may_be_said_waits(post: Post) -> None:
    group = post.telegram.group(SUPERGROUP, "Support", [post.telegram.people[ANNA]])
    post.telegram.script.refuse(400, "not enough rights to send text messages to the chat")
    await post.owe(ANNA, place=Place(SUPERGROUP))
    await eventually(lambda: refusals(group) == 1)
    post.telegram.script.end()
    await post.database.write(lambda tx: notices.in_touch(tx, SUPERGROUP))
    await post.all_done()


async def test_row_38_a_server_without_a_method_gets_the_fallback_and_is_not_asked_again(
    post: Post,
) -> None:
    post.telegram.lacks("editMessageReplyMarkup")
    for _ in range(3):
        await post.shown(ANNA)  # and the older one folds
    assert (calls(post, "editMessageReplyMarkup"), calls(post, "editMessageText")) == (1, 2)


async def test_row_38_a_refusal_that_nobody_knows_gets_the_fallback_too(post: Post) -> None:
    post.telegram.script.refuse(400, "method is not for you", method="editMessageReplyMarkup")
    for _ in range(2):
        await post.shown(ANNA)
    assert calls(post, "editMessageText") == 1


async def test_a_token_that_was_revoked_loses_nobody_a_message(post: Post) -> None:
    post.telegram.faults.unauthorized(method="sendMessage", times=1)
    await post.owe(ANNA, what=ALERT)
    await post.all_done()
    assert post.texts(ANNA) == [ALERT]
