"""The steps of a draft as rules over records: which field is asked next, and where an answer leads.

Nothing here knows rows, portals or people; every function takes a draft and gives a draft.
"""

from dataclasses import replace

from bitrix24.letter_reference import LetterReferenceError, letter_number
from mail.errors import BadValue
from mail.fields import COPIES, check_seen, filled, has_room, put, put_text, with_values
from mail.suggestions import Known, choices
from storage.records.drafts import Choice, Draft, Field, Source, Typed, Wants

STEPS = (Field.LETTER, Field.SENDER, Field.RECIPIENTS, Field.SUBJECT, Field.TEXT)
SHOWS_REVIEW = (Field.REVIEW, Field.EDIT, Field.COPIES)
MOST_WORDS = 4  # of what is taken for a value that was mistyped


def after(draft: Draft) -> Field:
    """The field that is asked once the present one is answered."""
    if draft.guided and draft.field in STEPS[:-1]:
        return STEPS[STEPS.index(draft.field) + 1]
    return next((field for field in STEPS if not filled(draft, field)), Field.REVIEW)


def before(draft: Draft) -> Field | None:
    """Where Back leads; None: there is nothing before, the draft is set aside."""
    if draft.field is Field.REVIEW:
        return Field.TEXT
    if draft.reviewed and draft.field in COPIES:
        return Field.COPIES
    if draft.reviewed:
        return Field.REVIEW
    place = STEPS.index(draft.field) if draft.field in STEPS else 0
    return STEPS[place - 1] if place else None


def enter(draft: Draft, field: Field, known: Known) -> Draft:
    """The draft as its next card asks for this field, with the choices that it offers.

    What it waited for from the portal is not wanted any more.
    """
    reviewed = draft.reviewed or field is Field.REVIEW
    return replace(
        draft,
        field=field,
        wants=Wants.NOTHING,
        letter_number=known.letter.number if known.letter else draft.letter_number,
        reviewed=reviewed,
        guided=draft.guided and not reviewed,
        whole=0,
        revision=draft.revision + 1,
        written=replace(draft.written, choices=choices(field, known), failure=None),
    )


def answer(draft: Draft, typed: Typed, known: Known) -> Draft:
    """Typed text answers what is asked; raises BadValue, and then nothing has changed."""
    if draft.field is Field.LETTER:
        return ask(draft, Wants.LETTER, number=_read_number(typed.text, known))
    if draft.field in SHOWS_REVIEW:
        return enter(put_text(draft, typed), Field.REVIEW, known)
    return move_on(_take(draft, typed, known), known)


def move_on(draft: Draft, known: Known) -> Draft:
    """To the next field.

    The text takes what was typed while the portal was asked; no other field does by itself, since
    an answer is soon mistaken for a subject.
    """
    draft = enter(draft, after(draft), known)
    return drained(draft, known) if draft.field in (Field.TEXT, *SHOWS_REVIEW) else draft


def drained(draft: Draft, known: Known) -> Draft:
    """What was typed meanwhile answers the steps that come up, as far as it fits.

    A guided step that refuses what was plainly meant for it puts that by: it is told, and never
    ends up in the text by itself.
    """
    taken = False
    while (
        draft.wants is Wants.NOTHING
        and not has_hole(draft)
        and (index := _next_waiting(draft)) is not None
    ):
        try:
            draft = use_waiting(draft, index, known)
        except BadValue:
            plain = draft.guided and (taken or is_value(draft.written.waiting[index].text))
            return _put_by(draft, index) if plain else draft
        taken = True
    return draft


def has_hole(draft: Draft, before: int | None = None) -> bool:
    """Does a text wait at the review, before that one, that the letter has no room for?"""
    waiting = draft.written.waiting[:before]
    return draft.field in SHOWS_REVIEW and not all(has_room(draft, typed) for typed in waiting)


def use_waiting(draft: Draft, index: int, known: Known) -> Draft:
    """A text that was typed meanwhile answers what is asked now."""
    waiting = draft.written.waiting
    rest = waiting[:index] + waiting[index + 1 :]
    return answer(with_values(draft, waiting=rest), replace(waiting[index], put_by=False), known)


def _next_waiting(draft: Draft) -> int | None:
    waiting = enumerate(draft.written.waiting)
    return next((index for index, typed in waiting if not typed.put_by), None)


def _put_by(draft: Draft, index: int) -> Draft:
    waiting = list(draft.written.waiting)
    waiting[index] = replace(waiting[index], put_by=True)
    return with_values(draft, waiting=tuple(waiting))


def is_value(text: str) -> bool:
    """A number, or addresses with a slip in them, rather than words for the letter's text."""
    words = text.split()
    if "\n" in text.strip() or len(words) > MOST_WORDS:
        return False
    return "@" in text or (len(words) == 1 and any(c.isdecimal() for c in text))


def check_same_letter(draft: Draft, reference: str, known: Known) -> None:
    """An edited command may change its text, not which letter is answered: BadValue then."""
    if reference and _read_number(reference, known) != draft.letter_number:
        raise BadValue(Field.LETTER, "other_letter", str(draft.letter_number or ""))


def _read_number(text: str, known: Known) -> int:
    try:
        return letter_number(text, known.host)
    except LetterReferenceError as error:
        raise BadValue(Field.LETTER, error.code.value, text.strip()[:200]) from None


def _take(draft: Draft, typed: Typed, known: Known) -> Draft:
    changed = put(draft, draft.field, typed, known)
    if draft.field is Field.TEXT:  # parts know their messages themselves
        return changed
    sources = tuple(s for s in changed.written.sources if s.field is not draft.field)
    if typed.message:  # a button has none
        sources = (*sources, Source(typed.message, draft.field))
    return with_values(changed, sources=sources)


def wait(draft: Draft, typed: Typed) -> Draft:
    """Keeps what was typed while the portal is asked, or a letter cannot be changed, in order.

    What nobody sees would fit into no step, and what was typed after it would wait for ever.
    """
    check_seen(typed)
    return with_values(draft, waiting=(*draft.written.waiting, typed))


def ask(draft: Draft, wants: Wants, *, number: int | None = None) -> Draft:
    """The draft asks the portal; the answer counts only for this revision's question.

    The letter that it answers so far stays until another one is found.
    """
    revision = draft.revision + 1
    return replace(
        draft,
        wants=wants,
        revision=revision,
        asked_at_revision=revision,
        letter_number=number or (draft.letter_number if draft.letter else None),
        written=replace(
            draft.written,
            choices=() if wants is Wants.UNREAD else _letters_offered(draft),
            failure=None,
        ),
    )


def _letters_offered(draft: Draft) -> tuple[Choice, ...]:
    """Can be chosen again, should the letter not be found."""
    return draft.written.choices if draft.field is Field.LETTER else ()
