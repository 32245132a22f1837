"""What the buttons of a draft's cards do to the draft; Send belongs to the outbox.

Everything here runs inside the caller's one transaction.
"""

from dataclasses import replace
from enum import StrEnum

from mail import fields, steps
from mail.draft_changes import known, set_aside, with_connection
from mail.errors import Stale
from storage.database import Transaction
from storage.records.drafts import Draft, DraftState, Field, Typed, Wants

MOST_PAGES = 1000  # more than any text has; forged buttons ask for others


class Press(StrEnum):
    """The buttons of a draft's cards, but Send."""

    CHOOSE = "choose"  # argument: the index into the choices
    KEEP = "keep"  # the field stays as it is
    USE = "use"  # what was typed meanwhile answers this step; argument: which of it
    AGAIN = "again"  # asks the portal once more for what it did not give
    NONE = "none"  # empties Cc or Bcc
    BACK = "back"
    CANCEL = "cancel"
    BRING_BACK = "bring"
    OPEN = "open"  # argument: the field
    WHOLE = "whole"  # argument: a page of the whole text, from 1


def press_on(tx: Transaction, draft: Draft, press: Press, argument: str) -> Draft:
    """The draft after this press; Stale if its card has no such button."""
    match press:
        case Press.BACK:
            return _back(tx, draft)
        case Press.CANCEL:
            return set_aside(draft)
        case Press.BRING_BACK:
            return _bring_back(tx, draft)
        case Press.OPEN:
            return _open(tx, draft, argument)
        case Press.WHOLE:
            return _whole(draft, argument)
        case _:
            return _answered(tx, draft, press, argument)


def _answered(tx: Transaction, draft: Draft, press: Press, argument: str) -> Draft:
    """A button that answers the step."""
    match press:
        case Press.CHOOSE:
            return _choose(tx, draft, argument)
        case Press.USE:
            return _use(tx, draft, argument)
        case Press.AGAIN:
            return _ask_again(tx, draft)
        case Press.NONE:
            return _none(tx, draft)
        case _:
            return steps.move_on(draft, known(tx, draft))


def _choose(tx: Transaction, draft: Draft, argument: str) -> Draft:
    choices = draft.written.choices
    if not argument.isdecimal() or int(argument) >= len(choices):
        raise Stale
    return steps.answer(draft, Typed(0, choices[int(argument)].value, ""), known(tx, draft))


def _use(tx: Transaction, draft: Draft, argument: str) -> Draft:
    index = int(argument) if argument.isdecimal() else 0
    if index >= len(draft.written.waiting):
        raise Stale
    against = known(tx, draft)
    return steps.drained(steps.use_waiting(draft, index, against), against)


def _ask_again(tx: Transaction, draft: Draft) -> Draft:
    if draft.written.failure is None:
        raise Stale
    letter = known(tx, draft).letter
    number = draft.letter_number
    if number is None or (letter is not None and letter.number == number):
        return steps.ask(draft, Wants.UNREAD)
    return steps.ask(draft, Wants.LETTER, number=number)


def _none(tx: Transaction, draft: Draft) -> Draft:
    if draft.field not in fields.COPIES:
        raise Stale
    return steps.answer(draft, Typed(0, fields.EMPTY, ""), known(tx, draft))


def _back(tx: Transaction, draft: Draft) -> Draft:
    looking = draft.wants is Wants.LETTER and not draft.reviewed
    field = Field.LETTER if looking else steps.before(draft)
    if field is None:
        return set_aside(draft)
    if draft.field is Field.REVIEW:  # from here Back goes on backwards, step by step
        draft = replace(draft, reviewed=False)
    return _at(tx, draft, field)


def _at(tx: Transaction, draft: Draft, field: Field) -> Draft:
    """The draft at this field; the letter step looks for unread letters again."""
    against = known(tx, draft)
    draft = steps.enter(draft, field, against)
    if field is Field.REVIEW:  # or Send would leave out what was typed while looking
        return steps.drained(draft, against)
    return steps.ask(draft, Wants.UNREAD) if field is Field.LETTER else draft


def _bring_back(tx: Transaction, draft: Draft) -> Draft:
    draft = replace(with_connection(tx, draft), state=DraftState.COMPOSING)
    if known(tx, draft).letter is None and draft.letter_number is not None:
        return steps.ask(draft, Wants.LETTER, number=draft.letter_number)
    if not fields.filled(draft, Field.LETTER):
        return _at(tx, draft, Field.LETTER)
    return _at(tx, draft, Field.REVIEW if draft.field is Field.REFUSAL else draft.field)


def _open(tx: Transaction, draft: Draft, argument: str) -> Draft:
    if argument not in {field.value for field in Field} or argument == Field.REFUSAL.value:
        raise Stale
    return _at(tx, draft, Field(argument))


def _whole(draft: Draft, argument: str) -> Draft:
    if not argument.isdecimal() or int(argument) > MOST_PAGES:
        raise Stale
    return replace(draft, whole=int(argument), revision=draft.revision + 1)
