"""The methods that make something on the portal out of a letter: activities, tasks, chats, …"""

import re
from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.ledgers import Made
from sandbox.portal.letters import Letter
from sandbox.portal.parameters import whole

MODULES = {
    "createcrmactivity": "crm",
    "removecrmactivity": "crm",
    "createtask": "tasks",
    "createcalendarevent": "calendar",
    "createchat": "im",
    "createfeedpost": "blog",
}
_WALL_CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
_CRM = {"type": "crm", "entityTypeId": 2, "entityId": 118}


def create_activity(call: Incoming) -> Any:
    """Page `mail.message.createcrmactivity`."""
    letter = _letter(call)
    _bind(letter, _CRM)
    _made(call, letter)
    return call.profile.boolean()


def remove_activity(call: Incoming) -> Any:
    """Page `mail.message.removecrmactivity`: true also when nothing was linked."""
    letter = _letter(call)
    letter.bindings = [each for each in letter.bindings if each["type"] != "crm"]
    _made(call, letter)
    return call.profile.boolean()


def create_task(call: Incoming) -> Any:
    """Page `mail.message.createtask`: a repeated call makes a second task."""
    return _create(call, _letter(call), "taskId", "task")


def create_event(call: Incoming) -> Any:
    """Page `mail.message.createcalendarevent`."""
    number = _number(call)
    for name in ("dateFrom", "dateTo"):
        if not _WALL_CLOCK.fullmatch(str(call.parameters.require(name))):
            raise call.profile.refused("Wrong date format", "dateFrom, dateTo")
    return _create(call, _letter_by(call, number), "eventId", "calendarEvent")


def create_chat(call: Incoming) -> Any:
    """Page `mail.message.createchat`: a letter has one chat, however often it is asked for."""
    letter = _letter(call)
    for made in call.portal.made:
        if (made.method, made.letter) == (call.method, letter):
            return _answer("chatId", made) | {"existing": True}
    return _create(call, letter, "chatId", "chat") | {"existing": False}


def create_post(call: Incoming) -> Any:
    """Page `mail.message.createfeedpost`."""
    return _create(call, _letter(call), "postId", "blogPost")


def _create(call: Incoming, letter: Letter, key: str, kind: str) -> dict[str, Any]:
    made = _made(call, letter)
    _bind(letter, {"type": kind, "entityId": made.id})
    return _answer(key, made)


def _answer(key: str, made: Made) -> dict[str, Any]:
    return {"success": True, key: made.id, "messageId": made.letter.id}


def _made(call: Incoming, letter: Letter) -> Made:
    made = Made(call.method, len(call.portal.made) + 501, letter, dict(call.parameters.given))
    call.portal.made.append(made)
    call.portal.changes.note()
    return made


def _bind(letter: Letter, binding: dict[str, Any]) -> None:
    """A letter has at most one binding to the CRM, and one other."""
    of_crm = binding["type"] == "crm"
    kept = [each for each in letter.bindings if (each["type"] == "crm") is not of_crm]
    letter.bindings = [*kept, binding]


def _number(call: Incoming) -> int:
    number = whole(call.parameters.given.get("messageId") or 0)
    if number <= 0:
        raise call.profile.missing("messageId")
    return number


def _letter(call: Incoming) -> Letter:
    return _letter_by(call, _number(call))


def _letter_by(call: Incoming, number: int) -> Letter:
    module = MODULES[call.method.rpartition(".")[2]]
    if module in call.portal.missing_modules:
        raise call.profile.refused(f"Module {module} is not installed")
    letter = call.letter(number)
    if letter is None:
        sentence = "The message was deleted or moved to another folder"
        raise call.profile.refused(sentence, "messageId")
    return letter


METHODS: dict[str, Method] = {
    "mail.message.createcrmactivity": create_activity,
    "mail.message.removecrmactivity": remove_activity,
    "mail.message.createtask": create_task,
    "mail.message.createcalendarevent": create_event,
    "mail.message.createchat": create_chat,
    "mail.message.createfeedpost": create_post,
}
