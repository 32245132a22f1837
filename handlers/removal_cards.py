"""The question before a person is removed, with what it would cost."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Text, as_list

from handlers.cards import Button, Shown, TelegramId
from handlers.letter_card import shortened
from handlers.texts import Texts
from mail.removing import Removal
from storage.records.people import Person

NAME_UNITS = 64  # of what somebody calls themselves


class RemovalPress(StrEnum):
    """What the buttons of somebody who was let in do."""

    ASK = "ask"
    REMOVE = "remove"
    BACK = "back"


class RemoveButton(CallbackData, prefix="r"):
    """On the card of somebody who was let in, and on the question."""

    person: TelegramId
    revision: int
    press: RemovalPress


def remove_button(person: Person, label: str, press: RemovalPress) -> Button:
    """The person's revision shows whether something has changed since the question."""
    data = RemoveButton(person=person.id, revision=person.revision, press=press)
    return Button(label, data.pack())


def who(person: Person, _: Texts) -> str:
    """Number and @name; without an @name what they call themselves, which is theirs to invent."""
    if person.username:
        return f"{person.id} @{person.username}"
    name = shortened(" ".join(person.name.split()), NAME_UNITS)
    if not name:
        return str(person.id)
    return _("{number}, by their own account “{name}”").format(number=person.id, name=name)


def removal_card(removal: Removal, _: Texts) -> Shown:
    """The question; nothing is changed yet."""
    person = removal.person
    lines = [_("Remove {person}?").format(person=who(person, _)), *_cost(removal, _)]
    lines.append(_("They cannot use this bot then, and may ask to be let in again after a day."))
    buttons = (
        remove_button(person, _("Remove access"), RemovalPress.REMOVE),
        remove_button(person, _("Back"), RemovalPress.BACK),
    )
    return Shown(as_list(*(Text(line) for line in lines)), (buttons,))


def _cost(removal: Removal, _: Texts) -> list[str]:
    lines = []
    if removal.letters:
        said = _.plural(
            "{n} letter that has not left will be cancelled.",
            "{n} letters that have not left will be cancelled.",
            removal.letters,
        )
        lines.append(said.format(n=_.number(removal.letters)))
    if removal.on_the_wire:
        said = _.plural(
            "{n} letter is on its way and cannot be stopped.",
            "{n} letters are on their way and cannot be stopped.",
            removal.on_the_wire,
        )
        lines.append(said.format(n=_.number(removal.on_the_wire)))
    if removal.drafts:
        said = _.plural(
            "{n} draft will be set aside.", "{n} drafts will be set aside.", removal.drafts
        )
        lines.append(said.format(n=_.number(removal.drafts)))
    if removal.connections:
        said = _.plural(
            "{n} webhook will be forgotten.",
            "{n} webhooks will be forgotten.",
            removal.connections,
        )
        lines.append(said.format(n=_.number(removal.connections)))
    return lines
