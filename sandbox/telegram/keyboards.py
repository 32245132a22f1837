"""What Telegram checks in a `reply_markup`. (Pages "InlineKeyboardMarkup" and its button.)"""

from typing import Any

from sandbox.telegram.refusals import bad_request

MOST_BUTTONS = 100
ACTIONS = {
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
}
OTHER_MARKUPS = {"keyboard", "remove_keyboard", "force_reply"}


def inline_keyboard(markup: object) -> dict[str, Any] | None:
    """The keyboard as the message shows it; None if there is none or it is another markup."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" not in markup:
        if not OTHER_MARKUPS & markup.keys():
            raise bad_request("can't parse reply keyboard markup JSON object")
        return None
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" must be an Array of Arrays')
    shown = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, shown)) > MOST_BUTTONS:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    return {"inline_keyboard": shown} if shown else None


def _button(button: object) -> dict[str, Any]:
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = ACTIONS & button.keys()
    if len(actions) != 1:
        raise bad_request("text buttons are unallowed in the inline keyboard")
    if "callback_data" in actions and not 1 <= len(str(button["callback_data"]).encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions and not str(button["url"]).startswith(("http://", "https://", "tg://")):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid")
    if "copy_text" in actions and not 1 <= len(button["copy_text"].get("text", "")) <= 256:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return button
