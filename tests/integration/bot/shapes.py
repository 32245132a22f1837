"""Updates as Telegram sends them, as small as they may be."""

from typing import Any

Raw = dict[str, Any]


def message(update_id: int, person: int = 7, text: str = "hello", chat: int | None = None) -> Raw:
    place = {"id": person, "type": "private"} if chat is None else {"id": chat, "type": "group"}
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1769860800,
            "chat": place,
            "from": {"id": person, "is_bot": False, "first_name": "Jane"},
            "text": text,
        },
    }


def press(update_id: int, person: int = 7, data: str = "go") -> Raw:
    return {
        "update_id": update_id,
        "callback_query": {
            "id": str(update_id),
            "from": {"id": person, "is_bot": False, "first_name": "Jane"},
            "chat_instance": "1",
            "data": data,
            "message": {"message_id": 1, "date": 0, "chat": {"id": person, "type": "private"}},
        },
    }
