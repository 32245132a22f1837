"""What the bot cannot have heard while it was away."""

from aiogram.utils.formatting import Text

from handlers.cards import Shown
from handlers.texts import Texts
from mail.scenes import AbsenceScene


def absence_card(scene: AbsenceScene, _: Texts) -> Shown:
    """In the reader's time; days are named where one alone would mislead."""
    absence, zone = scene.absence, scene.zone
    since, until, lost = absence.since, absence.until, absence.lost_until
    if lost is not None:
        said = _(
            "I was away from {since} to {until}. What you wrote between {since} and {lost} did "
            "not reach me: please send it again. Buttons that you pressed while I was away may "
            "not have reached me either."
        )
        shown = {"since": since, "until": until, "lost": lost}
        return Shown(Text(said.format(**{key: _.date_time(at, zone) for key, at in shown.items()})))
    same_day = _.date(since, zone) == _.date(until, zone)
    show = _.time if same_day else _.date_time
    said = _(
        "I was away from {since} to {until}. Buttons that you pressed in that time may not have "
        "reached me: please look at your cards, and press again where nothing happened."
    )
    return Shown(Text(said.format(since=show(since, zone), until=show(until, zone))))
