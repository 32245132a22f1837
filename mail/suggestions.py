"""What a letter suggests for the answer to it: choices on buttons, and a quick reply's values."""

from dataclasses import dataclass, replace

from mail import recipients, subjects
from storage.records.connections import Account, Sender
from storage.records.drafts import Choice, Draft, Field
from storage.records.letters import Letter


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
    emails = [sender.email for sender in senders_once(known.account)]
    return tuple(sorted(emails, key=lambda email: not recipients.same_address(email, mailbox)))


def senders_once(account: Account) -> tuple[Sender, ...]:
    """A portal has one address under several names: each once, by the first name that it has."""
    found: list[Sender] = []
    for sender in account.senders:
        place = next(
            (
                place
                for place, one in enumerate(found)
                if recipients.same_address(one.email, sender.email)
            ),
            None,
        )
        if place is None:
            found.append(sender)
        elif not found[place].name:
            found[place] = replace(found[place], name=sender.name)
    return tuple(found)


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
    if len(addresses) <= recipients.MAX_RECIPIENTS and all(one.sendable for one in addresses):
        return tuple(one.email for one in addresses)
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
