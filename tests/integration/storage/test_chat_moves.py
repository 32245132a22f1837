"""A group that became a supergroup, or a topic that is no more: nothing of it stays behind."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage import cards, chat_moves, drafts, notices, updates
from storage.database import Database, Reading, Transaction
from storage.migrations import migrations
from storage.records.notices import Card, CardKind, Manner, NoticeKind, Priority
from storage.records.places import Place
from storage.records.pointers import Pointer, PointsAt
from tests.integration.storage.places import KEYS, NOON

OLD, NEW = Place(-4_000_001), Place(-1_003_999_999_999_999)
TOPIC = Place(NEW.chat, 12)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "bot.db", KEYS, migrations, clock=lambda: NOON)
    yield opened
    await opened.close()


async def owe(database: Database, place: Place, *subjects: str) -> None:
    def change(tx: Transaction) -> None:
        for subject in subjects:
            notices.owe(tx, 1, NoticeKind.DRAFT, place, subject, Manner.NEW)

    await database.write(change)


def placed(tx: Reading) -> dict[str, bool]:
    """Every table that names a chat, and whether it names a topic too."""
    return {
        row["name"]: bool(row["topics"])
        for row in tx.rows(
            "SELECT t.name, sum(c.name = 'thread') AS topics FROM pragma_table_list AS t "
            "JOIN pragma_table_info(t.name) AS c WHERE t.schema = 'main' "
            "GROUP BY t.name HAVING sum(c.name = 'chat')"
        )
    }


async def test_a_table_that_names_a_chat_is_known_to_whatever_moves_chats(
    database: Database,
) -> None:
    known = {*chat_moves.PLACED, "pointers", "notices", "cards", "unreachable"}
    assert set(await database.read(placed)) == known


async def test_row_35_what_was_owed_in_the_old_group_is_owed_in_the_new_one(
    database: Database,
) -> None:
    await owe(database, OLD, "a", "b")
    await owe(database, NEW, "b")
    await database.write(lambda tx: chat_moves.move_group(tx, OLD.chat, NEW.chat))
    assert await database.read(notices.owed_chats) == ((NEW.chat, Priority.ANSWER),)
    taken = [await database.write(lambda tx: notices.take(tx, NEW.chat)) for _ in range(3)]
    assert [one.subject for one in taken if one] == ["b", "a"], "each once"


async def test_row_35_a_card_of_the_old_group_shows_nothing_in_the_new_one(
    database: Database,
) -> None:
    """Its number may be another message's there."""
    card = Card(OLD, 5, 1, CardKind.DRAFT, "d", 1, True, NOON)
    await database.write(lambda tx: cards.save(tx, card))
    await database.write(lambda tx: chat_moves.move_group(tx, OLD.chat, NEW.chat))
    kind = CardKind.DRAFT
    assert await database.read(lambda tx: cards.live(tx, kind, OLD, "d")) is None
    assert await database.read(lambda tx: cards.live(tx, kind, NEW, "d")) is None


async def test_what_typed_text_answers_moves_and_what_is_newer_stays(database: Database) -> None:
    def change(tx: Transaction) -> None:
        for person, place, subject in ((1, OLD, "a"), (1, NEW, "b"), (2, OLD, "c")):
            drafts.point(tx, Pointer(person, place, PointsAt.DRAFT, subject))
        chat_moves.move_group(tx, OLD.chat, NEW.chat)
        assert [drafts.pointer(tx, person, OLD) for person in (1, 2)] == [None, None]
        moved = [drafts.pointer(tx, person, NEW) for person in (1, 2)]
        assert [one.subject for one in moved if one] == ["b", "c"]

    await database.write(change)


async def test_row_36_a_topic_goes_into_its_group_and_other_topics_stay(
    database: Database,
) -> None:
    other = Place(NEW.chat, 13)
    await owe(database, TOPIC, "a")
    await owe(database, other, "a")
    await database.write(lambda tx: chat_moves.move(tx, TOPIC, NEW))
    taken = [await database.write(lambda tx: notices.take(tx, NEW.chat)) for _ in range(2)]
    assert [one.place for one in taken if one] == [other, NEW]


async def test_what_was_to_come_later_still_comes_later(database: Database) -> None:
    later = timedelta(hours=1)
    await database.write(
        lambda tx: notices.owe(tx, 1, NoticeKind.DRAFT, OLD, "a", Manner.NEW, after=later)
    )
    await database.write(lambda tx: chat_moves.move_group(tx, OLD.chat, NEW.chat))
    assert await database.read(notices.next_due) == NOON + later


@pytest.mark.parametrize(
    ("here", "says"),
    [
        (OLD, {"migrate_to_chat_id": NEW.chat}),
        (NEW, {"migrate_from_chat_id": OLD.chat}),
    ],
)
async def test_row_35_either_service_message_moves_the_group(
    database: Database, here: Place, says: dict[str, int]
) -> None:
    await owe(database, OLD, "a")
    message = {"message_id": 1, "date": 0, "chat": {"id": here.chat, "type": "group"}, **says}
    await database.write(lambda tx: updates.keep(tx, 42, [{"update_id": 1, "message": message}]))
    assert await database.read(notices.owed_chats) == ((NEW.chat, Priority.ANSWER),)
