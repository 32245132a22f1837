"""The Bot API's error answers."""

from typing import Any


class BotApiError(Exception):
    """`{"ok": false, "error_code": code, "description": …}`, with the code as HTTP status."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None):
        super().__init__(code, description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body = {"ok": False, "error_code": self.code, "description": self.description}
        return body | {"parameters": self.parameters} if self.parameters else body


def bad_request(description: str) -> BotApiError:
    return BotApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> BotApiError:
    return BotApiError(403, f"Forbidden: {description}")


def too_many(seconds: int) -> BotApiError:
    description = f"Too Many Requests: retry after {seconds}"
    return BotApiError(429, description, {"retry_after": seconds})


def migrated(new_id: int) -> BotApiError:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    return BotApiError(400, description, {"migrate_to_chat_id": new_id})
