"""The review: what will go out, to whom, and what to look at twice."""

from collections.abc import Sequence

from aiogram.types import MessageEntity
from aiogram.utils.formatting import Bold, Italic, Text, as_list

from handlers.address_text import address_text
from handlers.buttons import SendButton, on_draft
from handlers.cards import MOST_UNITS, Button, Shown, rows
from handlers.earlier_line import earlier_lines, other_answer_lines
from handlers.formatting import body_text, cut, length, pieces
from handlers.letter_card import shown_line
from handlers.texts import Texts
from handlers.waiting_text import left_out, use_buttons
from mail import body
from mail.draft_presses import Press
from mail.recipients import domain
from mail.scenes import DraftScene
from storage.records.drafts import Draft, Field, Written
from storage.records.notices import CardKind

REVIEW_UNITS = 2500  # of the text that the review shows at most
PAGE_UNITS = 3500  # of the text on a page of its own
LIST_UNITS = 350  # of one address list; the rest is counted
MOST_ENTITIES = 90  # Telegram takes 100; the card needs a few of its own
MANY_RECIPIENTS = 5

_NO_REPLY = ("no-reply", "noreply", "no_reply", "donotreply", "do-not-reply")
_ATTACHED = ("attached", "attachment", "во вложении", "прикрепл", "приложен")


def review_card(scene: DraftScene, _: Texts) -> Shown:
    """The review, its edit menus, or a page of the whole text."""
    draft = scene.draft
    text, was_cut = (_page(draft, _), False) if draft.whole else _review(scene, _)
    return Shown(
        text, _keyboard(draft, _, was_cut=was_cut), CardKind.DRAFT, draft.id, draft.revision
    )


def _review(scene: DraftScene, _: Texts) -> tuple[Text, bool]:
    """All of it, and whether the text was cut: long addresses take its room, never a warning's."""
    written = scene.draft.written
    above = [Bold(_("Check before it goes out")), *_headers(written, _), Text("")]
    below = [Text(""), Italic(_("Bitrix24 adds the quote."))]
    below += earlier_lines(scene.earlier, _)
    below += other_answer_lines(scene.others, _)
    below += [Text("⚠️ ", warning) for warning in warnings(written, _)]
    below += left_out(written, _)
    rest = length(_bare(as_list(*above, Text("…"), *below)))
    room = min(REVIEW_UNITS, MOST_UNITS - rest)
    text, entities, was_cut = cut(*body_text(whole_html(written)), room)
    shown = Text.from_entities(text, entities[:MOST_ENTITIES])
    return as_list(*above, Text(shown, "…") if was_cut else shown, *below), was_cut


def _bare(text: Text) -> str:
    """The words alone, which aiogram would render node by node only to count them."""
    return "".join(node if isinstance(node, str) else _bare(node) for node in text)


def _headers(written: Written, _: Texts) -> list[Text]:
    lists = (
        (_("To:"), written.to),
        (_("Cc:"), written.cc),
        (_("Bcc:"), written.bcc),
    )
    home = domain(written.sender)
    lines = [Text(Bold(_("From:")), " ", address_text(written.sender))]
    lines += [Text(Bold(label), " ", _addresses(some, home, _)) for label, some in lists if some]
    lines.append(Text(Bold(_("Subject:")), " ", shown_line(written.subject)))
    if any(domain(email) != home for email in (*written.to, *written.cc, *written.bcc)):
        lines.append(Italic(_("↗ outside {domain}").format(domain=home)))
    return lines


def _addresses(emails: Sequence[str], home: str, _: Texts) -> Text:
    parts: list[str | Text] = []
    units = 0
    for number, email in enumerate(emails):
        shown = Text(address_text(email), "" if domain(email) == home else " ↗")
        units += length(_bare(shown)) + 2
        if parts and units - 2 > LIST_UNITS:
            more = len(emails) - number
            counted = _.plural("and {n} more", "and {n} more", more).format(n=_.number(more))
            return Text(*parts, " ", counted)
        parts += [*([", "] if parts else []), shown]
    return Text(*parts)


