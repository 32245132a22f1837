"""The card of a letter of which nobody knows whether it left: why, and what a person may say."""

from aiogram.utils.formatting import Bold, Text, as_list

from handlers.address_text import filled
from handlers.buttons import AskAgainButton, on_row
from handlers.cards import Button, Keyboard, Shown
from handlers.earlier_line import earlier_lines
from handlers.letter_beginning import text_lines
from handlers.letter_card import shown_line
from handlers.recipient_lines import recipients_text
from handlers.sentences import after_colon, failure_sentence
from handlers.texts import Texts
from mail.decisions import Decision
from mail.scenes import OutboxScene
from storage.records.notices import CardKind
from storage.records.outbox import Looked, OutboxRow, OutboxState, Why


def verifying_lines(row: OutboxRow, _: Texts) -> tuple[list[Text], Keyboard]:
    """It may have left: the bot looks, and the person may know better."""
    lines = [
        Text(_not_known(row, _), " 🔎"),
        Text(_own_doubt(row, _) or _("The portal gave no clear answer.")),
        Text(
            _(
                "The bot is finding out, and tells you; it calls again only where the portal has "
                "shown that it keeps a letter from leaving twice."
            )
        ),
    ]
    return lines, (
        (
            on_row(row, _("It was sent"), Decision.WAS_SENT),
            on_row(row, _("Leave it"), Decision.LEAVE),
        ),
    )


def unknown_lines(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    """A person decides, or has."""
    row = scene.row
    lines = [Text(_not_known(row, _), " ❓")]
    if not row.in_doubt:
        return [*lines, Text(_("You left it at that."))], ()
    zone = scene.connection.account.zone if scene.connection else ""
    called = _.date_time(row.first_wire_at or row.created_at, zone)
    said = [_happened(row, zone, _), _seen(scene, zone, _)]
    if scene.reminds:
        reminder = _("This is a reminder: you have not said yet what became of it.")
        said.insert(0, reminder)
    look = _("Look under “Sent” in Bitrix24 from {time} on, then say here what you found.")
    said.append(look.format(time=called))
    return [*lines, *(Text(line) for line in said if line)], _ways(row, _)


def _ways(row: OutboxRow, _: Texts) -> Keyboard:
    """Nobody sends the same row again twice: what it became has its own card."""
    leave = on_row(row, _("Leave it"), Decision.LEAVE)
    again = AskAgainButton(row=row.id, revision=row.revision, sure=True)
    sends_again = Button(_("Send again"), again.pack())
    return (
        (
            on_row(row, _("Check again"), Decision.CHECK_AGAIN),
            on_row(row, _("It was sent"), Decision.WAS_SENT),
        ),
        (sends_again, leave) if row.state is OutboxState.UNKNOWN else (leave,),
    )


def _happened(row: OutboxRow, zone: str, _: Texts) -> str:
    if row.why is Why.AGAIN:
        return _("You told it to go once more.")
    reason = failure_sentence(row.failure, _, zone) if row.failure else ""
    return _own_doubt(row, _) or reason


def sure_card(scene: OutboxScene, _: Texts) -> Shown:
    """Before the second press of Send again."""
    row = scene.row
    back = AskAgainButton(row=row.id, revision=row.revision, sure=False)
    keyboard = (
        (
            on_row(row, _("Send again"), Decision.SEND_AGAIN),
            Button(_("Back"), back.pack()),
        ),
    )
    return Shown(sure_text(scene, _), keyboard, CardKind.OUTBOX, row.id, row.revision)


def sure_text(scene: OutboxScene, _: Texts) -> Text:
    """What sending it again may lead to."""
    return as_list(
        Text(_not_known(scene.row, _), " ❓"),
        Text(_("If it did, sending again means that they get it twice. Send it again?")),
        *earlier_lines(scene.earlier, _),
        Text(_("This one stays in /outbox, where you can still say what became of it.")),
        Text(Bold(_("Subject:")), " ", shown_line(scene.row.envelope.subject)),
        *text_lines(scene.row, _),
    )


def _not_known(row: OutboxRow, _: Texts) -> Text:
    said = _("It is not known whether the letter to {to} left.")
    return filled(said, "to", recipients_text(row.envelope.to, _))


def _own_doubt(row: OutboxRow, _: Texts) -> str:
    """Why nobody knows, if that is not the portal's doing; '' if it is."""
    match row.why:
        case Why.RESTART:
            return _("The bot was stopped while the letter was on its way.")
        case Why.RESTORED:
            return _("The bot's database is a copy: the letter may have left since.")
        case _:
            return ""


def _seen(scene: OutboxScene, zone: str, _: Texts) -> str:
    """What the bot saw when it looked for the letter; '' if it has not looked."""
    match scene.row.looked:
        case Looked.NOT_FOUND:
            return _(
                "The bot looked for it in Bitrix24 and did not find it. It may still have left."
            )
        case Looked.NOT_LOOKED:
            return _not_looked(scene, zone, _)
        case Looked.PERHAPS:
            return _(
                "This letter is in Bitrix24, but fewer times than you sent it; whether this one is "
                "among them, the bot cannot tell."
            )
        case _:
            return ""


def _not_looked(scene: OutboxScene, zone: str, _: Texts) -> str:
    failure = scene.row.look_failure
    if scene.connection is None:
        return _("The bot could not look for it, because the portal was disconnected.")
    if failure is None:
        return _("The bot could not look for it.")
    said = _("The bot could not look for it: {reason}")
    return said.format(reason=after_colon(failure_sentence(failure, _, zone)))
