"""The card of /outbox: how each letter stands, and the buttons that its state allows."""

from collections.abc import Mapping

from aiogram.utils.formatting import Bold, Text, as_list

from handlers.buttons import ListAskAgainButton, ListButton, MendButton
from handlers.cards import MOST_UNITS, Button, Shown
from handlers.earlier_line import earlier_lines, repeated_lines
from handlers.formatting import cut, length
from handlers.letter_beginning import beginning
from handlers.letter_card import shortened, shown_line
from handlers.recipient_lines import recipients_text
from handlers.texts import Texts, mark
from handlers.unknown_letter_card import sure_text
from handlers.waiting_letter_card import may_try_at_once
from mail.decisions import Decision
from mail.scenes import OutboxListScene, OutboxScene
from storage.records.notices import CardKind
from storage.records.outbox import Earlier, OutboxRow, OutboxState, Why

MOST_OPEN = 10  # letters with buttons; the rest is counted
LINE_UNITS = 80  # of recipients, and of a subject: all that have buttons must fit

_STATES = {
    OutboxState.HELD: (mark("Goes out soon"), "⏳"),
    OutboxState.QUEUED: (mark("On its way"), "📤"),
    OutboxState.SENDING: (mark("On its way"), "📤"),
    OutboxState.DEFERRED: (mark("Waits for the portal"), "⏳"),
    OutboxState.BLOCKED: (mark("Waits for you: the portal does not let the bot in"), "⚠️"),
    OutboxState.EXPIRED: (mark("Waited for a day: should it still go?"), "⚠️"),
    OutboxState.VERIFYING: (mark("The bot is finding out whether it left"), "🔎"),
    OutboxState.UNKNOWN: (mark("Not known whether it left"), "❓"),
    OutboxState.SENT: (mark("Sent"), "✅"),
    OutboxState.REJECTED: (mark("Refused, not sent"), "❌"),
    OutboxState.CANCELLED: (mark("Cancelled, not sent"), "⚪"),
    OutboxState.ABANDONED: (mark("Left as not known"), "❓"),
}

_REASONS = {
    (OutboxState.CANCELLED, Why.ANSWERED): (
        mark("Stopped, not sent: there was an answer already"),
        "⚠️",
    ),
    (OutboxState.CANCELLED, Why.UNGUARDED): (
        mark("Stopped, not sent: the bot could not see whether somebody had answered"),
        "⚠️",
    ),
    (OutboxState.CANCELLED, Why.FIRST_LEFT): (
        mark("Not sent again, because it had left the first time"),
        "⚪",
    ),
    (OutboxState.ABANDONED, Why.AGAIN): (
        mark("Not known whether it left; you sent it again"),
        "❓",
    ),
}

_GAP = "\n\n"
_URGENT = (OutboxState.UNKNOWN, OutboxState.EXPIRED, OutboxState.BLOCKED)


def outbox_list_card(scene: OutboxListScene, _: Texts) -> Shown:
    """What needs a decision first, then what is on its way, then what lately ended."""
    urgent = [row for row in scene.open if row.state in _URGENT]
    others = [row for row in scene.open if row.state not in _URGENT]
    shown = [*urgent, *others][:MOST_OPEN]
    title = _("Your outbox, {time}").format(time=_.time(scene.at, scene.zone))
    lines = [Text(Bold(title))]
    if not scene.open and not scene.ended:
        lines.append(Text(_("Nothing is on its way. To answer a letter, begin with /reply.")))
    left = [row for row in scene.ended if row.id in scene.offer_text]
    numbers = {row.id: number for number, row in enumerate((*shown, *left), start=1)}
    lines += [_line(row, numbers, scene, _) for row in shown]
    more = len(scene.open) - len(shown)
    if more > 0:
        said = _.plural("and {n} more on its way", "and {n} more on their way", more)
        lines.append(Text(said.format(n=_.number(more))))
    lately = _lately(scene, numbers, MOST_UNITS - _units(lines), _)
    if lately:
        lines += [Text(Bold(_("Lately"))), *lately.values()]
    keyboard = [buttons for row in shown for buttons in _buttons(row, numbers[row.id], _)]
    keyboard += [(_answer_again(row, numbers[row.id], _),) for row in left if row.id in lately]
    return Shown(as_list(*lines, sep=_GAP), tuple(keyboard), CardKind.OUTBOX_LIST)


