"""One line on whatever a letter became after Send again: what is known of the one before."""

from aiogram.utils.formatting import Text

from handlers.texts import Texts, mark
from storage.records.outbox import Earlier

_LINES = {
    Earlier.MAY_HAVE_LEFT: mark("It was sent once before; whether that one left is not known."),
    Earlier.LEFT: mark("It was sent once before, and that one left."),
}


def earlier_lines(earlier: Earlier, _: Texts) -> list[Text]:
    """Nothing for a letter that was told to go once."""
    line = _LINES.get(earlier)
    return [Text("⚠️ ", _(line))] if line else []
