"""The card of a person's accounts, and its questions: the name, and before disconnecting."""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData
from aiogram.utils.formatting import Bold, Text, as_list

from handlers.cards import MOST_UNITS, Button, Shown
from handlers.connection_cards import account_lines, reason
from handlers.formatting import length
from handlers.letter_card import shown_line
from handlers.texts import Texts, mark
from mail.accounts import Leaving
from mail.connection_names import LONGEST, BadName, NameFault
from mail.scenes import AccountsScene
from mail.suggestions import senders_once
from storage.records.connections import Connection, ConnectionTest, ConnectionTestState
from storage.records.failures import Failure
from storage.records.notices import CardKind
from storage.records.people import Person

MOST_SHOWN = 20  # connections; each has up to five of the 100 buttons that Telegram takes

MORE_UNITS = 100  # kept free of the card's text, for the title and how many more there are
_GUARDED = mark("Reply guard on: if somebody else answers first, the bot stops and asks.")
_UNGUARDED = mark("Reply guard off: a reply goes out even if somebody else answered first. ⚠️")

_EXAMPLE = mark("For example: Support")


class AccountPress(StrEnum):
    """What the buttons of the accounts' card do."""

    USE = "use"
    TEST = "test"
    NAME = "name"
    GUARD = "guard"  # stops a reply if somebody has answered meanwhile
    UNGUARD = "unguard"
    ASK = "ask"  # before removing
    REMOVE = "remove"
    BACK = "back"


class AccountButton(CallbackData, prefix="c"):
    """On the accounts' card, and on its questions."""

    connection: str
    revision: int
    press: AccountPress


def accounts_card(person: Person, scene: AccountsScene, _: Texts) -> Shown:
    """All connections of a person, or the question what one is to be called."""
    if scene.naming is not None:
        text, keyboard = _naming(scene.naming, scene.connections, person, _)
    elif scene.connections:
        text, keyboard = _all(scene, person, _)
    else:
        text, keyboard = Text(_("No portal is connected. Send /connect to connect one.")), ()
    return Shown(text, keyboard, CardKind.ACCOUNTS, str(person.id), person.revision)


def _all(
    scene: AccountsScene, person: Person, _: Texts
) -> tuple[Text, tuple[tuple[Button, ...], ...]]:
    tests = {test.connection: test for test in scene.tests}
    names = _names(scene.connections, _)
    short = _short_names(scene.connections, names)
    lines = [Text(Bold(_("Your portals")))]
    keyboard: list[tuple[Button, ...]] = []
    left = MOST_UNITS - MORE_UNITS
    for connection in scene.connections[:MOST_SHOWN]:
        active = connection.id == person.active_connection
        name = names[connection.id]
        line = _account(connection, name, tests.get(connection.id), _, active=active)
        left -= length(line.render()[0]) + 2
        if left < 0 and keyboard:
            break
        lines.append(line)
        keyboard += _buttons(connection, person, short.get(connection.id, ""), _, active=active)
    more = len(scene.connections) - len(lines) + 1
    if more > 0:
        lines.append(Text(_.plural("and {n} more", "and {n} more", more).format(n=_.number(more))))
    return as_list(*lines, sep="\n\n"), tuple(keyboard)


def _buttons(
    connection: Connection, person: Person, name: str, _: Texts, *, active: bool
) -> list[tuple[Button, ...]]:
    """Up to five; `name` tells them apart from those of another portal."""
    buttons = {
        press: _button(connection, person.revision, label, press)
        for press, label in _labels(name, _).items()
    }
    first = [] if active else [buttons[AccountPress.USE]]
    guard = AccountPress.UNGUARD if connection.guarded else AccountPress.GUARD
    return [
        (*first, buttons[AccountPress.TEST]),
        (buttons[AccountPress.NAME], buttons[AccountPress.ASK]),
        (buttons[guard],),
    ]


def _labels(name: str, _: Texts) -> dict[AccountPress, str]:
    """What the buttons say; with several portals each names its own."""
    if not name:
        labels = (
            _("Use"),
            _("Test"),
            _("Rename"),
            _("Remove"),
            _("Switch the reply guard on"),
            _("Switch the reply guard off"),
        )
    else:
        labels = (
            _("Use {name}"),
            _("Test {name}"),
            _("Rename {name}"),
            _("Remove {name}"),
            _("Guard on for {name}"),
            _("Guard off for {name}"),
        )
    presses = (
        AccountPress.USE,
        AccountPress.TEST,
        AccountPress.NAME,
        AccountPress.ASK,
        AccountPress.GUARD,
        AccountPress.UNGUARD,
    )
    return {press: label.format(name=name) for press, label in zip(presses, labels, strict=True)}


def _account(
    connection: Connection, name: str, test: ConnectionTest | None, _: Texts, *, active: bool
) -> Text:
    sign = " · " + _("active") + " ✅" if active else ""
    lines = [Text(Bold(name), sign)]
    lines += account_lines(connection.account, _)
    lines.append(Text(_(_GUARDED if connection.guarded else _UNGUARDED)))
    if not connection.address.code:  # it does not open any more
        lines.append(Text(reason(Failure("code_lost"), _), " ⚠️"))
    elif test is not None:
        lines.append(_tested(connection, test, _))
    return as_list(*lines)


