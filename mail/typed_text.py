"""What typed text does to the draft that it answers: it goes in, waits, or is put by with it.

Everything here runs inside the caller's one transaction.
"""

from dataclasses import replace

from mail import steps
from mail.asked_draft import check_open
from mail.draft_changes import known, show_typed
from mail.errors import BadValue
from storage import drafts
from storage.database import Transaction
from storage.records.drafts import Draft, Field, Typed, Wants


def type_into(tx: Transaction, draft: Draft, typed: Typed) -> BadValue | None:
    """BadValue is returned where the text was refused and is kept all the same, else raised.

    Behind a part that the letter has no room for nothing joins it by itself: it would go out with a
    hole that nobody sees.
    """
    check_open(tx, draft)
    if draft.wants is not Wants.NOTHING:
        drafts.save(tx, steps.wait(draft, typed))
        return None
    against, refused = known(tx, draft), None
    try:
        answered = None if steps.has_hole(draft) else steps.answer(draft, typed, against)
    except BadValue as error:
        if (error.field, error.code) != (Field.TEXT, "too_long"):
            raise
        answered, refused = None, error
    if answered is None:
        kept = steps.wait(draft, replace(typed, put_by=True))
        answered = steps.enter(kept, Field.REVIEW, against)
    show_typed(tx, answered, grows=draft.field in (Field.TEXT, *steps.SHOWS_REVIEW))
    return refused
