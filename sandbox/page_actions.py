"""What a visitor of the page can do: each action takes the JSON that was posted."""

from collections.abc import Callable
from typing import Any

from sandbox.faults import Fault, Faults
from sandbox.running import Sandbox
from sandbox.telegram import contents
from sandbox.telegram.chats import Chat
from sandbox.telegram.people import Person

FIRST_NEWCOMER = 5001


class WrongAction(Exception):
    """What was posted does not fit: the sentence is for whoever writes the page."""


class Posted:
    """The posted object. A missing or wrong value raises WrongAction."""

    def __init__(self, sandbox: Sandbox, values: dict[str, Any]) -> None:
        self.sandbox = sandbox
        self.values = values

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise WrongAction(f"{name} must be a text")
        return value

    def number(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise WrongAction(f"{name} must be a whole number")
        return value

    def optional_number(self, name: str) -> int | None:
        return None if self.values.get(name) is None else self.number(name)

    def person(self) -> Person:
        person = self.sandbox.telegram.people.get(self.number("person"))
        if person is None:
            raise WrongAction("there is no such person")
        return person

    def chat(self) -> Chat:
        """The chat named, else the person's own with the bot."""
        person = self.person()
        chat = self.sandbox.telegram.chats.get(self.optional_number("chat") or person.chat.id)
        if chat is None or person.id not in chat.members:
            raise WrongAction("the person is not in such a chat")
        return chat


def say(posted: Posted) -> Any:
    """`{person, text, chat?, reply_to?}` -> `{message}`."""
    text = posted.text("text")
    if not text.strip():
        raise WrongAction("text must not be empty")
    reply_to = posted.optional_number("reply_to")
    message = posted.person().say(text.strip(), reply_to=reply_to, chat=posted.chat())
    return {"message": message.id}


def send(posted: Posted) -> Any:
    """`{person, kind, caption?, chat?, reply_to?}` -> `{message}`: a photo, a sticker, …"""
    makers: dict[str, Callable[[], contents.Content]] = {
        "photo": lambda: contents.photo(posted.text("caption", "")),
        "document": lambda: contents.document(caption=posted.text("caption", "")),
        "forwarded": lambda: contents.forwarded(posted.text("caption", "A forwarded text")),
        "sticker": contents.sticker,
        "voice": contents.voice,
        "location": contents.location,
        "contact": contents.contact,
        "dice": contents.dice,
    }
    maker = makers.get(posted.text("kind"))
    if maker is None:
        raise WrongAction(f"kind must be one of {', '.join(makers)}")
    reply_to = posted.optional_number("reply_to")
    return {"message": posted.person().send(maker(), reply_to=reply_to, chat=posted.chat()).id}


def press(posted: Posted) -> Any:
    """`{person, message, data, label?, chat?}` -> `{press}`; its answer appears in the state."""
    made = posted.person().press_data(
        posted.number("message"), posted.text("data"), posted.chat(), posted.text("label", "")
    )
    return {"press": made.id}


def edit(posted: Posted) -> Any:
    """`{person, message, text, chat?}`: a message of one's own."""
    posted.person().edit(posted.number("message"), posted.text("text"), posted.chat())
    return {}


def delete(posted: Posted) -> Any:
    """`{person, message, chat?}`."""
    posted.person().delete(posted.number("message"), posted.chat())
    return {}


def block(posted: Posted) -> Any:
    """`{person, blocked}`: blocks the bot, or lets it in again."""
    person = posted.person()
    if posted.values.get("blocked"):
        person.block()
    else:
        person.unblock()
    return {}


def join(posted: Posted) -> Any:
    """`{name, language?}` -> `{person}`: somebody new, who has not written yet."""
    telegram = posted.sandbox.telegram
    number = max([FIRST_NEWCOMER - 1, *telegram.people]) + 1
    name = posted.text("name").strip()
    if not name:
        raise WrongAction("name must not be empty")
    return {"person": telegram.person(number, name, posted.text("language", "en")).id}


def receive(posted: Posted) -> Any:
    """`{mailbox, from, subject, body, cc?}` -> `{letter}`: somebody outside writes a letter."""
    addresses = [box.email for box in posted.sandbox.portal.mailboxes]
    if posted.text("mailbox") not in addresses:
        raise WrongAction(f"mailbox must be one of {', '.join(addresses)}")
    letter = posted.sandbox.portal.receive(
        posted.text("mailbox"),
        posted.text("from"),
        posted.text("subject"),
        posted.text("body"),
        cc=posted.text("cc", ""),
    )
    return {"letter": letter.id}


def fault(posted: Posted) -> Any:
    """`{server, kind, on, method?, times?, seconds?, status?, page?}`: switches a fault."""
    telegram, portal = posted.sandbox.telegram, posted.sandbox.portal
    faults = {"portal": portal.faults, "telegram": telegram.faults}.get(posted.text("server"))
    switch = SWITCHES.get(posted.text("kind"))
    if faults is None or switch is None:
        raise WrongAction(f"server must be portal or telegram, kind one of {', '.join(SWITCHES)}")
    faults.off(posted.text("kind"))
    if posted.values.get("on"):
        method = posted.text("method", "") or None
        switch(faults, posted, {"method": method, "times": posted.optional_number("times")})
    return {}


def refuse(posted: Posted) -> Any:
    """`{reason}`: the portal refuses the next letter that it is asked to send."""
    refusal = REFUSALS.get(posted.text("reason"))
    if refusal is None:
        raise WrongAction(f"reason must be one of {', '.join(REFUSALS)}")
    posted.sandbox.portal.refuse_next_send(**refusal)
    posted.sandbox.changes.note()
    return {}


REFUSALS = {
    "recipient": {
        "sentence": "Could not resolve recipient",
        "code": "RESOLVE_RECIPIENTS_ERROR",
        "field": "to, cc, bcc",
    },
    "limit": {"sentence": "The daily limit of this mailbox is used up"},
}

Switch = Callable[[Faults, Posted, dict[str, Any]], Fault]

SWITCHES: dict[str, Switch] = {
    "slow": lambda faults, posted, how: faults.slow(posted.optional_number("seconds") or 5, **how),
    "hang": lambda faults, posted, how: faults.hang(**how),
    "answer_lost": lambda faults, posted, how: faults.answer_lost(**how),
    "html": lambda faults, posted, how: faults.html(posted.optional_number("status") or 502, **how),
    "unauthorized": lambda faults, posted, how: faults.unauthorized(**how),
    "unavailable": lambda faults, posted, how: faults.unavailable(
        page=bool(posted.values.get("page")), **how
    ),
    "half_answer": lambda faults, posted, how: faults.half_answer(**how),
    "dropped": lambda faults, posted, how: faults.dropped(**how),
}

ACTIONS: dict[str, Callable[[Posted], Any]] = {
    action.__name__: action
    for action in (say, send, press, edit, delete, block, join, receive, fault, refuse)
}