def _lately(
    scene: OutboxListScene, numbers: Mapping[str, int], room: int, _: Texts
) -> dict[str, Text]:
    """Those that ended, by row: as many as there is room for, each of them whole."""
    lines: dict[str, Text] = {}
    room -= _units([Text(Bold(_("Lately")))])
    for row in scene.ended:
        line = _line(row, numbers, scene, _)
        room -= _units([line])
        if room < 0:
            break
        lines[row.id] = line
    return lines


def _units(lines: list[Text]) -> int:
    return sum(length(line.render()[0]) + len(_GAP) for line in lines)


def sure_list_card(scene: OutboxScene, _: Texts) -> Shown:
    """Before the second press of Send again, in the place of the list."""
    row = scene.row
    send = ListButton(row=row.id, revision=row.revision, decision=Decision.SEND_AGAIN)
    back = ListAskAgainButton(row=row.id, revision=row.revision, sure=False)
    keyboard = ((Button(_("Send again"), send.pack()), Button(_("Back"), back.pack())),)
    return Shown(sure_text(scene, _), keyboard, CardKind.OUTBOX_LIST)


def _line(row: OutboxRow, numbers: Mapping[str, int], scene: OutboxListScene, _: Texts) -> Text:
    number = f"{numbers[row.id]}. " if row.id in numbers else ""
    said, sign = _ended_so(row) or _STATES[OutboxState.DEFERRED if row.waits else row.state]
    to = _cut(recipients_text(row.envelope.to, _))
    subject = shortened(shown_line(row.envelope.subject), LINE_UNITS)
    text = beginning(row)
    lines = [
        Text(f"{number}{_(said)} {sign}"),
        Text(to, f" · {subject}"),
        Text(_("“{text}”").format(text=text) if text else ""),
        Text(_.date_time(row.updated_at, scene.zone)),
        *repeated_lines(row, _),
        *earlier_lines(scene.earlier.get(row.id, Earlier.NONE), _),
    ]
    return as_list(*(line for line in lines if len(line)))


def _cut(addresses: Text) -> Text:
    text, entities, was_cut = cut(*addresses.render(), LINE_UNITS - 1)
    return Text(Text.from_entities(text, entities), "…" if was_cut else "")


def _ended_so(row: OutboxRow) -> tuple[str, str] | None:
    """What its state alone does not tell of a letter that ended."""
    return _REASONS.get((row.state, row.why))


def _answer_again(row: OutboxRow, number: int, _: Texts) -> Button:
    data = ListButton(row=row.id, revision=row.revision, decision=Decision.ANSWER_AGAIN)
    return Button(f"{number} · " + _("Answer again with this text"), data.pack())


def _buttons(row: OutboxRow, number: int, _: Texts) -> list[tuple[Button, ...]]:
    """A row of buttons a letter, each with the letter's number."""

    def button(label: str, decision: Decision) -> Button:
        data = ListButton(row=row.id, revision=row.revision, decision=decision)
        return Button(f"{number} · {label}", data.pack())

    cancel = button(_("Cancel"), Decision.CANCEL)
    try_again = button(_("Try again"), Decision.TRY_AGAIN)
    match row.state:
        case OutboxState.HELD:
            return [(button(_("Undo"), Decision.UNDO),)]
        case OutboxState.QUEUED if not row.waits:
            return [(cancel,)]
        case OutboxState.QUEUED | OutboxState.DEFERRED:
            return [(try_again, cancel) if may_try_at_once(row) else (cancel,)]
        case OutboxState.EXPIRED:
            return [(button(_("Send"), Decision.SEND_STILL), cancel)]
        case OutboxState.BLOCKED:
            mend = Button(f"{number} · " + _("Connect again"), MendButton(row=row.id).pack())
            return [(mend,), (try_again, cancel)]
        case OutboxState.VERIFYING:
            return [
                (button(_("It was sent"), Decision.WAS_SENT), button(_("Leave it"), Decision.LEAVE))
            ]
        case OutboxState.UNKNOWN | OutboxState.ABANDONED if row.in_doubt:
            leave = button(_("Leave it"), Decision.LEAVE)
            ask = ListAskAgainButton(row=row.id, revision=row.revision, sure=True)
            again = Button(f"{number} · " + _("Send again"), ask.pack())
            return [
                (
                    button(_("Check again"), Decision.CHECK_AGAIN),
                    button(_("It was sent"), Decision.WAS_SENT),
                ),
                (again, leave) if row.state is OutboxState.UNKNOWN else (leave,),
            ]
        case _:
            return []