def whole_html(written: Written) -> str:
    """The body as it goes out."""
    return body.joined([part.html for part in written.parts])


def _page(draft: Draft, _: Texts) -> Text:
    found = _pages(draft.written)
    page = min(max(draft.whole, 1), len(found))
    text, entities = found[page - 1]
    title = _("Text, part {page} of {pages}").format(page=page, pages=len(found))
    return as_list(Bold(title), Text(""), Text.from_entities(text, entities[:MOST_ENTITIES]))


def _pages(written: Written) -> list[tuple[str, list[MessageEntity]]]:
    return pieces(*body_text(whole_html(written)), PAGE_UNITS)


def warnings(written: Written, _: Texts) -> list[str]:
    """What is easily overlooked."""
    found = []
    everybody = (*written.to, *written.cc, *written.bcc)
    if len(everybody) > MANY_RECIPIENTS:
        found.append(
            _.plural("It goes to {n} address.", "It goes to {n} addresses.", len(everybody)).format(
                n=_.number(len(everybody))
            )
        )
    silent = [e for e in everybody if e.lower().startswith(_NO_REPLY)]
    if silent:
        found.append(_("Perhaps nobody reads {email}.").format(email=silent[0]))
    whole = whole_html(written)
    if any(word in body.plain(whole).lower() for word in _ATTACHED):
        found.append(_("The text mentions an attachment; the bot cannot attach files."))
    if body.shows_webhook(whole):
        found.append(
            _("The text shows a webhook's address: whoever has it can read and send your mail.")
        )
    return found


def _keyboard(draft: Draft, _: Texts, *, was_cut: bool) -> tuple[tuple[Button, ...], ...]:
    back = on_draft(draft, _("Back"), Press.BACK)
    cancel = on_draft(draft, _("Cancel"), Press.CANCEL)
    if draft.whole:
        return (_turning(draft, _), (on_draft(draft, _("Back"), Press.OPEN, Field.REVIEW), cancel))
    if draft.field is Field.EDIT:
        return (*_fields(draft, _), (on_draft(draft, _("Back"), Press.OPEN, Field.REVIEW), cancel))
    if draft.field is Field.COPIES:
        copies = tuple(
            on_draft(draft, label, Press.OPEN, field)
            for label, field in ((_("Cc"), Field.CC), (_("Bcc"), Field.BCC))
        )
        return (copies, (on_draft(draft, _("Back"), Press.OPEN, Field.EDIT), cancel))
    send = Button(_("Send"), SendButton(draft=draft.id, revision=draft.revision).pack())
    first = (send, on_draft(draft, _("Edit"), Press.OPEN, Field.EDIT))
    use = rows(use_buttons(draft, _), 2)
    if was_cut:
        return (first, (on_draft(draft, _("Show all"), Press.WHOLE, 1),), *use, (back, cancel))
    return (first, *use, (back, cancel))


def _fields(draft: Draft, _: Texts) -> tuple[tuple[Button, ...], ...]:
    return (
        (
            on_draft(draft, _("Sender"), Press.OPEN, Field.SENDER),
            on_draft(draft, _("Recipients"), Press.OPEN, Field.RECIPIENTS),
        ),
        (
            on_draft(draft, _("Subject"), Press.OPEN, Field.SUBJECT),
            on_draft(draft, _("Text"), Press.OPEN, Field.TEXT),
        ),
        (on_draft(draft, _("Cc/Bcc"), Press.OPEN, Field.COPIES),),
    )


def _turning(draft: Draft, _: Texts) -> tuple[Button, ...]:
    turns = []
    if draft.whole > 1:
        turns.append(on_draft(draft, "◀", Press.WHOLE, draft.whole - 1))
    if draft.whole < len(_pages(draft.written)):
        turns.append(on_draft(draft, "▶", Press.WHOLE, draft.whole + 1))
    return tuple(turns)
