"""One line on what may be there already: the letter itself, sent before, or another answer."""

from collections.abc import Sequence

from aiogram.utils.formatting import Text

from handlers.texts import Texts, mark
from storage.records.outbox import Earlier, OtherAnswer, OutboxRow, Why

_LINES = {
    Earlier.MAY_HAVE_LEFT: mark("It was sent once before; whether that one left is not known."),
    Earlier.LEFT: mark("It was sent once before, and that one left."),
}

_OTHERS = {
    OtherAnswer.MAY_HAVE_LEFT: mark(
        "Another answer of yours to this letter may have left: look under “Sent” in Bitrix24 "
        "before you send this one."
    ),
    OtherAnswer.WAITS_FOR_PERSON: mark(
        "Another answer of yours to this letter has not left and waits for you: decide about it in "
        "/outbox before you send this one."
    ),
    OtherAnswer.ON_ITS_WAY: mark(
        "Another answer of yours to this letter is on its way: look into /outbox before you send "
        "this one."
    ),
}


_UNPROTECTED = mark(
    "It may have left more than once: the portal took the bot's repeated call for a first one. "
    "Look under “Sent” in Bitrix24."
)


def repeated_lines(row: OutboxRow, _: Texts) -> list[Text]:
    """Nothing but for a letter whose repeated call the portal may have carried out as well."""
    return [Text("⚠️ ", _(_UNPROTECTED))] if row.why is Why.UNPROTECTED else []


def earlier_lines(earlier: Earlier, _: Texts) -> list[Text]:
    """Nothing for a letter that was told to go once."""
    line = _LINES.get(earlier)
    return [Text("⚠️ ", _(line))] if line else []


def other_answer_lines(others: Sequence[OtherAnswer], _: Texts) -> list[Text]:
    """A line for each way in which others stand; none if they surely left or will not."""
    return [Text("⚠️ ", _(_OTHERS[other])) for other in others]
