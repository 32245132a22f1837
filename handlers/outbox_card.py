"""The cards of a letter that was told to go: how it stands, and what may be done about it."""

from aiogram.utils.formatting import Bold, Text, as_list

from handlers.address_text import addresses_text, filled
from handlers.buttons import AskAgainButton, MendButton, on_draft, on_row
from handlers.cards import Button, Shown
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
from handlers.waiting_letter_card import waiting_lines
from handlers.waiting_text import left_out
from mail.draft_presses import Press
from mail.outbox import Decision
from mail.recipients import same_address
from mail.scenes import OutboxScene
from mail.second_answer import offers_kept
from storage.records.drafts import Field
from storage.records.notices import CardKind
from storage.records.outbox import Earlier, OutboxRow, OutboxState, Why

MOST_SHOWN = 5  # addresses of a list; the rest is counted
LIST_UNITS = 600  # of a list; what follows its first address is counted from there

Keyboard = tuple[tuple[Button, ...], ...]


def outbox_card(scene: OutboxScene, _: Texts) -> Shown:
    """The card as it stands now; a refusal that rings is a card of the draft to mend."""
    row = scene.row
    if scene.rings and row.state is OutboxState.REJECTED and scene.draft is not None:
        return _refusal(scene, _)
    if scene.rings and row.why in (Why.ANSWERED, Why.UNGUARDED):
        return Shown(as_list(_stopped(scene, _), *earlier_lines(scene.earlier, _)))
    lines, keyboard = _state(scene, _)
    lines += earlier_lines(scene.earlier, _)
    lines.append(Text(Bold(_("Subject:")), " ", shown_line(row.envelope.subject)))
    if scene.draft is not None and offers_kept(row, scene.draft):
        lines += left_out(scene.draft.written, _)
        label = _("Answer again with this text")
        keyboard = (*keyboard, (on_row(row, label, Decision.ANSWER_AGAIN),))
    return Shown(as_list(*lines), keyboard, CardKind.OUTBOX, row.id, row.revision)


def told_below(row: OutboxRow | None, _: Texts) -> Shown:
    """What is left of a card once a newer message goes on from it: there, how its letter stands."""
    if row is None:
        return Shown(Text(_("This goes on below."), " ⬇️"))
    subject = Text(Bold(_("Subject:")), " ", shown_line(row.envelope.subject))
    return Shown(
        as_list(Text(_("What became of this letter is told below."), " ⬇️"), _to(row, _), subject)
    )


