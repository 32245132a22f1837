"""Whose turn an update takes: the person's, else the chat's, else its own."""

from typing import Any

import pytest

from storage.records.updates import Raw, StoredUpdate, key_of, update_id_of
from storage.times import as_time

JANE, GROUP = 7, -1003999999999999
PERSON = {"id": JANE, "is_bot": False, "first_name": "Jane"}
IN_GROUP = {"id": GROUP, "type": "supergroup"}
IN_PRIVATE = {"id": JANE, "type": "private"}


def update(kind: str, **body: Any) -> Raw:
    return {"update_id": 5, kind: body}


def said(**body: Any) -> Raw:
    return update("message", **body)


def sender(user_id: int, *, is_bot: bool = True) -> dict[str, Any]:
    return {"id": user_id, "is_bot": is_bot, "first_name": "x"}


@pytest.mark.parametrize(
    "raw",
    [
        said(**{"from": PERSON}, chat=IN_PRIVATE),
        said(**{"from": PERSON}, chat=IN_GROUP),
        update("edited_message", **{"from": PERSON}, chat=IN_GROUP),
        update("callback_query", **{"from": PERSON}, message={"chat": IN_GROUP}),
        update("callback_query", **{"from": PERSON}),
        update("my_chat_member", **{"from": PERSON}, chat=IN_PRIVATE),
    ],
)
def test_a_person_is_the_key_wherever_they_are(raw: Raw) -> None:
    assert key_of(raw) == JANE


@pytest.mark.parametrize(
    "raw",
    [
        said(**{"from": sender(1087968824)}, sender_chat=IN_GROUP, chat=IN_GROUP),
        said(**{"from": sender(136817688)}, sender_chat={"id": -5}, chat=IN_GROUP),
        said(**{"from": sender(777000, is_bot=False)}, sender_chat={"id": -5}, chat=IN_GROUP),
        said(**{"from": sender(99)}, sender_chat={"id": -5}, chat=IN_GROUP),
        said(chat=IN_GROUP),
        said(**{"from": PERSON}, chat=IN_GROUP, new_chat_members=[PERSON]),
        said(**{"from": PERSON}, chat=IN_GROUP, migrate_to_chat_id=-1),
        update("callback_query", **{"from": sender(1087968824)}, message={"chat": IN_GROUP}),
        update("my_chat_member", **{"from": PERSON}, chat=IN_GROUP),
    ],
)
def test_the_chat_is_the_key_where_nobody_real_speaks(raw: Raw) -> None:
    assert key_of(raw) == GROUP


UNREADABLE: list[Raw] = [
    {"update_id": 5},
    {"update_id": 5, "message": []},
    said(),
    said(chat={"id": "7"}),
    said(**{"from": {"id": True}}),
    said(**{"from": {"id": 1 << 70}}, chat={"id": 1 << 70}),
]


@pytest.mark.parametrize("raw", UNREADABLE)
def test_an_unreadable_update_holds_up_neither_a_person_nor_a_chat(raw: Raw) -> None:
    keys = {key_of(raw | {"update_id": update_id}) for update_id in (5, 6)}
    assert len(keys) == 2
    assert max(keys) < -(1 << 52)


@pytest.mark.parametrize("raw", [None, "5", [], {}, {"update_id": "5"}, {"update_id": True}])
def test_what_has_no_id_is_no_update(raw: object) -> None:
    assert update_id_of(raw) is None


def test_a_stored_update_does_not_show_what_was_said() -> None:
    now = as_time("2026-01-31T23:59:59.000000Z")
    assert "private" not in repr(StoredUpdate(42, 5, 7, now, 0, said(text="private")))
