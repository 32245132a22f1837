"""The cards of connecting: asking for the address, checking it, and what came of it."""

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Bold, Text, as_list

from handlers.address_text import address_text
from handlers.cards import Button, Shown
from handlers.letter_card import shown_line
from handlers.sentences import after_colon, failure_sentence
from handlers.texts import Texts, mark
from handlers.webhook_sentences import WHERE
from mail.connections import AttemptPress, can_try_again
from mail.scenes import MovedScene
from mail.suggestions import senders_once
from storage.records.connections import (
    Account,
    AttemptState,
    ConnectAttempt,
    Connection,
    Mailbox,
    Sender,
)
from storage.records.failures import Failure
from storage.records.notices import CardKind

MOST_SHOWN = 10  # mailboxes or senders on a card
LIST_UNITS = 600  # of them, however few

Keyboard = tuple[tuple[Button, ...], ...]


class AttemptButton(CallbackData, prefix="a"):
    """On an attempt's card."""

    attempt: str
    revision: int
    press: AttemptPress


# What connecting itself may fail for, beside what a portal says.
_FAILURES = {
    "no_mailbox": mark(
        "The portal answers, but you have no mailbox there. Please connect one in Bitrix24 under "
        "Mail, then try again."
    ),
    "no_sender": mark(
        "The portal answers, but there is no address that you may send from. Please look into the "
        "mailbox's settings in Bitrix24, then try again."
    ),
    "method_missing": mark(
        "The portal has no mail in its REST 3.0 yet. Please ask the portal's administrator to "
        "update Bitrix24."
    ),
    "check_broke": mark(
        "The bot could not check it, and that is its own fault. Please try again later."
    ),
}


def moved_card(scene: MovedScene, _: Texts) -> Shown:
    """A portal was renamed; nothing is to be done."""
    text = _("Your portal has moved: it is {host} now, and I go there from now on.")
    return Shown(Text(text.format(host=scene.connection.address.label)))


def attempt_card(attempt: ConnectAttempt, connection: Connection | None, _: Texts) -> Shown:
    """How far connecting got. `connection` is what it mends, or what came of it."""
    match attempt.state:
        case AttemptState.ASKED:
            text, keyboard = _asked(attempt, connection, _)
        case AttemptState.CHECKING:
            checking = _("Asking {host}…").format(host=_label(attempt))
            text, keyboard = Text(checking), (_buttons(attempt, _, AttemptPress.CANCEL),)
        case AttemptState.REPLACE:
            text, keyboard = _replace(attempt, _)
        case AttemptState.CONNECTED:
            text, keyboard = _connected(attempt, _), ()
        case AttemptState.FAILED:
            text, keyboard = _failed(attempt, _)
        case AttemptState.DROPPED:
            text, keyboard = Text(_("Cancelled. Nothing was connected.")), ()
    return Shown(text, keyboard, CardKind.ATTEMPT, attempt.id, attempt.revision)


def _label(attempt: ConnectAttempt) -> str:
    return attempt.address.label if attempt.address else "Bitrix24"


def _buttons(attempt: ConnectAttempt, _: Texts, *presses: AttemptPress) -> tuple[Button, ...]:
    labels = {
        AttemptPress.REPLACE: _("Replace"),
        AttemptPress.TRY_AGAIN: _("Try again"),
        AttemptPress.CANCEL: _("Cancel"),
    }
    return tuple(
        Button(
            labels[press],
            AttemptButton(attempt=attempt.id, revision=attempt.revision, press=press).pack(),
        )
        for press in presses
    )


def _asked(
    attempt: ConnectAttempt, connection: Connection | None, _: Texts
) -> tuple[Text, Keyboard]:
    if connection is None:
        first = _("Please send me the address of your inbound webhook.")
    else:
        label = connection.address.label
        first = _("Please send me a new address of your inbound webhook on {host}.").format(
            host=label
        )
    lines = [
        Text(first),
        Text(_(WHERE)),
        Text(
            _(
                "The webhook needs the permission “Mail”. I delete your message as soon as I have "
                "read it."
            )
        ),
    ]
    return as_list(*lines, sep="\n\n"), (_buttons(attempt, _, AttemptPress.CANCEL),)


def _replace(attempt: ConnectAttempt, _: Texts) -> tuple[Text, Keyboard]:
    question = _(
        "You are connected to {host} already, with another webhook of the same person. "
        "This one works too. Replace the old one with it?"
    ).format(host=_label(attempt))
    return Text(question), (_buttons(attempt, _, AttemptPress.REPLACE, AttemptPress.CANCEL),)


def _connected(attempt: ConnectAttempt, _: Texts) -> Text:
    account = attempt.account or Account()
    lines = [Text(_("Connected to {host}").format(host=_label(attempt)), " ✅")]
    if account.person_name:
        lines.append(Text(Bold(_("Person:")), " ", shown_line(account.person_name)))
    lines += account_lines(account, _)
    lines.append(Text(_("Send /reply to answer a letter.")))
    return as_list(*lines)


def account_lines(account: Account, _: Texts) -> list[Text]:
    """Mailboxes and senders, a line each."""
    mailboxes = _("Mailboxes:"), [_address(one) for one in account.mailboxes]
    senders = _("You can send from:"), [_address(one) for one in senders_once(account)]
    return [
        Text(Bold(title), " ", _some(addresses, _))
        for title, addresses in (mailboxes, senders)
        if addresses
    ]


def _address(one: Mailbox | Sender) -> Text:
    """An address is shown unaltered; a name is somebody's own words."""
    name = shown_line(one.name)
    if not one.email:
        return Text(name)
    email = address_text(one.email)
    return Text(name, " <", email, ">") if name and name != one.email else email


def _some(addresses: list[Text], _: Texts) -> Text:
    some = addresses[:MOST_SHOWN]
    while len(some) > 1 and len(as_list(*some, sep=", ")) > LIST_UNITS:
        some = some[:-1]
    shown = as_list(*some, sep=", ")
    more = len(addresses) - len(some)
    if more <= 0:
        return shown
    counted = _.plural("and {n} more", "and {n} more", more).format(n=_.number(more))
    return Text(shown, " ", counted)


def _failed(attempt: ConnectAttempt, _: Texts) -> tuple[Text, Keyboard]:
    assert attempt.failure is not None, "it is saved with the state"
    why = reason(attempt.failure, _)
    lines = [Text(_("Not connected: {reason}").format(reason=after_colon(why)), " ❌")]
    if not can_try_again(attempt):
        return as_list(*lines), ()
    lines.append(Text(_("You can also send another address.")))
    keyboard = (_buttons(attempt, _, AttemptPress.TRY_AGAIN, AttemptPress.CANCEL),)
    return as_list(*lines), keyboard


def reason(failure: Failure, _: Texts) -> str:
    """Why a webhook does not work, in a sentence that says what to do."""
    own = _FAILURES.get(failure.code)
    return _(own) if own else failure_sentence(failure, _)
