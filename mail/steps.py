"""The steps of a draft as rules over records: which field is asked next, and what it may hold.

Nothing here knows rows, portals or people; every function takes a draft and gives a draft.
"""

from dataclasses import dataclass, replace

from bitrix24.letter_reference import LetterReferenceError, letter_number
from mail import body, recipients, subjects
from mail.errors import BadValue
from storage.records.connections import Account
from storage.records.drafts import Choice, Draft, Field, Part, Source, Typed, Wants, Written
from storage.records.letters import Letter

STEPS = (Field.LETTER, Field.SENDER, Field.RECIPIENTS, Field.SUBJECT, Field.TEXT)
COPIES = (Field.CC, Field.BCC)
SHOWS_REVIEW = (Field.REVIEW, Field.EDIT, Field.COPIES)

MOST_ADDRESSES = 100  # in To, Cc and Bcc together
NO_ADDRESSES = "none"  # typed or pressed, it empties Cc or Bcc


@dataclass(frozen=True, slots=True)
class Known:
    """What the fields are read against: the account, its host, and the letter once it is there."""

    account: Account
    host: str
    letter: Letter | None = None

    def owns(self, email: str) -> bool:
        """Is this address one of the person's own?"""
        own = [s.email for s in self.account.senders] + [m.email for m in self.account.mailboxes]
        return any(recipients.same_address(email, one) for one in own)


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


def choices(field: Field, known: Known) -> tuple[Choice, ...]:
    """What a field offers as buttons."""
    if field is Field.SENDER:
        return tuple(Choice(email) for email in sender_addresses(known))
    if known.letter is None:
        return ()
    if field is Field.RECIPIENTS:
        return _recipient_choices(known)
    if field is Field.SUBJECT:
        return (Choice(subjects.reply_subject(known.letter.text.subject)),)
    return ()


def sender_addresses(known: Known) -> tuple[str, ...]:
    """Each address once, the letter's own mailbox first."""
    mailbox = known.letter.text.mailbox if known.letter else ""
    emails: list[str] = []
    for sender in known.account.senders:
        if not any(recipients.same_address(sender.email, email) for email in emails):
            emails.append(sender.email)
    return tuple(sorted(emails, key=lambda email: not recipients.same_address(email, mailbox)))


def _recipient_choices(known: Known) -> tuple[Choice, ...]:
    assert known.letter is not None
    text = known.letter.text
    answered = _answered(known)
    one = tuple(Choice(a.email, a.name or a.email, 1) for a in answered[:1])
    others = [*answered, *recipients.read_addresses(f"{text.to}, {text.cc}")]
    everybody: list[str] = []
    for address in others:
        known_already = any(recipients.same_address(address.email, email) for email in everybody)
        if not known_already and not known.owns(address.email):
            everybody.append(address.email)
    if len(everybody) < 2:
        return one
    return (*one, Choice(", ".join(everybody), "", len(everybody)))


def _answered(known: Known) -> tuple[recipients.Address, ...]:
    """Whom a reply goes to: From, or the letter's To if From is one's own."""
    assert known.letter is not None
    text = known.letter.text
    sender = recipients.read_addresses(text.sender)
    if sender and known.owns(sender[0].email):
        return tuple(a for a in recipients.read_addresses(text.to) if not known.owns(a.email))
    return sender


def prefill(draft: Draft, known: Known) -> Draft:
    """A quick reply: sender, recipients and subject as far as the letter gives them."""
    assert known.letter is not None
    written = draft.written
    return replace(
        draft,
        written=replace(
            written,
            sender=written.sender or _own_sender(known),
            to=written.to or _sendable(_answered(known)),
            subject=written.subject or subjects.reply_subject(known.letter.text.subject),
        ),
    )


def _sendable(addresses: tuple[recipients.Address, ...]) -> tuple[str, ...]:
    """None of them, if one could not go out as it stands: then the person is asked."""
    try:
        read = recipients.read_recipients(", ".join(address.email for address in addresses))
    except recipients.RecipientsError:
        return ()
    return tuple(address.email for address in read)


def _own_sender(known: Known) -> str:
    emails = sender_addresses(known)
    assert known.letter is not None
    if emails and recipients.same_address(emails[0], known.letter.text.mailbox):
        return emails[0]
    return emails[0] if len(emails) == 1 else ""


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
    """What was typed meanwhile answers the steps that come up, as far as it fits."""
    while draft.written.waiting and draft.wants is Wants.NOTHING:
        try:
            draft = use_waiting(draft, known)
        except BadValue:
            break
    return draft