def _tested(connection: Connection, test: ConnectionTest, _: Texts) -> Text:
    match test.state:
        case ConnectionTestState.ASKING:
            return Text(_("Asking {host}…").format(host=connection.address.label))
        case ConnectionTestState.WORKS:
            account = connection.account
            mailboxes, senders = len(account.mailboxes), len(senders_once(account))
            said = _("It works: {mailboxes}, {senders}").format(
                mailboxes=_.plural("{n} mailbox", "{n} mailboxes", mailboxes).format(
                    n=_.number(mailboxes)
                ),
                senders=_.plural("{n} sender", "{n} senders", senders).format(n=_.number(senders)),
            )
            return Text(said, " ✅")
        case ConnectionTestState.FAILED:
            return Text(reason(test.failure or Failure("check_broke"), _), " ❌")


def _names(connections: tuple[Connection, ...], _: Texts) -> dict[str, str]:
    """What each connection is called; those that would look alike are told apart by a number."""
    plain = [_full_name(connection) for connection in connections]
    numbered = [
        _full_name(one, _("user {number}").format(number=one.address.user_id))
        if plain.count(name) > 1
        else name
        for one, name in zip(connections, plain, strict=True)
    ]
    return {
        one.id: f"{name} ({place})" if numbered.count(name) > 1 else name
        for place, (one, name) in enumerate(zip(connections, numbered, strict=True), 1)
    }


def _short_names(connections: tuple[Connection, ...], names: dict[str, str]) -> dict[str, str]:
    """For buttons: the owner's name alone, where only one has it; nothing for the only one."""
    if len(connections) == 1:
        return {}
    given = {one.id: shown_line(one.name) for one in connections}
    taken = list(given.values())
    return {
        one: given[one] if given[one] and taken.count(given[one]) == 1 else name
        for one, name in names.items()
    }


def _full_name(connection: Connection, number: str = "") -> str:
    """Its owner's name for it with the host in brackets, else the host; and who it is there."""
    name, who = shown_line(connection.name), shown_line(connection.account.person_name)
    label = connection.address.label
    shown = f"{name} ({label})" if name else label
    return ", ".join(filter(None, (shown, number, who)))


def _naming(
    connection: Connection, every: tuple[Connection, ...], person: Person, _: Texts
) -> tuple[Text, tuple[tuple[Button, ...], ...]]:
    name = _names(every, _).get(connection.id, _full_name(connection))
    question = _("What do you want to call {name}?").format(name=name)
    lines = [
        Text(question),
        Text(
            _.plural(
                "One line, at most {n} character.", "One line, at most {n} characters.", LONGEST
            ).format(n=_.number(LONGEST)),
            " ",
            _(_EXAMPLE),
        ),
    ]
    buttons = tuple(
        _button(connection, person.revision, label, AccountPress.BACK)
        for label in (_("Back"), _("Cancel"))
    )
    return as_list(*lines), (buttons,)


def bad_name_sentence(error: BadName, _: Texts) -> str:
    """Why it cannot be a name; it may be typed anew."""
    match error.code:
        case NameFault.BLANK:
            why = _("The name is empty.")
        case NameFault.NOT_ONE_LINE:
            why = _("The name must be one line.")
        case NameFault.TOO_LONG:
            why = _("The name has {count} characters; at most {limit} are possible.").format(
                count=_.number(error.count), limit=_.number(LONGEST)
            )
    return f"{why} {_(_EXAMPLE)}"


def _button(connection: Connection, revision: int, label: str, press: AccountPress) -> Button:
    data = AccountButton(connection=connection.id, revision=revision, press=press)
    return Button(label, data.pack())


def leaving_card(leaving: Leaving, _: Texts) -> Shown:
    """The question before disconnecting, with what it would cost."""
    connection = leaving.connection
    name = _names(leaving.connections, _).get(connection.id, _full_name(connection))
    lines = [Text(_("Disconnect {name}?").format(name=name))]
    if leaving.letters:
        lines.append(
            Text(
                _.plural(
                    "{n} letter that has not left will be cancelled.",
                    "{n} letters that have not left will be cancelled.",
                    leaving.letters,
                ).format(n=_.number(leaving.letters))
            )
        )
    if leaving.doubtful:
        said = _.plural(
            "It is not known whether {n} letter left; it cannot be looked for any more then.",
            "It is not known whether {n} letters left; they cannot be looked for any more then.",
            leaving.doubtful,
        )
        lines.append(Text(said.format(n=_.number(leaving.doubtful))))
    if leaving.drafts:
        lines.append(
            Text(
                _.plural(
                    "{n} draft will be set aside.",
                    "{n} drafts will be set aside.",
                    leaving.drafts,
                ).format(n=_.number(leaving.drafts))
            )
        )
    lines.append(Text(_("I forget the webhook. It still works until you delete it in Bitrix24.")))
    buttons = (
        _button(connection, leaving.revision, _("Disconnect"), AccountPress.REMOVE),
        _button(connection, leaving.revision, _("Back"), AccountPress.BACK),
    )
    return Shown(as_list(*lines), (buttons,))
