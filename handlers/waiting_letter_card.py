"""A letter that waits for its portal: why, until when it is tried, and what may be done meanwhile.

What is said of a failed look-up ("please try again later") would contradict a letter that goes
out by itself, so the reasons here are without advice for the reader.
"""

from datetime import timedelta

from aiogram.utils.formatting import Text

from handlers.buttons import MendButton, on_row
from handlers.cards import Button, Keyboard
from handlers.recipient_lines import to_lines
from handlers.sentences import after_colon, failure_sentence
from handlers.texts import Texts, mark
from mail.decisions import Decision
from mail.scenes import OutboxScene
from mail.waits import WAITS
from storage.records.failures import Failure
from storage.records.outbox import OutboxRow, OutboxState

_REASONS = {
    "unreachable": mark("The portal cannot be reached."),
    "certificate": mark(
        "A secure connection to the portal is not possible, probably because of its certificate. "
        "The portal's administrator can mend that."
    ),
    "timeout_connecting": mark("The portal did not take the call in time."),
    "host_refused": mark(
        "The settings of this bot do not allow it to call this portal's address. Whoever runs the "
        "bot can change that."
    ),
    "no_answer": mark("The portal did not say in time how the conversation stands."),
    "broken_off": mark("The portal broke the connection off before the letter was on its way."),
    "bad_answer": mark("What the portal said of the conversation could not be understood."),
    "html_answer": mark(
        "The portal answers with a web page, perhaps because it is under maintenance."
    ),
    "answer_too_large": mark("What the portal said of the conversation was too large to be read."),
    "portal_failed": mark("The portal has a fault of its own."),
    "too_many_calls": mark("The portal gets more calls at the moment than it takes."),
    "operating_time": mark(
        "This bot has used up the working time that the portal allows within ten minutes."
    ),
}


def waiting_lines(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    """Put off, blocked, or a day late: what it waits for, and what may be done."""
    row = scene.row
    zone = scene.connection.account.zone if scene.connection else ""
    cancel = on_row(row, _("Cancel"), Decision.CANCEL)
    try_again = on_row(row, _("Try again"), Decision.TRY_AGAIN)
    if row.waits:
        buttons = (try_again, cancel) if may_try_at_once(row) else (cancel,)
        return [*_waiting_by_itself(row, zone, _), to_lines(row, _)], (buttons,)
    reason = failure_sentence(row.failure, _, zone) if row.failure else ""
    late = row.state is OutboxState.EXPIRED
    if late:
        due = _.date_time(row.due_at, zone)
        reason = _("it was due on {due}, more than a day ago. Should it still go?").format(due=due)
    lines = [
        Text(_("Not sent: {reason}").format(reason=after_colon(reason)), " ⚠️"),
        Text(_("The letter waits, and nothing of it is lost.")),
        to_lines(row, _),
    ]
    if late:
        return lines, ((on_row(row, _("Send"), Decision.SEND_STILL), cancel),)
    said = _(
        "Once the portal works again, “{try_again}” sends it; for a new webhook press “{connect}”."
    )
    said = said.format(try_again=_("Try again"), connect=_("Connect again"))
    lines.insert(2, Text(said))
    mend = Button(_("Connect again"), MendButton(row=row.id).pack())
    return lines, ((mend,), (try_again, cancel))


def _waiting_by_itself(row: OutboxRow, zone: str, _: Texts) -> list[Text]:
    """Nothing that must be edited as time goes by."""
    reason = after_colon(_reason(row.failure, _, zone)) if row.failure else ""
    return [
        Text(_("Not sent: {reason}").format(reason=reason), " ⏳"),
        Text(_("The letter waits and goes out by itself; nothing of it is lost.")),
        Text(_tries(row, zone, _)),
        Text(_ways(row, _)),
    ]


def may_try_at_once(row: OutboxRow) -> bool:
    """Not if the portal refuses it for long and said until when: before that nothing is asked."""
    failure = row.failure
    refused = failure is not None and failure.code == "operating_time" and failure.retry_at
    return not refused or _pause(row) <= WAITS.told


def _ways(row: OutboxRow, _: Texts) -> str:
    if not may_try_at_once(row):
        return _("“{cancel}” opens the letter again.").format(cancel=_("Cancel"))
    said = _("“{try_again}” tries at once, “{cancel}” opens the letter again.")
    return said.format(try_again=_("Try again"), cancel=_("Cancel"))


def _reason(failure: Failure, _: Texts, zone: str) -> str:
    known = _REASONS.get(failure.code)
    return _(known) if known else failure_sentence(failure, _, zone)


def _tries(row: OutboxRow, zone: str, _: Texts) -> str:
    until = _.date_time(row.due_at + WAITS.expire, zone)
    if row.next_at is None or _pause(row) <= WAITS.told:
        return _("It is tried about once a minute, until {until}.").format(until=until)
    said = _("It is tried from {time} on, about once a minute, until {until}.")
    return said.format(time=_.time(row.next_at, zone), until=until)


def _pause(row: OutboxRow) -> timedelta:
    return row.next_at - row.updated_at if row.next_at else timedelta(0)
