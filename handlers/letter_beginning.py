"""The beginning of a letter's text, which tells it apart from another one to the same people."""

from aiogram.utils.formatting import Bold, Text

from handlers.letter_card import HEADER_UNITS, shortened
from handlers.texts import Texts
from mail import body
from storage.records.outbox import OutboxRow

BEGINNING_UNITS = 60


def text_lines(row: OutboxRow, _: Texts) -> list[Text]:
    """One line; none if what is stored of the letter does not open."""
    text = beginning(row)
    return [Text(Bold(_("Text:")), " ", text)] if text else []


def beginning(row: OutboxRow) -> str:
    """One harmless line, cut as briefly as a list allows."""
    line = " ".join(body.sent_text(row.body).split())
    return shortened(line[:HEADER_UNITS], BEGINNING_UNITS)
