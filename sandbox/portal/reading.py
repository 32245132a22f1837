"""The methods `mail.message.list`, `mail.message.get` and `mail.message.thread`."""

from collections.abc import Callable
from typing import Any

from sandbox.portal.call import Incoming, Method
from sandbox.portal.letters import Letter, in_folder
from sandbox.portal.parameters import Parameters, whole
from sandbox.portal.people import Mailbox
from sandbox.portal.refusals import nested

Wanted = Callable[[Letter], bool]


def list_letters(call: Incoming) -> Any:
    """Page `mail.message.list`; the order of the rows is not documented: newest first here."""
    wanted = [*_by_date(call.parameters), *_by_flags(call.parameters), _by_text(call.parameters)]
    boxes = _chosen_mailboxes(call)
    rows = [
        letter
        for letter in sorted(call.letters(), key=lambda each: each.date, reverse=True)
        if letter.mailbox in boxes and all(fits(letter) for fits in wanted)
    ]
    page = call.parameters.page(rows, most=200)
    return {"items": [call.profile.row(letter, call.portal.url) for letter in page]}


def get_letter(call: Incoming) -> Any:
    """Page `mail.message.get`: a letter that one may not read is "not found" too."""
    letter = call.letter(call.parameters.number("id"))
    if letter is None:
        raise nested(400, "ENTITYNOTFOUNDEXCEPTION", call.profile.language)
    return {"item": call.parameters.select(call.profile.item(letter))}


def get_thread(call: Incoming) -> Any:
    """Page `mail.message.thread`: a bare array, oldest first, own letters of the chain included.

    A limit that is out of range is corrected silently. A chain stays within one mailbox: an answer
    from another mailbox is not in it.
    """
    letter = call.letter(call.parameters.number("id"))
    if letter is None:
        raise nested(400, "ENTITYNOTFOUNDEXCEPTION", call.profile.language)
    limit = whole(call.parameters.given.get("limit") or 0)
    limit = min(limit, 50) if limit > 0 else 20
    chain = _chain(letter, [each for each in call.letters() if each.mailbox is letter.mailbox])
    return [call.profile.thread_row(each) for each in call.profile.thread_part(chain, limit)]


def _chain(letter: Letter, letters: list[Letter]) -> list[Letter]:
    """All that answer one another, `letter` among them; oldest first."""
    linked = {letter.id} | {letter.answers} - {None}
    while (
        more := {
            number
            for each in letters
            for number in (each.id, each.answers)
            if number is not None and linked & {each.id, each.answers}
        }
        - linked
    ):
        linked |= more
    found = [each for each in letters if each.id in linked]
    return sorted(found, key=lambda each: (each.date, each.id))


def _chosen_mailboxes(call: Incoming) -> list[Mailbox]:
    boxes = call.mailboxes()
    chosen = call.parameters.given.get("mailboxId")
    if chosen is None:
        return boxes
    found = [box for box in boxes if box.id == whole(chosen)]
    if not found:
        raise call.profile.foreign_mailbox()
    return found


def _by_date(parameters: Parameters) -> list[Wanted]:
    start, end = parameters.date("dateFrom"), parameters.date("dateTo")
    wanted: list[Wanted] = []
    if start is not None:
        wanted.append(lambda letter: letter.date >= start)
    if end is not None:
        wanted.append(lambda letter: letter.date <= end)
    return wanted


def _by_flags(parameters: Parameters) -> list[Wanted]:
    seen, attached = parameters.flag("isSeen"), parameters.flag("hasAttachments")
    wanted: list[Wanted] = []
    if seen is not None:
        wanted.append(lambda letter: letter.is_seen is seen)
    if attached is not None:
        wanted.append(lambda letter: letter.has_attachments is attached)
    return wanted


def _by_text(parameters: Parameters) -> Wanted:
    query, folder = parameters.text("searchQuery"), parameters.text("folder")

    def fits(letter: Letter) -> bool:
        parts = (letter.subject, letter.sender, letter.to, letter.cc, letter.body)
        return query in "\n".join(parts).casefold() and (not folder or in_folder(letter, folder))

    return fits


METHODS: dict[str, Method] = {
    "mail.message.list": list_letters,
    "mail.message.get": get_letter,
    "mail.message.thread": get_thread,
}
