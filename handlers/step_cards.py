"""The cards of a draft's steps: what is asked, what can be pressed instead of typing."""

from aiogram.utils.formatting import BlockQuote, Bold, Italic, Text, as_list

from handlers.address_text import addresses_text
from handlers.buttons import on_draft
from handlers.cards import Button, Shown, rows
from handlers.earlier_line import earlier_lines
from handlers.letter_card import shortened, shown_line
from handlers.review_card import review_card, whole_html
from handlers.sentences import failure_sentence
from handlers.texts import Texts, mark
from handlers.waiting_text import use_buttons
from mail import body
from mail.draft_presses import Press
from mail.fields import COPIES, filled
from mail.scenes import DraftScene
from mail.steps import SHOWS_REVIEW
from storage.records.drafts import Choice, Draft, DraftState, Field, Wants
from storage.records.notices import CardKind
from storage.records.outbox import Earlier

TEXT_UNITS = 1500  # of the text that a step shows
FIRST_WORDS = 60  # units of the text, by which what was set aside is told apart
MOST_CHOICES = 90  # Telegram takes 100 buttons; what has none can be typed

_PROMPTS = {
    Field.LETTER: mark("Which letter do you want to answer? Type its number or paste its link."),
    Field.SENDER: mark("Which address should it go from?"),
    Field.RECIPIENTS: mark("Who should get it? Press a name, or type one or more addresses."),
    Field.SUBJECT: mark("What is the subject?"),
    Field.TEXT: mark("Type your answer."),
    Field.CC: mark("Who gets a copy (Cc)? What you type replaces the field."),
    Field.BCC: mark("Who gets a hidden copy (Bcc)? What you type replaces the field."),
}


_FINAL = ("not_found", "no_right")  # asking for the same letter again would say the same


def draft_card(scene: DraftScene, _: Texts) -> Shown:
    """The draft as it is now: set aside, looking, at a step, or at its review."""
    draft = scene.draft
    if draft.state is DraftState.ASIDE:
        return _aside(scene, _)
    if draft.wants is not Wants.NOTHING:
        return _looking(draft, _, slow=scene.slow)
    if draft.field in SHOWS_REVIEW:
        return review_card(scene, _)
    return _step(scene, _)


def _aside(scene: DraftScene, _: Texts) -> Shown:
    draft = scene.draft
    said = _("Set aside. Nothing was sent, and nothing is lost.")
    if scene.earlier is not Earlier.NONE:
        said = _("Set aside; nothing is lost.")
    lines = [Text(said), *earlier_lines(scene.earlier, _)]
    if draft.letter_number:
        lines.append(Text(_("Letter {number}").format(number=draft.letter_number)))
    if draft.written.subject:
        lines.append(Text(Bold(_("Subject:")), " ", shown_line(draft.written.subject)))
    text = " ".join(body.plain(whole_html(draft.written)).split())
    if text:
        lines.append(Text(BlockQuote(shortened(text, FIRST_WORDS))))
    keyboard = ((on_draft(draft, _("Bring back"), Press.BRING_BACK),),)
    return _shown(draft, as_list(*lines), keyboard)


def _looking(draft: Draft, _: Texts, *, slow: bool) -> Shown:
    if draft.wants is Wants.UNREAD:
        text = _("Looking for unread letters…")
    else:
        text = _("Looking for letter {number}…").format(number=draft.letter_number)
    lines = [Text(text)]
    if slow:
        lines.append(Text(_("The portal is busy; this goes on by itself.")))
    return _shown(draft, as_list(*lines), (_ways_out(draft, _),))


def _step(scene: DraftScene, _: Texts) -> Shown:
    draft = scene.draft
    lines: list[Text] = []
    about = _about(scene, _)
    if about:
        lines.append(Italic(about))
    if draft.written.failure is not None:
        zone = scene.connection.account.zone if scene.connection else ""
        lines.append(Text(failure_sentence(draft.written.failure, _, zone)))
    lines.append(Text(_prompt(draft, _)))
    present = _present(draft)
    if present.render()[0]:
        lines += [Text(_("Now:")), BlockQuote(present)]
    elif draft.field in (Field.CC, Field.BCC):
        lines.append(Text(_("Now: nobody")))
    if draft.field is Field.LETTER and draft.written.parts:
        kept = shortened(body.plain(whole_html(draft.written)), TEXT_UNITS)
        lines += [Text(_("Your text is kept:")), BlockQuote(kept)]
    lines += _meanwhile(draft, _)
    return _shown(draft, as_list(*lines), _keyboard(draft, _))


