"""The card of a letter: who, to whom, what about, when, and its text in a folded quote."""

from aiogram.utils.formatting import Bold, ExpandableBlockQuote, Text, as_list

from handlers.cards import Shown
from handlers.foreign_text import harmless, untappable
from handlers.formatting import cut, length
from handlers.texts import Texts
from mail.recipients import read_addresses, same_address
from mail.scenes import LetterScene
from storage.records.letters import LetterText
from storage.records.notices import CardKind

TEXT_UNITS = 2500  # of the letter's text that the card shows
HEADER_UNITS = 300  # of one header line
MOST_SENDERS = 3  # of a letter whose senders are too long to be shown as they are
NAME_UNITS = 100  # of a sender's name that is too long to be shown whole


def letter_card(scene: LetterScene, _: Texts) -> Shown:
    """Replying to it begins an answer."""
    letter = scene.letter
    lines = [*_headers(letter.text, letter.number, scene.connection.account.zone, _)]
    body = shortened(letter.text.body, TEXT_UNITS)
    if body:
        lines.append(ExpandableBlockQuote(body))
    else:
        lines.append(Text(_("The letter has no text.")))
    lines.append(Text(_("Reply to this message to answer it at once.")))
    return Shown(as_list(*lines), kind=CardKind.LETTER, subject=letter.id)


def _headers(letter: LetterText, number: int, zone: str, _: Texts) -> list[Text]:
    subject = shown_line(letter.subject) or _("(no subject)")
    lines = [
        Text("✉️ ", _("Letter {number}").format(number=number), " · ", Bold(subject)),
        Text(_("From:"), " ", _sender(letter.sender) or _("(unknown sender)")),
    ]
    if letter.to and not _only_mailbox(letter.to, letter.mailbox):
        lines.append(Text(_("To:"), " ", shown_line(letter.to)))
    if letter.cc:
        lines.append(Text(_("Cc:"), " ", shown_line(letter.cc)))
    if letter.date is not None:
        lines.append(Text(_.date_time(letter.date, zone)))
    if letter.has_attachments:
        lines.append(Text("📎 ", _("Has attachments; they stay in Bitrix24.")))
    return lines


def _sender(text: str) -> str:
    """However long the name that somebody gave themselves, their address is shown."""
    line, addresses = shown_line(text), read_addresses(text)
    if all(address.email in line for address in addresses):
        return line
    return ", ".join(
        f"{shortened(address.name, NAME_UNITS)} <{untappable(harmless(address.email))}>".strip()
        for address in addresses[-MOST_SENDERS:]
    )


def _only_mailbox(to: str, mailbox: str) -> bool:
    addresses = read_addresses(to)
    return len(addresses) == 1 and same_address(addresses[0].email, mailbox)


def shown_line(text: str) -> str:
    """One line of somebody else's words, cut to what a header line may take."""
    return shortened(" ".join(text.split()), HEADER_UNITS)


def shortened(text: str, units: int) -> str:
    """Somebody's words, made harmless, and cut to so many UTF-16 units."""
    clean = untappable(harmless(text)).strip()
    if length(clean) <= units:
        return clean
    shorter, _entities, _was_cut = cut(clean, [], units - 1)
    return f"{shorter}…"