def _state(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    row = scene.row
    match row.state:
        case OutboxState.HELD:
            seconds = round((row.due_at - row.created_at).total_seconds())
            text = _("Goes out in {seconds} s").format(seconds=seconds)
            return [Text(text, " ⏳"), _to(row, _)], ((on_row(row, _("Undo"), Decision.UNDO),),)
        case OutboxState.QUEUED | OutboxState.SENDING if not row.waits:
            return _sending(scene, _)
        case OutboxState.SENT:
            return _sent(scene, _), ()
        case OutboxState.CANCELLED:
            return [Text(_cancelled(row, _), " ⚪")], ()
        case OutboxState.REJECTED:
            return [Text(_("It did not go out; the reason is below."), " ❌"), _to(row, _)], ()
        case OutboxState.VERIFYING:
            return _verifying(row, _)
        case OutboxState.UNKNOWN | OutboxState.ABANDONED:
            return _unknown(scene, _)
        case _:
            return _waiting(scene, _)


def _stopped(scene: OutboxScene, _: Texts) -> Text:
    """What the reply guard found; the review stands below it."""
    stopped = scene.draft.written.stopped if scene.draft else None
    zone = scene.connection.account.zone if scene.connection else ""
    if scene.row.why is Why.UNGUARDED or stopped is None or stopped.answered_at is None:
        reason = _(
            "the bot could not see whether somebody has answered this letter meanwhile. Look in "
            "Bitrix24; “{send}” sends yours in any case."
        )
        return Text(_("Not sent: {reason}").format(reason=reason.format(send=_("Send"))), " ⚠️")
    if stopped.earlier is Earlier.LEFT:
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


def _sending(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    """On its way, and if that takes long, what it waits for."""
    row = scene.row
    lines = [Text(_("Sending…"), " 📤"), _to(row, _)]
    if not scene.slow:
        return lines, ()
    if row.state is OutboxState.SENDING:
        lines.append(Text(_("The portal has not answered yet. There is nothing to do.")))
        return lines, ()
    said = _("The portal is busy or has not answered yet; the letter goes out once that is over.")
    lines.append(Text(said))
    return lines, ((on_row(row, _("Cancel"), Decision.CANCEL),),)


def _verifying(row: OutboxRow, _: Texts) -> tuple[list[Text], Keyboard]:
    """It may have left: the bot looks, and the person may know better."""
    lines = [
        Text(_not_known(row, _), " 🔎"),
        Text(_own_doubt(row, _) or _("The portal gave no clear answer.")),
        Text(_("The bot is finding out, and tells you; it does not send the letter twice.")),
    ]
    return lines, (
        (
            on_row(row, _("It was sent"), Decision.WAS_SENT),
            on_row(row, _("Leave it"), Decision.LEAVE),
        ),
    )


def _own_doubt(row: OutboxRow, _: Texts) -> str:
    """Why nobody knows, if that is not the portal's doing; '' if it is."""
    match row.why:
        case Why.RESTART:
            return _("The bot was stopped while the letter was on its way.")
        case Why.RESTORED:
            return _("The bot's database is a copy: the letter may have left since.")
        case _:
            return ""


def _not_known(row: OutboxRow, _: Texts) -> Text:
    said = _("It is not known whether the letter to {to} left.")
    return filled(said, "to", recipients_text(row.envelope.to, _))


def _to(row: OutboxRow, _: Texts) -> Text:
    to = Text(Bold(_("To:")), " ", recipients_text(row.envelope.to, _))
    return as_list(to, *_copies(row, _))


def _copies(row: OutboxRow, _: Texts) -> list[Text]:
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


def _sent(scene: OutboxScene, _: Texts) -> list[Text]:
    row = scene.row
    to = row.accepted_to or row.envelope.to
    sent = filled(_("Sent to {recipients}"), "recipients", recipients_text(to, _))
    zone = scene.connection.account.zone if scene.connection else ""
    lines = [Text(sent, " ✅"), *_copies(row, _), Text(_.time(row.updated_at, zone))]
    if row.why is Why.PERSON:
        lines.append(Text(_("You said that it was sent.")))
    if row.why is Why.THREAD:
        said = _("It was not known whether it had left, but it was found in its conversation.")
        lines.append(Text(said))
    if row.why is Why.FIRST_LEFT:
        lines.append(
            Text(_("It was there after all when it was its turn, so that it was not sent again."))
        )
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


def _cancelled(row: OutboxRow, _: Texts) -> str:
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


def _waiting(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    """Put off, blocked, or a day late: what it waits for, and what may be done."""
    row = scene.row
    zone = scene.connection.account.zone if scene.connection else ""
    cancel = on_row(row, _("Cancel"), Decision.CANCEL)
    try_again = on_row(row, _("Try again"), Decision.TRY_AGAIN)
    if row.waits:
        return [*waiting_lines(row, zone, _), _to(row, _)], ((try_again, cancel),)
    reason = failure_sentence(row.failure, _, zone) if row.failure else ""
    late = row.state is OutboxState.EXPIRED
    if late:
        due = _.date_time(row.due_at, zone)
        reason = _("it was due on {due}, more than a day ago. Should it still go?").format(due=due)
    lines = [
        Text(_("Not sent: {reason}").format(reason=after_colon(reason)), " ⚠️"),
        Text(_("The letter waits, and nothing of it is lost.")),
        _to(row, _),
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


def _unknown(scene: OutboxScene, _: Texts) -> tuple[list[Text], Keyboard]:
    row = scene.row
    lines = [Text(_not_known(row, _), " ❓")]
    if row.state is OutboxState.ABANDONED:
        went_on = row.why is Why.AGAIN
        lines.append(
            Text(_("You told it to go once more.") if went_on else _("You left it at that."))
        )
        return lines, ()
    zone = scene.connection.account.zone if scene.connection else ""
    if doubt := _own_doubt(row, _):
        lines.append(Text(doubt))
    elif row.why is Why.NOT_LOOKED:
        lines.append(Text(_not_looked(scene, zone, _)))
    elif row.failure is not None:
        lines.append(Text(failure_sentence(row.failure, _, zone)))
    if row.why is Why.NOT_FOUND:
        lines.append(
            Text(
                _("The bot looked for it in Bitrix24 and did not find it. It may still have left.")
            )
        )
    lines.append(Text(_("Look under “Sent” in Bitrix24, then say here what you found.")))
    again = Button(
        _("Send again"), AskAgainButton(row=row.id, revision=row.revision, sure=True).pack()
    )
    return lines, (
        (
            on_row(row, _("Check again"), Decision.CHECK_AGAIN),
            on_row(row, _("It was sent"), Decision.WAS_SENT),
        ),
        (again, on_row(row, _("Leave it"), Decision.LEAVE)),
    )


def _not_looked(scene: OutboxScene, zone: str, _: Texts) -> str:
    failure = scene.row.failure
    if scene.connection is None:
        return _("The bot could not look for it, because the portal was disconnected.")
    if failure is None:
        return _("The bot could not look for it.")
    said = _("The bot could not look for it: {reason}")
    return said.format(reason=after_colon(failure_sentence(failure, _, zone)))


def sure_card(row: OutboxRow, _: Texts) -> Shown:
    """Before the second press of Send again."""
    lines = [
        Text(_not_known(row, _), " ❓"),
        Text(_("If it did, sending again means that they get it twice. Send it again?")),
        Text(Bold(_("Subject:")), " ", shown_line(row.envelope.subject)),
    ]
    back = AskAgainButton(row=row.id, revision=row.revision, sure=False)
    keyboard = (
        (
            on_row(row, _("Send again"), Decision.SEND_AGAIN),
            Button(_("Back"), back.pack()),
        ),
    )
    return Shown(as_list(*lines), keyboard, CardKind.OUTBOX, row.id, row.revision)


def _refusal(scene: OutboxScene, _: Texts) -> Shown:
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
