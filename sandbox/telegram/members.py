"""What the bot and people are in a chat: ChatMember objects, and telling the bot of its own.

(Pages "ChatMember" and "ChatMemberUpdated".)
"""

from typing import TYPE_CHECKING, Any

from sandbox.telegram.chats import Chat
from sandbox.telegram.refusals import bad_request

if TYPE_CHECKING:
    from sandbox.telegram.people import Person
    from sandbox.telegram.telegram import Telegram

RIGHTS = [
    "can_be_edited",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "is_anonymous",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_send_welcome_messages",
]


def member(telegram: "Telegram", chat: Chat, user_id: int) -> dict[str, Any]:
    """Who this is in the chat. Raises BotApiError if nobody has the id."""
    if user_id == telegram.bot["id"]:
        return bot_member(telegram, chat)
    known = telegram.people.get(user_id)
    if known is None:
        raise bad_request("user not found")
    return {"status": "member" if user_id in chat.members else "left", "user": known.wire}


def bot_member(telegram: "Telegram", chat: Chat) -> dict[str, Any]:
    """What the bot is there now."""
    status = "administrator" if chat.bot_is_admin else chat.bot_status
    more: dict[str, Any] = {"kicked": {"until_date": 0}}.get(status, {})
    if status == "administrator":
        more = dict.fromkeys(RIGHTS, True)
    return {"status": status, "user": telegram.bot} | more


def let_bot_be(
    telegram: "Telegram", chat: Chat, by: "Person", status: str, *, admin: bool = False
) -> None:
    """Changes what the bot is, and tells it: "member", "left" or "kicked"; admin or not."""
    before = bot_member(telegram, chat)
    chat.bot_status, chat.bot_is_admin = status, admin
    change = {"chat": chat.wire, "from": by.wire, "date": telegram.now()}
    members = {"old_chat_member": before, "new_chat_member": bot_member(telegram, chat)}
    telegram.updates.push("my_chat_member", change | members)
