"""What a card says once its person's access has ended: one line, without a word of mail."""

from aiogram.utils.formatting import Text

from handlers.cards import Shown
from handlers.texts import Texts, mark
from mail.without_access import ClosedScene, Closure

_LINES = {
    Closure.ENDED: mark("Your access to this bot has ended."),
    Closure.ASIDE: mark("Set aside, because your access to this bot ended. It was not sent."),
    Closure.CANCELLED: mark("Cancelled, because your access to this bot ended. It did not leave."),
    Closure.ON_ITS_WAY: mark(
        "This letter was on its way when your access to this bot ended. It is not known yet "
        "whether it left."
    ),
    Closure.SENT: mark(
        "This letter was on its way when your access to this bot ended. It was sent."
    ),
    Closure.NOT_KNOWN: mark(
        "It is not known whether this letter left. Please look under “Sent” in Bitrix24: your "
        "access to this bot has ended."
    ),
    Closure.NOT_SENT: mark("This letter did not leave, and your access to this bot has ended."),
}


def closed_card(scene: ClosedScene, _: Texts) -> Shown:
    """Without buttons; the card's row stays as it was, so that it can be shown again."""
    return Shown(Text(_(_LINES[scene.closure])))
