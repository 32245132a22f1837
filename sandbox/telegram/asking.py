"""The methods about the bot itself, its updates, presses, commands and chats."""

import json
import re
from typing import Any

from sandbox.telegram.entities import units
from sandbox.telegram.form import Form
from sandbox.telegram.members import member
from sandbox.telegram.refusals import bad_request
from sandbox.telegram.sending import find_chat
from sandbox.telegram.telegram import Telegram

MOST_COMMANDS = 100
LONGEST_POLL = 50

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_SCOPES = {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"} | {
    "chat",
    "chat_administrators",
    "chat_member",
}


async def get_me(telegram: Telegram, form: Form) -> Any:
    """Page "getMe"."""
    no = ("supports_inline_queries", "can_connect_to_business", "has_main_web_app")
    yes = {"can_join_groups": True, "can_read_all_group_messages": telegram.reads_all_groups}
    return telegram.bot | yes | dict.fromkeys(no, False)


async def get_updates(telegram: Telegram, form: Form) -> Any:
    """Page "getUpdates"."""
    allowed = form.parsed("allowed_updates")
    timeout = min(max(form.number("timeout"), 0), LONGEST_POLL)
    limit = form.number("limit", 100)
    return await telegram.updates.poll(form.number("offset"), limit, timeout, allowed)


async def answer_callback_query(telegram: Telegram, form: Form) -> Any:
    """Page "answerCallbackQuery": once, and soon."""
    query_id = form.text("callback_query_id")
    newest_first = reversed(telegram.presses)
    press = next((each for each in newest_first if each.id == query_id), None)
    if units(form.text("text")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    now = telegram.clock()
    late = press is None or press.answer is not None or now - press.at > telegram.callback_window
    if press is None or late:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    press.answer = {"text": form.text("text"), "show_alert": form.flag("show_alert")}
    press.answered_at = now
    telegram.changes.note()
    return True


async def set_my_commands(telegram: Telegram, form: Form) -> Any:
    """Page "setMyCommands"."""
    commands = form.parsed("commands")
    if not isinstance(commands, list) or len(commands) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for command in commands:
        if not _COMMAND.fullmatch(str(command.get("command", "")).removeprefix("/")):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(str(command.get("description", ""))) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    telegram.commands[_place(form)] = commands
    telegram.changes.note()
    return True


async def get_my_commands(telegram: Telegram, form: Form) -> Any:
    """Page "getMyCommands"."""
    return telegram.commands.get(_place(form), [])


async def delete_my_commands(telegram: Telegram, form: Form) -> Any:
    """Page "deleteMyCommands"."""
    telegram.commands.pop(_place(form), None)
    telegram.changes.note()
    return True


async def get_chat(telegram: Telegram, form: Form) -> Any:
    """Page "getChat": a ChatFullInfo object."""
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return find_chat(telegram, form).wire | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


async def get_chat_member(telegram: Telegram, form: Form) -> Any:
    """Page "getChatMember"."""
    return member(telegram, find_chat(telegram, form), form.number("user_id"))


async def get_webhook_info(telegram: Telegram, form: Form) -> Any:
    """Page "getWebhookInfo"."""
    known = {"url": telegram.updates.webhook, "has_custom_certificate": False}
    return known | {"pending_update_count": len(telegram.updates)}


async def set_webhook(telegram: Telegram, form: Form) -> Any:
    """Page "setWebhook": nothing is delivered there, but polls are refused."""
    url = form.text("url")
    if url and not url.startswith("https://"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    _drop_if_asked(telegram, form)
    telegram.updates.set_webhook(url)
    return True


async def delete_webhook(telegram: Telegram, form: Form) -> Any:
    """Page "deleteWebhook"."""
    _drop_if_asked(telegram, form)
    telegram.updates.set_webhook("")
    return True


def _drop_if_asked(telegram: Telegram, form: Form) -> None:
    if form.flag("drop_pending_updates"):
        telegram.updates.drop()


def _place(form: Form) -> tuple[str, str]:
    scope = form.parsed("scope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in _SCOPES:
        raise bad_request("can't parse BotCommandScope")
    return json.dumps(scope, sort_keys=True), form.text("language_code")


METHODS = {
    "getme": get_me,
    "getupdates": get_updates,
    "answercallbackquery": answer_callback_query,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "deletemycommands": delete_my_commands,
    "getchat": get_chat,
    "getchatmember": get_chat_member,
    "getwebhookinfo": get_webhook_info,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
}
