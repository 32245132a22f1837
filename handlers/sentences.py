"""The one mapper from codes to sentences: what `mail` refuses and what portals refused, in words.

Handlers and renderers import from here alone; the larger tables stand in modules of their own.
"""

from aiogram.utils.formatting import Text

from handlers.bad_value_sentences import bad_value_sentence, bad_value_text
from handlers.failure_sentences import failure_sentence
from handlers.field_sentences import field_label, field_sentences, mend_fields
from handlers.letter_card import shown_line
from handlers.texts import Texts, mark
from mail.errors import (
    BadValue,
    Closed,
    Closing,
    Limit,
    LimitReached,
    MailError,
    NotAllowed,
    NotConnected,
    NothingAsked,
    OpenDraft,
    SendPressed,
    ShutOut,
    Stale,
    TooLate,
)

__all__ = [
    "BRING_WITH",
    "after_colon",
    "bad_value_sentence",
    "closed_sentence",
    "failure_sentence",
    "field_label",
    "field_sentences",
    "kept_sentence",
    "kept_text",
    "limit_sentence",
    "mend_fields",
    "not_allowed_sentence",
    "not_connected_sentence",
    "nothing_asked_sentence",
    "sealed_sentence",
    "secret_left_sentence",
    "sentence",
    "sentence_text",
    "stale_toast",
    "too_late_toast",
]

BRING_WITH = mark("Bring back with this text")

# {undo}, {bring_back}, {cancel} and {review} are buttons.
_CLOSED = {
    Closing.ASIDE: mark("This draft is set aside. Please press “{bring_back}” to go on with it."),
    Closing.HELD: mark("The letter is about to go. Please press “{undo}” first, then change it."),
    Closing.SENDING: mark("The letter is on its way and cannot be changed now."),
    Closing.VERIFYING: mark(
        "It is not known yet whether the letter left. The bot is finding out, and tells you."
    ),
    Closing.UNKNOWN: mark(
        "It is not known whether the letter left. Please say on its card what to do about it."
    ),
    Closing.ENDED: mark("This letter is finished. Please begin a new one with /reply."),
    Closing.WAITING: mark(
        "The letter waits to go out. Please press “{cancel}” on its card first, then change it."
    ),
    Closing.REFUSAL: mark("Please press “{review}” first, and choose there what to change."),
}


def sentence(error: MailError, _: Texts) -> str:
    """For a toast or a message, at most 200 characters, which is what a toast holds."""
    match error:
        case BadValue():
            return bad_value_sentence(error, _)
        case Closed():
            return closed_sentence(error, _)
        case LimitReached():
            return limit_sentence(error, _)
        case SendPressed():
            return send_pressed_toast(error, _)
        case Stale():
            return stale_toast(_)
        case TooLate():
            return too_late_toast(_)
        case NothingAsked():
            return nothing_asked_sentence(_)
        case NotConnected():
            return not_connected_sentence(_, checking=error.checking)
        case NotAllowed() | ShutOut():
            return not_allowed_sentence(error, _)
        case _:
            return _("That did not work. Please try again.")


def sentence_text(error: MailError, _: Texts) -> Text:
    """For a message: a value that was refused can be copied, and none is a tap away."""
    return bad_value_text(error, _) if isinstance(error, BadValue) else Text(sentence(error, _))


def after_colon(said: str) -> str:
    """A sentence that goes on behind a colon; names like Bitrix24 and fields keep their capital."""
    return said[:1].lower() + said[1:] if said.partition(" ")[0].isalpha() else said


def closed_sentence(error: Closed, _: Texts) -> str:
    """Why typed text changes nothing now, and how to change that."""
    said = _(_CLOSED[error.closing]).format(
        undo=_("Undo"), bring_back=_("Bring back"), cancel=_("Cancel"), review=_("Review")
    )
    if error.aside:
        said += " " + _("Or press “{bring}”.").format(bring=_(BRING_WITH))
    if error.other is None:
        return said
    other = _("Still being written: {letter}. Was your text for that? Then press “{use}”.")
    return said + " " + other.format(letter=_letter(error.other, _), use=_("Use this text"))


def kept_sentence(error: Closed | BadValue, _: Texts) -> str:
    """Why typed text changes nothing now, where it was kept with its letter."""
    return kept_text(error, _).render()[0]


def kept_text(error: Closed | BadValue, _: Texts) -> Text:
    """The same for a message."""
    if isinstance(error, BadValue):
        kept = _("What you typed is kept, and the review offers it.")
    else:
        kept = _(
            "What you typed is kept, and is offered once the letter can be changed, or as another "
            "answer once it has left."
        )
    return Text(sentence_text(error, _), " ", kept)


def _letter(draft: OpenDraft, _: Texts) -> str:
    if draft.subject:
        return shown_line(draft.subject)
    if draft.letter_number:
        return _("Letter {number}").format(number=draft.letter_number)
    return _("another answer")


def limit_sentence(error: LimitReached, _: Texts) -> str:
    """What there was too much of in an hour."""
    if error.limit is Limit.CONNECTS:
        said = _.plural(
            "At most {n} address an hour can be tried. Please try again later.",
            "At most {n} addresses an hour can be tried. Please try again later.",
            error.most,
        )
    else:
        said = _.plural(
            "At most {n} letter an hour can be sent. Your draft is kept: please send it later.",
            "At most {n} letters an hour can be sent. Your draft is kept: please send it later.",
            error.most,
        )
    return said.format(n=_.number(error.most))


def outage_sentence(_: Texts) -> str:
    """The database is slow or cannot be written; at most 200 characters: a toast says it too."""
    return _(
        "I could not store this yet. What you sent is kept, and is handled as soon as this is "
        "over. You need not send it again."
    )


def secret_left_sentence(_: Texts) -> str:
    """Telegram would not let the bot delete a message."""
    return _("I could not delete your message. Please delete it: the address in it is a secret.")


def stale_toast(_: Texts) -> str:
    """The button belongs to a card that is no longer true."""
    return _("This has changed since. The newest card shows how it stands.")


def send_pressed_toast(error: SendPressed, _: Texts) -> str:
    """Send, pressed once more: one letter goes all the same."""
    if error.left:
        return _("This letter was sent already.")
    return _("Send was pressed already; the letter is on its way.")


def too_late_toast(_: Texts) -> str:
    """Undo came after the letter was on its way."""
    return _("Too late: the letter is on its way.")


def nothing_asked_sentence(_: Texts) -> str:
    """Text came where nothing waits for it."""
    return _("Nothing waits for text here. To answer a letter, begin with /reply.")


def not_connected_sentence(_: Texts, *, checking: bool = False) -> str:
    """There is no connection to do this with."""
    if checking:
        return _(
            "Your portal is still being asked. Please send that again once the bot says that it is "
            "connected."
        )
    return _("No Bitrix24 portal is connected. Please connect one with /connect.")


def not_allowed_sentence(error: NotAllowed | ShutOut, _: Texts) -> str:
    """An admin's button or command, or anything of somebody who was removed at that moment."""
    if isinstance(error, ShutOut):
        return _("Your access to this bot has ended.")
    return _("Only an admin of this bot may do this.")


def sealed_sentence(_: Texts) -> str:
    """What this is about was altered or moved in the database, and does not open any more."""
    return _(
        "What is stored about this can no longer be opened. Please begin anew with /reply or "
        "/connect."
    )
