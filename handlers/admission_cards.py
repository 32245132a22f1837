"""What people read on their way in, and what admins see of them."""

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Text, as_list

from handlers.cards import Button, Shown, TelegramId
from handlers.removal_cards import RemovalPress, remove_button, who
from handlers.texts import Texts, mark
from mail.people import Answer
from mail.scenes import AdmittedScene, ApprovalScene
from storage.records.notices import CardKind
from storage.records.people import Access, Person


class LetInButton(CallbackData, prefix="l"):
    """An admin's decision about a stranger."""

    person: TelegramId
    revision: int
    let_in: bool


_ANSWERS = {
    Answer.ASKED: mark(
        "Hello! This bot is for invited people. I have asked the admins to let you in, "
        "and will write to you when they have decided."
    ),
    Answer.ASKED_BEFORE: mark(
        "The admins of this bot have been asked to let you in. I will write to you when they "
        "have decided."
    ),
    Answer.FULL: mark(
        "This bot is for invited people, and too many are waiting to be let in. Please try again "
        "tomorrow."
    ),
    Answer.REFUSED: mark("The admins of this bot have not let you in. You can ask again tomorrow."),
    Answer.REMOVED: mark(
        "The admins of this bot have taken your access away. You can ask again a day after that."
    ),
}


def stranger_text(answer: Answer, _: Texts) -> str:
    """The one sentence that a stranger gets."""
    return _(_ANSWERS[answer])


def start_text(person: Person, _: Texts) -> str:
    """What to do first."""
    hello = _("Hello! Here you can answer your Bitrix24 mail.")
    if person.active_connection is None:
        return hello + " " + _("Send /connect to connect your portal; /help says more.")
    return hello + " " + _("Send /reply to answer a letter; /help says more.")


def claimed_text(_: Texts) -> str:
    """To the first admin, who had the code."""
    return _(
        "You are an admin of this bot now: you will be asked about everybody who wants to use it. "
        "Send /connect to connect your own portal."
    )


def invite_text(link: str, _: Texts) -> str:
    """To the admin who asked for a link."""
    said = _("This link lets one person in, once, within 24 hours. Please send it to them only:")
    return f"{said}\n{link}"


def no_use_text(_: Texts) -> str:
    """Expired, used and forged links get the same words, so that nobody learns which it is."""
    return _(
        "This link does not let you in. Please ask an admin of this bot for a new one, or send "
        "/start to ask to be let in."
    )


def no_access_toast(_: Texts) -> str:
    """To whoever presses a button without being let in, whatever the button."""
    return _("You cannot use this bot at the moment.")


def approval_card(scene: ApprovalScene, _: Texts) -> Shown:
    """Somebody who asks, who came by a link of the reader, or because anybody may."""
    stranger = scene.stranger
    lines = [*_how(scene, _), who(stranger, _)]
    keyboard: tuple[tuple[Button, ...], ...] = ()
    if stranger.access is Access.WAITING:
        keyboard = (
            (
                _button(stranger, _("Let in"), let_in=True),
                _button(stranger, _("Refuse"), let_in=False),
            ),
        )
    elif stranger.access is Access.ADMITTED:
        lines.append(_("Was let in ✅"))
        if not stranger.admin:
            keyboard = ((remove_button(stranger, _("Remove access"), RemovalPress.ASK),),)
    elif stranger.removed:
        lines.append(_("Was removed ❌"))
    else:
        lines.append(_("Was refused ❌"))
    return Shown(
        as_list(*(Text(line) for line in lines)),
        keyboard,
        CardKind.APPROVAL,
        str(stranger.id),
        stranger.revision,
    )


def _how(scene: ApprovalScene, _: Texts) -> tuple[str, ...]:
    """How they came; of somebody removed it is not known any more whether they once asked."""
    if scene.by_link:
        return (_("Somebody came in by your link:"),)
    stranger = scene.stranger
    if stranger.removed and stranger.access is not Access.WAITING:
        return ()
    if stranger.asked_at is None:
        return (_("Somebody began to use this bot:"),)
    return (_("Somebody asks to use this bot:"),)


def _button(stranger: Person, label: str, *, let_in: bool) -> Button:
    data = LetInButton(person=stranger.id, revision=stranger.revision, let_in=let_in)
    return Button(label, data.pack())


def admitted_card(scene: AdmittedScene, _: Texts) -> Shown:
    """To the person about whom was decided."""
    if scene.admitted:
        now = _("Send /connect to connect your portal; /help says more.")
        return Shown(as_list(Text(_("You were let in ✅")), Text(now)))
    if scene.removed:
        return Shown(
            Text(
                _(
                    "The admins of this bot have removed you from it. Letters that had not "
                    "left were cancelled, and I have forgotten your webhooks; please delete them "
                    "in Bitrix24 if you do not need them."
                )
            )
        )
    return Shown(Text(_("The admins of this bot did not let you in.")))
