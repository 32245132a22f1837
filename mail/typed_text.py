"""What typed text does to the draft that it answers: it goes in, waits, or is put by with it.

Everything here runs inside the caller's one transaction.
"""

from dataclasses import replace

from mail import body, fields, steps
from mail.asked_draft import check_open
from mail.draft_changes import known, show_typed
from mail.draft_presses import Press, press_on
from mail.errors import BadValue, Closed, Closing
from mail.outbox_changes import show_state
from mail.second_answer import offers_text
from mail.suggestions import Known
from storage import drafts, outbox
from storage.database import Transaction
from storage.records.drafts import Draft, Field, Typed, Wants

# The letter may still come back to its review, where what was typed meanwhile is offered.
KEEPS_TEXT = (
    Closing.HELD,
    Closing.SENDING,
    Closing.VERIFYING,
    Closing.UNKNOWN,
    Closing.WAITING,
    Closing.REFUSAL,
)


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
        if not _is_kept(draft, typed, error):
            raise
        answered, refused = None, error
    if answered is None:
        answered = _put_by(draft, typed, against)
    show_typed(tx, answered, grows=draft.field in (Field.TEXT, *steps.SHOWS_REVIEW))
    return refused


def _put_by(draft: Draft, typed: Typed, against: Known) -> Draft:
    kept = steps.wait(draft, replace(typed, put_by=True))
    if draft.field is Field.LETTER:  # which is still asked
        return replace(kept, revision=kept.revision + 1)
    return steps.enter(kept, Field.REVIEW, against)


def _is_kept(draft: Draft, typed: Typed, error: BadValue) -> bool:
    """Words for the letter, which has no room for them or is not named yet; no slip in a number."""
    if draft.field is Field.LETTER:
        return bool(draft.written.parts) and not steps.is_value(typed.text)
    return (error.field, error.code) == (Field.TEXT, "too_long")


def bring_back_with(tx: Transaction, draft: Draft, typed: Typed) -> None:
    """A draft that was set aside is written on, and this text answers it as if typed meanwhile."""
    draft = press_on(tx, draft, Press.BRING_BACK, "")
    draft = steps.wait(draft, typed)
    if draft.wants is Wants.NOTHING:
        draft = steps.drained(draft, known(tx, draft))
    show_typed(tx, draft)


def change_by(tx: Transaction, draft: Draft, typed: Typed, reference: str) -> Closed | None:
    """A message of the draft was edited. Closed is returned where the new version is only kept.

    BadValue if `reference`, of an edited /reply, is another letter by now.
    """
    try:
        check_open(tx, draft)
    except Closed as closed:
        return _keep_version(tx, draft, typed, closed)
    against = known(tx, draft)
    steps.check_same_letter(draft, reference, against)
    changed = fields.change(draft, typed, against)
    if changed is None or changed == draft:
        return None
    if changed.wants is not Wants.NOTHING:
        drafts.save(tx, changed)
    else:
        show_typed(tx, replace(changed, revision=changed.revision + 1))
    return None


def _keep_version(tx: Transaction, draft: Draft, typed: Typed, closed: Closed) -> Closed | None:
    """What was kept already is changed without a word; its letter's card may show it.

    One that was set aside shows nothing of it until it is brought back: that is said.
    """
    aside = closed.closing is Closing.ASIDE
    kept = fields.is_waiting(draft, typed.message)
    comes_back = aside or closed.closing in KEEPS_TEXT
    offered_later = fields.is_part(draft, typed.message) and comes_back
    if not (kept or offered_later) or body.is_blank(typed.text):
        raise closed
    drafts.save(tx, fields.keep_version(draft, typed))
    row = outbox.newest_of_draft(tx, draft.owner, draft.id)
    if row is not None and offers_text(tx, row, draft):
        show_state(tx, row, None)
    return None if kept and not aside else closed
