"""A letter that left, or that certainly never will: what its card says of it."""

from aiogram.utils.formatting import Text

from handlers.address_text import filled
from handlers.earlier_line import repeated_lines
from handlers.recipient_lines import copy_lines, recipients_text
from handlers.texts import Texts
from mail.recipients import same_address
from mail.scenes import OutboxScene
from storage.records.outbox import OutboxRow, Why


def sent_lines(scene: OutboxScene, _: Texts) -> list[Text]:
    """To whom and when, and what that rests on."""
    row = scene.row
    to = row.accepted_to or row.envelope.to
    sent = filled(_("Sent to {recipients}"), "recipients", recipients_text(to, _))
    zone = scene.connection.account.zone if scene.connection else ""
    lines = [Text(sent, " ✅"), *copy_lines(row, _), Text(_.time(row.updated_at, zone))]
    if row.why is Why.PERSON:
        lines.append(Text(_("You said that it was sent.")))
    if row.why is Why.THREAD:
        said = _("It was not known whether it had left, but it was found in its conversation.")
        lines.append(Text(said))
    if row.why is Why.FIRST_LEFT:
        lines.append(
            Text(_("It was there after all when it was its turn, so that it was not sent again."))
        )
    lines += repeated_lines(row, _)
    if _differs(row):
        said = _("Bitrix24 changed the recipients; asked for: {asked}")
        lines.append(filled(said, "asked", recipients_text(row.envelope.to, _)))
    return lines


def _differs(row: OutboxRow) -> bool:
    if not row.accepted_to:
        return False
    asked, accepted = row.envelope.to, row.accepted_to
    return len(asked) != len(accepted) or not all(
        any(same_address(one, other) for other in accepted) for one in asked
    )


def cancelled_line(row: OutboxRow, _: Texts) -> str:
    """Why it did not leave."""
    match row.why:
        case Why.DISCONNECTED:
            return _("Cancelled, because the portal was disconnected. It did not leave.")
        case Why.UNREADABLE:
            return _(
                "Cancelled, because what is stored of this letter can no longer be opened. It did "
                "not leave."
            )
        case Why.OTHER_ACCOUNT:
            return _("Cancelled, because the account changed. It did not leave.")
        case Why.ANSWERED | Why.UNGUARDED:
            return _("Stopped before it left; the reason is below.")
        case Why.FIRST_LEFT:
            return _("Cancelled, because the letter had left the first time.")
        case _:
            return _("Cancelled. It did not leave.")