def _meanwhile(draft: Draft, _: Texts) -> list[Text]:
    """What was typed while the portal was asked, and what of it did not fit."""
    waiting = draft.written.waiting
    lists = (
        (_("Not taken so far:"), [one for one in waiting if one.put_by]),
        (_("You typed meanwhile:"), [one for one in waiting if not one.put_by]),
    )
    lines: list[Text] = []
    for title, some in lists:
        if some:
            shown = "\n".join(shown_line(one.text) for one in some)
            lines += [Text(title), BlockQuote(shortened(shown, TEXT_UNITS))]
    return lines


def _about(scene: DraftScene, _: Texts) -> str:
    draft, letter = scene.draft, scene.letter
    if draft.field is Field.LETTER and draft.written.failure is not None:
        return (
            _("Letter {number}").format(number=draft.letter_number) if draft.letter_number else ""
        )
    if letter is None:
        return ""
    subject = shown_line(letter.text.subject) or _("(no subject)")
    return f"{_('Letter {number}').format(number=letter.number)} · {subject}"


def _prompt(draft: Draft, _: Texts) -> str:
    if draft.field is Field.TEXT and draft.written.parts:
        return _("Type your answer. It replaces the text below.")
    prompt = _PROMPTS.get(draft.field)
    return _(prompt) if prompt else _("Open the review to go on.")


def _present(draft: Draft) -> Text:
    """What the field holds, so that nobody has to remember it while they mend it."""
    written = draft.written
    match draft.field:
        case Field.SENDER:
            return addresses_text((written.sender,) if written.sender else ())
        case Field.RECIPIENTS:
            return addresses_text(written.to)
        case Field.CC:
            return addresses_text(written.cc)
        case Field.BCC:
            return addresses_text(written.bcc)
        case Field.SUBJECT:
            return Text(shown_line(written.subject))
        case Field.TEXT:
            return Text(shortened(body.plain(whole_html(written)), TEXT_UNITS))
        case _:
            return Text()


def _keyboard(draft: Draft, _: Texts) -> tuple[tuple[Button, ...], ...]:
    choices = [
        on_draft(draft, _label(draft.field, choice, _), Press.CHOOSE, index)
        for index, choice in enumerate(draft.written.choices[:MOST_CHOICES])
    ]
    extra: list[Button] = []
    if draft.written.failure is not None and draft.written.failure.code not in _FINAL:
        extra.append(on_draft(draft, _("Try again"), Press.AGAIN))
    if draft.field in COPIES:
        extra.append(on_draft(draft, _("None"), Press.NONE))
    if draft.field is Field.REFUSAL:
        extra.append(on_draft(draft, _("Review"), Press.OPEN, Field.REVIEW))
    if not draft.reviewed and filled(draft, draft.field):
        extra.append(on_draft(draft, _("Keep as it is"), Press.KEEP))
    extra += use_buttons(draft, _)
    return (*rows(choices, 1), *rows(extra, 2), _ways_out(draft, _))


def _label(field: Field, choice: Choice, _: Texts) -> str:
    if field is Field.RECIPIENTS and choice.count > 1:
        return _("All ({n})").format(n=_.number(choice.count))
    return shown_line(choice.label) or choice.value


def _ways_out(draft: Draft, _: Texts) -> tuple[Button, ...]:
    return (
        on_draft(draft, _("Back"), Press.BACK),
        on_draft(draft, _("Cancel"), Press.CANCEL),
    )


def _shown(draft: Draft, text: Text, keyboard: tuple[tuple[Button, ...], ...]) -> Shown:
    return Shown(text, keyboard, CardKind.DRAFT, draft.id, draft.revision)
