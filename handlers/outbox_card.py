"""The cards of a letter that was told to go: how it stands, and what may be done about it."""

from aiogram.utils.formatting import Bold, Text, as_list

from handlers.buttons import on_row
from handlers.cards import Keyboard, Shown
from handlers.earlier_line import earlier_lines
from handlers.ended_letter_card import cancelled_line, sent_lines
from handlers.letter_beginning import text_lines
from handlers.letter_card import shown_line
from handlers.not_sent_card import refusal_card, stopped_line
from handlers.recipient_lines import to_lines
from handlers.texts import Texts
from handlers.unknown_letter_card import unknown_lines, verifying_lines
from handlers.waiting_letter_card import waiting_lines
from handlers.waiting_text import left_out
from mail.decisions import Decision
from mail.scenes import OutboxScene
from storage.records.notices import CardKind
from storage.records.outbox import OutboxRow, OutboxState, Why

# Nobody can tell what became of a letter, or should, without knowing which one is meant.
_ASKS = (
    OutboxState.DEFERRED,
    OutboxState.BLOCKED,
    OutboxState.EXPIRED,
    OutboxState.VERIFYING,
    OutboxState.UNKNOWN,
    OutboxState.ABANDONED,
)


def outbox_card(scene: OutboxScene, _: Texts) -> Shown:
    """The card as it stands now; a refusal that rings is a card of the draft to mend."""
    row = scene.row
    if scene.rings and row.state is OutboxState.REJECTED and scene.draft is not None:
        return refusal_card(scene, _)
    if scene.rings and row.why in (Why.ANSWERED, Why.UNGUARDED):
        return Shown(as_list(stopped_line(scene, _), *earlier_lines(scene.earlier, _)))
    lines, keyboard = _state(scene, _)
    lines += earlier_lines(scene.earlier, _)
    lines.append(Text(Bold(_("Subject:")), " ", shown_line(row.envelope.subject)))
    if row.state in _ASKS:
        lines += text_lines(row, _)
    if scene.draft is not None and scene.offers_text:
        lines += left_out(scene.draft.written, _)
        label = _("Answer again with this text")
        keyboard = (*keyboard, (on_row(row, label, Decision.ANSWER_AGAIN),))
    return Shown(as_list(*lines), keyboard, CardKind.OUTBOX, row.id, row.revision)


def told_below(row: OutboxRow | None, _: Texts) -> Shown:
    """What is left of a card once a newer message goes on from it: there, how its letter stands."""
    if row is None:
        return Shown(Text(_("This goes on below."), " ⬇️"))
    lines = [
        Text(_("What became of this letter is told below."), " ⬇️"),
        to_lines(row, _),
        Text(Bold(_("Subject:")), " ", shown_line(row.envelope.subject)),
        *text_lines(row, _),
    ]
    return Shown(as_list(*lines))


def _state(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    row = scene.row
    match row.state:
        case OutboxState.HELD:
            seconds = round((row.due_at - row.created_at).total_seconds())
            text = _("Goes out in {seconds} s").format(seconds=seconds)
            undo = on_row(row, _("Undo"), Decision.UNDO)
            return [Text(text, " ⏳"), to_lines(row, _)], ((undo,),)
        case OutboxState.QUEUED | OutboxState.SENDING if not row.waits:
            return _sending(scene, _)
        case OutboxState.SENT:
            return sent_lines(scene, _), ()
        case OutboxState.CANCELLED:
            return [Text(cancelled_line(row, _), " ⚪")], ()
        case OutboxState.REJECTED:
            return [Text(_("It did not go out; the reason is below."), " ❌"), to_lines(row, _)], ()
        case OutboxState.VERIFYING:
            return verifying_lines(row, _)
        case OutboxState.UNKNOWN | OutboxState.ABANDONED:
            return unknown_lines(scene, _)
        case _:
            return waiting_lines(scene, _)


def _sending(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    """On its way, and if that takes long, what it waits for."""
    row = scene.row
    lines = [Text(_("Sending…"), " 📤"), to_lines(row, _)]
    if not scene.slow:
        return lines, ()
    if row.state is OutboxState.SENDING:
        lines.append(Text(_("The portal has not answered yet. There is nothing to do.")))
        return lines, ()
    said = _("The portal is busy or has not answered yet; the letter goes out once that is over.")
    lines.append(Text(said))
    return lines, ((on_row(row, _("Cancel"), Decision.CANCEL),),)
