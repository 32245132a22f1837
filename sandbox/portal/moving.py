"""The method `mail.message.movetofolder`."""

from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.letters import SPAM, TRASH, Letter, in_folder
from sandbox.portal.parameters import whole
from sandbox.portal.refusals import nested

MOST = 100


def move(call: Incoming) -> Any:
    """Page `mail.message.movetofolder`: what is not accessible is left out of the count."""
    numbers = call.parameters.require("messageIds")
    if not isinstance(numbers, list):
        raise call.profile.missing("messageIds")
    action = str(call.parameters.require("action"))
    folder = str(call.parameters.require("folder")) if action == "move" else ""
    if action not in ("move", "spam", "delete"):
        sentence = "Action must be one of move, spam, delete"
        raise call.profile.refused(sentence, "action", "INVALID_ACTION")
    if len(numbers) > MOST and call.profile.caps_moves:
        raise nested(500, "INTERNAL_INTERNALEXCEPTION", call.profile.language)
    letters = [found for each in numbers if (found := call.letter(whole(each)))]
    _refuse_what_cannot_move(call, letters, action)
    target = {"spam": SPAM, "delete": TRASH}.get(action) or _folder(call, letters[0], folder)
    for letter in letters:
        letter.folder = target
        if call.portal.ids_change_on_move:
            letter.id = call.portal.next_id()
    call.portal.changes.note()
    return {"success": True, "movedCount": len(letters), "action": action}


def _refuse_what_cannot_move(call: Incoming, letters: list[Letter], action: str) -> None:
    if not letters:
        raise call.profile.refused("None of the messages is accessible", "messageIds")
    if action == "move" or not call.profile.caps_moves:
        if len({letter.mailbox.id for letter in letters}) > 1:
            raise call.profile.refused("Messages belong to different mailboxes", "messageIds")
        if len({letter.folder for letter in letters}) > 1:
            raise call.profile.refused("Messages lie in different folders", "messageIds")


def _folder(call: Incoming, letter: Letter, asked: str) -> str:
    """A folder that the mailbox has, by name or path; an unknown one is taken as it is written."""
    for known in call.letters():
        if known.mailbox is letter.mailbox and in_folder(known, asked):
            return known.folder
    return asked


METHODS: dict[str, Method] = {"mail.message.movetofolder": move}
