"""Who a letter on its way goes to: the first addresses of each list, and how many more."""

from aiogram.utils.formatting import Bold, Text, as_list

from handlers.address_text import addresses_text
from handlers.texts import Texts
from storage.records.outbox import OutboxRow

MOST_SHOWN = 5  # addresses of a list; the rest is counted
LIST_UNITS = 600  # of a list; what follows its first address is counted from there


def to_lines(row: OutboxRow, _: Texts) -> Text:
    """To, Cc and Bcc, a line each."""
    to = Text(Bold(_("To:")), " ", recipients_text(row.envelope.to, _))
    return as_list(to, *copy_lines(row, _))


def copy_lines(row: OutboxRow, _: Texts) -> list[Text]:
    """Cc and Bcc, as far as there are any; hidden copies are for the writer's own chat alone."""
    private = row.place.chat == row.owner
    lists = ((_("Cc:"), row.envelope.cc), (_("Bcc:"), row.envelope.bcc if private else ()))
    return [Text(Bold(label), " ", recipients_text(some, _)) for label, some in lists if some]


def recipients_text(emails: tuple[str, ...], _: Texts) -> Text:
    """The first addresses, and how many more there are."""
    some = emails[:MOST_SHOWN]
    while len(some) > 1 and len(addresses_text(some)) > LIST_UNITS:
        some = some[:-1]
    more = len(emails) - len(some)
    if not more:
        return addresses_text(some)
    counted = _.plural("and {n} more", "and {n} more", more).format(n=_.number(more))
    return Text(addresses_text(some), " ", counted)
