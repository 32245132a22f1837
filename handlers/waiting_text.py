"""Text that was typed and has gone nowhere yet: how it is shown, and its buttons."""

from aiogram.utils.formatting import BlockQuote, Text

from handlers.buttons import on_draft
from handlers.cards import Button
from handlers.letter_card import shortened, shown_line
from handlers.texts import Texts
from mail.draft_presses import Press
from storage.records.drafts import Draft, Field, Written

MOST_OFFERED = 4
LABEL_UNITS = 30
LIST_UNITS = 350  # of all that is not in the letter
LEAST_UNITS = 40  # of each of it


def left_out(written: Written, _: Texts) -> list[Text]:
    """What was typed for the letter and is not in it; a long one hides no other."""
    if not written.waiting:
        return []
    each = max(LIST_UNITS // len(written.waiting), LEAST_UNITS)
    typed = "\n".join(shortened(shown_line(one.text), each) for one in written.waiting)
    title = _("Typed, but not in the letter:")
    return [Text("⚠️ ", title), Text(BlockQuote(shortened(typed, LIST_UNITS)))]


def use_buttons(draft: Draft, _: Texts) -> list[Button]:
    """One for what comes next of it, and one for each text that did not fit where it was tried.

    No letter's number was ever put by.
    """
    waiting = list(enumerate(draft.written.waiting))
    found = [index for index, typed in waiting if not typed.put_by][:1]
    if draft.field is not Field.LETTER:
        found += [index for index, typed in waiting if typed.put_by]
    if len(found) == 1:
        return [on_draft(draft, _("Use this text"), Press.USE, found[0])]
    return [
        on_draft(draft, _use(draft.written.waiting[index].text, _), Press.USE, index)
        for index in found[:MOST_OFFERED]
    ]


def _use(text: str, _: Texts) -> str:
    return _("Use “{text}”").format(text=shortened(" ".join(text.split()), LABEL_UNITS))