def use_waiting(draft: Draft, known: Known) -> Draft:
    """The first text that was typed meanwhile answers what is asked now."""
    first, *rest = draft.written.waiting
    return answer(_with(draft, waiting=tuple(rest)), first, known)


def _read_number(text: str, known: Known) -> int:
    try:
        return letter_number(text, known.host)
    except LetterReferenceError as error:
        raise BadValue(Field.LETTER, error.code.value, text.strip()[:200]) from None


def _take(draft: Draft, typed: Typed, known: Known) -> Draft:
    changed = _put(draft, draft.field, typed, known)
    if draft.field is Field.TEXT:  # parts know their messages themselves
        return changed
    sources = tuple(s for s in changed.written.sources if s.field is not draft.field)
    if typed.message:  # a button has none
        sources = (*sources, Source(typed.message, draft.field))
    return _with(changed, sources=sources)


def holds(draft: Draft, message: int) -> bool:
    """Was the draft made of this message, among others?"""
    written = draft.written
    messages = [part.message for part in written.parts]
    messages += [source.message for source in written.sources]
    messages += [typed.message for typed in written.waiting]
    return message in messages


def change(draft: Draft, typed: Typed, known: Known) -> Draft | None:
    """A message that the draft was made of was edited; None: the draft holds nothing of it."""
    if any(part.message == typed.message for part in draft.written.parts):
        return _change_part(draft, typed)
    for source in draft.written.sources:
        if source.message == typed.message:
            return _put(draft, source.field, typed, known)
    if any(one.message == typed.message for one in draft.written.waiting):
        waiting = tuple(
            typed if one.message == typed.message else one for one in draft.written.waiting
        )
        return replace(draft, written=replace(draft.written, waiting=waiting))
    return None


def _put(draft: Draft, field: Field, typed: Typed, known: Known) -> Draft:
    match field:
        case Field.SENDER:
            return _with(draft, sender=_read_sender(typed.text, known))
        case Field.SUBJECT:
            return _with(draft, subject=_read_subject(typed.text))
        case Field.TEXT:
            return put_text(_with(draft, parts=()), typed)
        case Field.RECIPIENTS | Field.CC | Field.BCC:
            return _put_addresses(draft, field, typed.text)
        case _:
            raise BadValue(field, "takes_no_text")


def _with(draft: Draft, **values: object) -> Draft:
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
    if field in COPIES and text.strip().lower() == NO_ADDRESSES:
        emails: tuple[str, ...] = ()
    else:
        try:
            emails = tuple(address.email for address in recipients.read_recipients(text))
        except recipients.RecipientsError as error:
            raise BadValue(field, error.code.value, error.piece, error.count) from None
    name = {Field.RECIPIENTS: "to", Field.CC: "cc", Field.BCC: "bcc"}[field]
    changed = _with(draft, **{name: emails})
    count = count_addresses(changed)
    if count > MOST_ADDRESSES:
        raise BadValue(field, recipients.RecipientFault.TOO_MANY.value, count=count)
    return changed


def count_addresses(draft: Draft) -> int:
    """All addresses that the letter would go to."""
    return len(draft.written.to) + len(draft.written.cc) + len(draft.written.bcc)


def put_text(draft: Draft, typed: Typed) -> Draft:
    """Adds typed text to the body as a new paragraph."""
    if not typed.text.strip():
        raise BadValue(Field.TEXT, "blank")
    part = Part(typed.message, typed.html, len(typed.text))
    return _within_limit(_with(draft, parts=(*draft.written.parts, part)))


def _change_part(draft: Draft, typed: Typed) -> Draft:
    if not typed.text.strip():
        raise BadValue(Field.TEXT, "blank")
    parts = tuple(
        Part(typed.message, typed.html, len(typed.text)) if part.message == typed.message else part
        for part in draft.written.parts
    )
    return _within_limit(_with(draft, parts=parts))


def _within_limit(draft: Draft) -> Draft:
    length = sum(part.length for part in draft.written.parts)
    if length > body.MAX_BODY:
        raise BadValue(Field.TEXT, "too_long", count=length)
    return draft


def wait(draft: Draft, typed: Typed) -> Draft:
    """Keeps what was typed while the portal is asked, in order."""
    return _with(draft, waiting=(*draft.written.waiting, typed))


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
