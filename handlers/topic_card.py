"""A topic of a group in which nothing can be said any more."""

from aiogram.utils.formatting import Text

from handlers.cards import Shown
from handlers.texts import Texts
from storage.records.places import Place

SUPERGROUPS = -1_000_000_000_000  # what Telegram's links leave out of a supergroup's number


def topic_left_card(topic: Place, _: Texts) -> Shown:
    """For an admin, who can open the link if they are in the group."""
    said = _(
        "A topic was closed or deleted: {link}. What belongs there comes to the group's general "
        "topic from now on."
    )
    link = f"https://t.me/c/{SUPERGROUPS - topic.chat}/{topic.thread}"
    return Shown(Text(said.format(link=link)))
