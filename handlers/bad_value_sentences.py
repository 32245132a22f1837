"""What is wrong with a typed value, and an example of one that would do.

Toasts show these too, so they are short: what a person typed is quoted only as far as it helps.
"""

from aiogram.utils.formatting import Text

from handlers.address_text import filled, quoted
from handlers.foreign_text import harmless
from handlers.texts import Texts, mark
from mail.body import MAX_BODY
from mail.errors import BadValue
from mail.fields import MOST_ADDRESSES
from mail.subjects import MAX_SUBJECT
from storage.records.drafts import Field

MOST_PIECE = 40  # characters of what was typed that are quoted

_ADDRESSES = (Field.RECIPIENTS, Field.CC, Field.BCC)

SENTENCES = {
    (Field.LETTER, "not_a_number"): mark(
        "“{piece}” is no letter's number or link. Please type a number, for example 15, or paste "
        "the link from Bitrix24."
    ),
    (Field.LETTER, "out_of_range"): mark(
        "No letter has the number {piece}. Please type one like 15, as in the letter's link."
    ),
    (Field.LETTER, "other_host"): mark(
        "This link leads to another portal. Please paste one from your active connection, or type "
        "a number like 15."
    ),
    (Field.LETTER, "other_letter"): mark(
        "This stays the answer to letter {piece}. To answer another letter, please send a new "
        "/reply."
    ),
    (Field.LETTER, "missing"): mark(
        "It is not chosen yet which letter you answer. Please type its number, for example 15."
    ),
    (Field.SENDER, "not_a_sender"): mark(
        "You cannot write from “{piece}” on this portal. Please press one of the buttons, or type "
        "an address from them."
    ),
    (Field.SENDER, "missing"): mark(
        "The sender is missing. Please choose the address that the letter goes from."
    ),
    (Field.RECIPIENTS, "none"): mark(
        "There is no address in that. Please type one or more, for example jane@example.com."
    ),
    (Field.RECIPIENTS, "not_an_address"): mark(
        "“{piece}” is no e-mail address. Please type one like jane@example.com, several with "
        "commas between."
    ),
    (Field.RECIPIENTS, "non_ascii_local_part"): mark(
        "“{piece}”: only Latin letters can stand before the @, as in jane@example.com."
    ),
    (Field.RECIPIENTS, "line_end_in_name"): mark(
        "A name may not run over two lines. Please type it in one, for example Jane "
        "<jane@example.com>."
    ),
    (Field.RECIPIENTS, "control_character"): mark(
        "“{piece}” has an invisible character in it. Please type it by hand, for example "
        "jane@example.com."
    ),
    (Field.RECIPIENTS, "missing"): mark(
        "The recipients are missing. Please add at least one address, for example jane@example.com."
    ),
    (Field.SUBJECT, "empty"): mark(
        "The subject is empty. Please type one, for example: Re: Your order."
    ),
    (Field.SUBJECT, "line_end"): mark(
        "A subject is a single line. Please type it without a line break, for example: Re: Your "
        "order."
    ),
    (Field.SUBJECT, "control_character"): mark(
        "The subject has an invisible character in it. Please type it by hand, for example: Re: "
        "Your order."
    ),
    (Field.SUBJECT, "missing"): mark(
        "The subject is missing. Please type one, for example: Re: Your order."
    ),
    (Field.TEXT, "blank"): mark(
        "There is nothing to read in that. Please type the text, for example: Thank you, got it."
    ),
    (Field.TEXT, "missing"): mark(
        "The text is missing. Please type it, for example: Thank you, got it."
    ),
}
_TOO_LARGE = mark(
    "Letter numbers cannot be that large. Please type one like 15, as in the letter's link."
)
_BLANKED = mark(
    "There is nothing to read in that message any more, so the letter keeps what it said before. "
    "To change the text, press “{edit}”, then “{text}”."
)
_NO_COPIES = mark(
    "There is no address in that. Please type one like jane@example.com, or press “{none}” to "
    "leave the field empty."
)


def bad_value_sentence(error: BadValue, _: Texts) -> str:
    """What is wrong and what would be right."""
    return bad_value_text(error, _).render()[0]


def bad_value_text(error: BadValue, _: Texts) -> Text:
    """The same for a message: what was typed can be copied out of it, and commands nothing."""
    said = _said(error, _)
    if "{piece}" not in said:
        return Text(said)
    piece = " ".join(harmless(error.piece).split())
    if len(piece) > MOST_PIECE:
        piece = f"{piece[: MOST_PIECE - 1].rstrip()}…"
    return filled(said, "piece", quoted(piece))


def _said(error: BadValue, _: Texts) -> str:
    if error.code == "takes_no_text":
        said = _("Nothing can be typed here now. Please open “{review}” first.")
        return said.format(review=_("Review"))
    if error.code == "blanked":
        return _(_BLANKED).format(edit=_("Edit"), text=_("Text"))
    if error.code in ("too_long", "too_many"):
        return _too_much(error, _)
    if error.code == "none" and error.field in (Field.CC, Field.BCC):
        return _(_NO_COPIES).format(none=_("None"))
    if error.code == "out_of_range" and error.piece.strip("0"):
        return _(_TOO_LARGE)
    field = Field.RECIPIENTS if error.field in _ADDRESSES else error.field
    sentence = SENTENCES.get((field, error.code))
    if sentence is None:
        return _("That does not fit here. Please type something else.")
    return _(sentence)


def _too_much(error: BadValue, _: Texts) -> str:
    if error.field is Field.SUBJECT:
        most = MAX_SUBJECT
        said = _.plural(
            "The subject has {n} character; at most {most} are possible. Please shorten it.",
            "The subject has {n} characters; at most {most} are possible. Please shorten it.",
            error.count,
        )
    elif error.field is Field.TEXT:
        most = MAX_BODY
        said = _.plural(
            "The text has {n} character; at most {most} are possible. Please shorten it.",
            "The text has {n} characters; at most {most} are possible. Please shorten it.",
            error.count,
        )
    else:
        most = MOST_ADDRESSES
        said = _.plural(
            "To, Cc and Bcc have {n} address; at most {most} are possible. Please leave some out.",
            "To, Cc and Bcc have {n} addresses; at most {most} are possible. Please leave some "
            "out.",
            error.count,
        )
    return said.format(n=_.number(error.count), most=_.number(most))
