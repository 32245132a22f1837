"""A letter that did not leave, and whose draft goes on: what the portal or the reply guard said."""

from aiogram.utils.formatting import Text, as_list

from handlers.buttons import on_draft
from handlers.cards import Shown
from handlers.earlier_line import earlier_lines
from handlers.letter_card import shown_line
from handlers.sentences import (
    after_colon,
    failure_sentence,
    field_label,
    field_sentences,
    mend_fields,
)
from handlers.texts import Texts
from mail.draft_presses import Press
from mail.scenes import OutboxScene
from storage.records.drafts import Field
from storage.records.notices import CardKind
from storage.records.outbox import Earlier, Why


def refusal_card(scene: OutboxScene, _: Texts) -> Shown:
    """Not sent, field by field, with a button that opens each field of the draft."""
    row, draft = scene.row, scene.draft
    assert draft is not None
    assert row.failure is not None, "a rejected letter has its reason"
    zone = scene.connection.account.zone if scene.connection else ""
    reasons = field_sentences(row.failure, _) or (failure_sentence(row.failure, _, zone),)
    lines = [Text(_("Not sent: {reason}").format(reason=after_colon(reasons[0])), " ❌")]
    lines += [Text(reason) for reason in reasons[1:]]
    lines += earlier_lines(scene.earlier, _)
    lines.append(Text(_("Everything you wrote is kept.")))
    fields = mend_fields(row.failure) or (Field.REVIEW,)
    opens = tuple(on_draft(draft, field_label(f, _), Press.OPEN, f) for f in fields)
    ways_out = [on_draft(draft, _("Cancel"), Press.CANCEL)]
    if Field.REVIEW not in fields:  # a limit, or a mailbox mended on the portal: nothing to change
        review = on_draft(draft, field_label(Field.REVIEW, _), Press.OPEN, Field.REVIEW)
        ways_out.insert(0, review)
    keyboard = (opens, tuple(ways_out))
    return Shown(as_list(*lines), keyboard, CardKind.DRAFT, draft.id, draft.revision)


def stopped_line(scene: OutboxScene, _: Texts) -> Text:
    """What the reply guard found; the review stands below it."""
    stopped = scene.draft.written.stopped if scene.draft else None
    zone = scene.connection.account.zone if scene.connection else ""
    if scene.row.why is Why.UNGUARDED or stopped is None or stopped.answered_at is None:
        reason = _(
            "the bot could not see whether somebody has answered this letter meanwhile. Look in "
            "Bitrix24; “{send}” sends yours in any case."
        )
        return Text(_("Not sent: {reason}").format(reason=reason.format(send=_("Send"))), " ⚠️")
    if stopped.yours:
        said = _(
            "another answer of yours to this letter has left through this bot since you began "
            "({time}). “{send}” sends this one all the same."
        )
    elif stopped.earlier is Earlier.LEFT:
        said = _(
            "the first letter, which you sent before, has left ({time}). “{send}” sends this one "
            "all the same."
        )
    elif stopped.earlier is Earlier.MAY_HAVE_LEFT:
        said = _(
            "{sender} has answered this letter since you began ({time}). This may be the letter "
            "that you sent before. Look in Bitrix24; “{send}” sends this one all the same."
        )
    else:
        said = _(
            "{sender} has answered this letter since you began ({time}). Look in Bitrix24; "
            "“{send}” sends yours all the same."
        )
    reason = said.format(
        sender=shown_line(stopped.sender),
        time=_.date_time(stopped.answered_at, zone),
        send=_("Send"),
    )
    return Text(_("Not sent: {reason}").format(reason=reason), " ⚠️")
