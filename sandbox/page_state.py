"""Everything that the page shows, as one JSON object."""

from typing import Any

from sandbox.faults import Faults
from sandbox.portal.letters import Letter, SentLetter, text_of
from sandbox.portal.portal import Portal
from sandbox.running import Sandbox
from sandbox.telegram.chats import Chat
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from sandbox.telegram.presses import Press
from sandbox.telegram.telegram import Telegram

SHOWN_MESSAGES = 300
SHOWN_PRESSES = 20
KINDS = ("photo", "document", "sticker", "voice", "location", "contact", "dice")


def page_state(sandbox: Sandbox) -> dict[str, Any]:
    """The state as of `id`, the count of changes so far."""
    telegram, portal = sandbox.telegram, sandbox.portal
    return {
        "id": sandbox.changes.count,
        "bot": {"name": telegram.bot["first_name"], "username": telegram.bot["username"]},
        "webhook": sandbox.webhook,
        "people": [_person(telegram, person) for person in telegram.people.values()],
        "chats": [_chat(chat) for chat in telegram.chats.values()],
        "presses": [_press(press) for press in telegram.presses[-SHOWN_PRESSES:]],
        "portal": _portal(portal),
        "faults": {"portal": _faults(portal.faults), "telegram": _faults(telegram.faults)},
    }


def _person(telegram: Telegram, person: Person) -> dict[str, Any]:
    wire = person.wire
    name = " ".join(filter(None, (wire["first_name"], wire.get("last_name"))))
    return {
        "id": person.id,
        "name": name,
        "username": wire.get("username"),
        "language": wire.get("language_code"),
        "chat": person.chat.id,
        "blocks_bot": person.blocks_bot,
        "commands": telegram.commands_for(person),
    }


def _chat(chat: Chat) -> dict[str, Any]:
    return {
        "id": chat.id,
        "type": chat.kind,
        "title": chat.wire.get("title"),
        "members": sorted(chat.members),
        "messages": [_message(message) for message in chat.messages[-SHOWN_MESSAGES:]],
    }


def _message(message: Message) -> dict[str, Any]:
    wire = message.wire
    kind = next((kind for kind in KINDS if kind in wire), "text")
    return {
        "id": message.id,
        "from": {"id": wire["from"]["id"], "name": wire["from"]["first_name"]},
        "by_bot": message.by_bot,
        "date": wire["date"],
        "edited": message.edited,
        "kind": kind,
        "forwarded": "forward_origin" in wire,
        "text": message.text,
        "entities": message.entities or wire.get("caption_entities", []),
        "keyboard": message.keyboard,
        "reply_to": message.reply_to,
    }


def _press(press: Press) -> dict[str, Any]:
    return {
        "id": press.id,
        "person": press.person_id,
        "chat": press.chat_id,
        "message": press.message_id,
        "label": press.label,
        "answered": press.answer is not None,
        "toast": press.toast,
        "alert": press.alert,
    }


def _portal(portal: Portal) -> dict[str, Any]:
    boxes = [{"id": box.id, "email": box.email, "name": box.name} for box in portal.mailboxes]
    letters = sorted(portal.letters, key=lambda letter: (letter.date, letter.id))
    return {
        "profile": portal.profile_name,
        "mailboxes": boxes,
        "letters": [_letter(letter) for letter in letters],
        "sent": [_sent(number, letter) for number, letter in enumerate(portal.sent, 1)],
        "refusing": len(portal.refused_sends),
    }


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "id": letter.id,
        "mailbox": letter.mailbox.email,
        "folder": letter.folder,
        "from": letter.sender,
        "to": letter.to,
        "cc": letter.cc,
        "subject": letter.subject,
        "body": letter.body,
        "date": int(letter.date.timestamp()),
        "has_attachments": letter.has_attachments,
        "answers": letter.answers,
    }


def _sent(number: int, letter: SentLetter) -> dict[str, Any]:
    return {
        "number": number,
        "from": letter.sender,
        "to": letter.to,
        "cc": letter.cc,
        "bcc": letter.bcc,
        "subject": letter.subject,
        "body": letter.body,
        "text": text_of(letter.body),
        "answers": letter.answers,
        "date": int(letter.at.timestamp()),
        "letter": letter.copy.id if letter.copy else None,
    }


def _faults(faults: Faults) -> list[dict[str, Any]]:
    return [
        {"kind": fault.kind, "method": fault.method, "left": fault.left, "used": fault.used}
        for fault in faults.active
    ]
