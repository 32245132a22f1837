"""What the fields of a draft may hold, and how typed text gets into them.

Every function takes a draft and gives a draft; BadValue says what is wrong with a value.
"""

from dataclasses import replace

from mail import body, recipients, subjects
from mail.errors import BadValue
from mail.suggestions import Known, sender_addresses
from storage.records.drafts import Draft, Field, Part, Typed, Written

COPIES = (Field.CC, Field.BCC)
MOST_ADDRESSES = 100  # in To, Cc and Bcc together
EMPTY = "none"  # what the button that empties Cc or Bcc stands for
# Typed, each does the same; in every language that the bot speaks, since none is an address.
NO_ADDRESSES = (EMPTY, "no one", "nobody", "никому", "никто", "нет", "-", "–", "—")


def filled(draft: Draft, field: Field) -> bool:
    """Has the field a value that could go out?"""
    written = draft.written
    match field:
        case Field.LETTER:
            return draft.letter is not None
        case Field.SENDER:
            return bool(written.sender)
        case Field.RECIPIENTS:
            return bool(written.to)
        case Field.SUBJECT:
            return bool(written.subject)
        case Field.TEXT:
            return bool(written.parts)
        case _:
            return True


def holds(draft: Draft, message: int) -> bool:
    """Was the draft made of this message, among others?"""
    written = draft.written
    sources = [source.message for source in written.sources]
    return message in sources or is_part(draft, message) or is_waiting(draft, message)


def is_part(draft: Draft, message: int) -> bool:
    """Is some of the body from this message?"""
    return any(part.message == message for part in draft.written.parts)


def is_waiting(draft: Draft, message: int) -> bool:
    """Was this message kept, and has gone nowhere yet?"""
    return any(typed.message == message for typed in draft.written.waiting)


def change(draft: Draft, typed: Typed, known: Known) -> Draft | None:
    """A message that the draft was made of was edited; None: the draft holds nothing of it."""
    if is_part(draft, typed.message):
        return _change_part(_without_waiting(draft, typed.message), typed)
    for source in draft.written.sources:
        if source.message == typed.message:
            return put(draft, source.field, typed, known)
    if is_waiting(draft, typed.message):
        return _change_waiting(draft, typed)
    return None


def keep_version(draft: Draft, typed: Typed) -> Draft:
    """The newest version of a message, put by, while the letter must stay as it is."""
    if is_waiting(draft, typed.message):
        return _change_waiting(draft, typed)
    return with_values(draft, waiting=(*draft.written.waiting, replace(typed, put_by=True)))


def _change_waiting(draft: Draft, typed: Typed) -> Draft:
    check_seen(typed)
    waiting = tuple(
        replace(typed, put_by=one.put_by) if one.message == typed.message else one
        for one in draft.written.waiting
    )
    return with_values(draft, waiting=waiting)


def _without_waiting(draft: Draft, message: int) -> Draft:
    waiting = tuple(one for one in draft.written.waiting if one.message != message)
    return with_values(draft, waiting=waiting)


def put(draft: Draft, field: Field, typed: Typed, known: Known) -> Draft:
    match field:
        case Field.SENDER:
            return with_values(draft, sender=_read_sender(typed.text, known))
        case Field.SUBJECT:
            return with_values(draft, subject=_read_subject(typed.text))
        case Field.TEXT:
            return put_text(with_values(draft, parts=()), typed)
        case Field.RECIPIENTS | Field.CC | Field.BCC:
            return _put_addresses(draft, field, typed.text)
        case _:
            raise BadValue(field, "takes_no_text")


def with_values(draft: Draft, **values: object) -> Draft:
    written: Written = replace(draft.written, **values)  # type: ignore[arg-type]  # fields of Written
    return replace(draft, written=written)


def _read_sender(text: str, known: Known) -> str:
    given = recipients.read_addresses(text)
    emails = [address.email for address in given[:1]] or [text.strip()]
    for email in sender_addresses(known):
        if any(recipients.same_address(email, one) for one in emails):
            return email
    raise BadValue(Field.SENDER, "not_a_sender", text.strip()[:200])


def _read_subject(text: str) -> str:
    try:
        return subjects.read_subject(text)
    except subjects.SubjectError as error:
        raise BadValue(Field.SUBJECT, error.code.value, count=error.length) from None


def _put_addresses(draft: Draft, field: Field, text: str) -> Draft:
    if field in COPIES and text.strip(" .!\r\n\t").lower() in NO_ADDRESSES:
        emails: tuple[str, ...] = ()
    else:
        try:
            emails = tuple(address.email for address in recipients.read_recipients(text))
        except recipients.RecipientsError as error:
            raise BadValue(field, error.code.value, error.piece, error.count) from None
    name = {Field.RECIPIENTS: "to", Field.CC: "cc", Field.BCC: "bcc"}[field]
    changed = with_values(draft, **{name: emails})
    count = count_addresses(changed)
    if count > MOST_ADDRESSES:
        raise BadValue(field, recipients.RecipientFault.TOO_MANY.value, count=count)
    return changed


def count_addresses(draft: Draft) -> int:
    """All addresses that the letter would go to."""
    return len(draft.written.to) + len(draft.written.cc) + len(draft.written.bcc)


def put_text(draft: Draft, typed: Typed) -> Draft:
    """Adds typed text to the body as a new paragraph, or in place of its older version."""
    if is_part(draft, typed.message):
        return _change_part(draft, typed)
    check_seen(typed)
    part = Part(typed.message, typed.html, len(typed.text))
    return _within_limit(with_values(draft, parts=(*draft.written.parts, part)))


def has_room(draft: Draft, typed: Typed) -> bool:
    """May the body grow by this text?"""
    others = (part.length for part in draft.written.parts if part.message != typed.message)
    return sum(others) + len(typed.text) <= body.MAX_BODY


def check_seen(typed: Typed) -> None:
    """Raises BadValue for text of which a reader would see nothing."""
    if body.is_blank(typed.text):
        raise BadValue(Field.TEXT, "blank")


def _change_part(draft: Draft, typed: Typed) -> Draft:
    if body.is_blank(typed.text):
        raise BadValue(Field.TEXT, "blanked")
    parts = tuple(
        Part(typed.message, typed.html, len(typed.text)) if part.message == typed.message else part
        for part in draft.written.parts
    )
    return _within_limit(with_values(draft, parts=parts))


def _within_limit(draft: Draft) -> Draft:
    length = sum(part.length for part in draft.written.parts)
    if length > body.MAX_BODY:
        raise BadValue(Field.TEXT, "too_long", count=length)
    return draft
