"""Messages as a chat shows them. `wire` is the Bot API's Message object."""

from typing import Any


class Message:
    """One message in a chat, live: an edit changes it in place."""

    def __init__(self, wire: dict[str, Any]) -> None:
        self.wire = wire

    @property
    def id(self) -> int:
        return int(self.wire["message_id"])

    @property
    def by_bot(self) -> bool:
        return bool(self.wire.get("from", {}).get("is_bot"))

    @property
    def text(self) -> str:
        """The text or caption; empty for a sticker and the like."""
        return str(self.wire.get("text") or self.wire.get("caption") or "")

    @property
    def entities(self) -> list[dict[str, Any]]:
        return list(self.wire.get("entities", []))

    @property
    def keyboard(self) -> list[list[dict[str, Any]]]:
        """Rows of inline buttons."""
        rows: list[list[dict[str, Any]]] = self.wire.get("reply_markup", {}).get(
            "inline_keyboard", []
        )
        return rows

    @property
    def buttons(self) -> list[str]:
        """The texts of all inline buttons, in reading order."""
        return [str(button["text"]) for row in self.keyboard for button in row]

    @property
    def edited(self) -> bool:
        return "edit_date" in self.wire

    @property
    def reply_to(self) -> int | None:
        """The id of the message that it replies to."""
        target = self.wire.get("reply_to_message")
        return int(target["message_id"]) if target else None

    @property
    def topic_id(self) -> int | None:
        """The topic it is in."""
        return self.wire.get("message_thread_id")

    def button(self, label: str) -> dict[str, Any]:
        """The button with exactly this text. Raises LookupError, naming those that are there."""
        for row in self.keyboard:
            for button in row:
                if button["text"] == label:
                    return button
        raise LookupError(f"no button {label!r} on message {self.id}; there are {self.buttons}")

    def as_reply_target(self) -> dict[str, Any]:
        """As `reply_to_message` holds it: without what it replied to itself."""
        return {key: value for key, value in self.wire.items() if key != "reply_to_message"}

    def __repr__(self) -> str:
        side = "bot" if self.by_bot else "person"
        return f"<{self.id} {side}: {self.text!r} {self.buttons}>"
