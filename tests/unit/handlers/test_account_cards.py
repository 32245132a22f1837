"""The card of a person's accounts: names, tests, what is active, and what leaving one costs."""

from dataclasses import replace

import pytest

from handlers.account_cards import (
    AccountButton,
    AccountPress,
    accounts_card,
    bad_name_sentence,
    leaving_card,
)
from handlers.cards import Shown
from handlers.formatting import length
from mail.accounts import Leaving
from mail.connection_names import LONGEST, BadName, NameFault, read_name
from mail.scenes import AccountsScene
from storage.records.connections import ConnectionTest, ConnectionTestState, Mailbox
from storage.records.failures import Failure
from storage.records.places import Place
from tests.unit.handlers.english import EN, fit_for_people
from tests.unit.handlers.test_connection_cards import ACCOUNT, ANNA, CONNECTION, labels, text

NAMED = replace(CONNECTION, name="Support")


def card_of(state: ConnectionTestState, failure: Failure | None = None) -> Shown:
    test = ConnectionTest(CONNECTION.id, ANNA.id, Place(ANNA.id), state, 1, failure)
    return accounts_card(ANNA, AccountsScene((CONNECTION,), (test,)), EN)


def test_eighty_accounts_fit_the_buttons_of_one_message() -> None:
    many = tuple(replace(CONNECTION, id=f"{n:016d}") for n in range(80))
    card = accounts_card(ANNA, AccountsScene(many), EN)
    assert len(labels(card)) <= 100
    shown = text(card).count("Mailboxes:")
    assert shown >= 15
    assert f"and {80 - shown} more" in text(card)


def test_accounts_mark_the_active_one_and_offer_the_others() -> None:
    other = replace(CONNECTION, id="d" * 16, account=replace(ACCOUNT, person_name="Oleg"))
    card = accounts_card(ANNA, AccountsScene((CONNECTION, other)), EN)
    assert labels(card) == [
        "Test acme.example, Anna Berg",
        "Rename acme.example, Anna Berg",
        "Remove acme.example, Anna Berg",
        "Guard off for acme.example, Anna Berg",
        "Use acme.example, Oleg",
        "Test acme.example, Oleg",
        "Rename acme.example, Oleg",
        "Remove acme.example, Oleg",
        "Guard off for acme.example, Oleg",
    ]
    assert text(card).count("active ✅") == 1


def test_many_long_mailboxes_were_cut_without_a_sign() -> None:
    mailboxes = tuple(Mailbox(n, f"{n}{'x' * 50}@{'y' * 60}.example") for n in range(30))
    long = replace(CONNECTION, account=replace(ACCOUNT, mailboxes=mailboxes))
    card = accounts_card(
        ANNA, AccountsScene(tuple(replace(long, id=f"{n:016d}") for n in range(9))), EN
    )
    assert length(text(card)) <= 4096
    assert text(card).rstrip().endswith("more")
    shown = text(card).count("Mailboxes:")
    assert f"and {9 - shown} more" in text(card)
    assert len(labels(card)) == 5 * shown, "what is shown has its buttons"


@pytest.mark.parametrize("guarded", [True, False])
def test_the_reply_guard_can_be_switched(guarded: bool) -> None:
    card = accounts_card(ANNA, AccountsScene((replace(CONNECTION, guarded=guarded),)), EN)
    assert f"Reply guard {'on' if guarded else 'off'}:" in text(card)
    assert labels(card)[-1] == f"Switch the reply guard {'off' if guarded else 'on'}"
    pressed = AccountButton.unpack(card.keyboard[-1][0].data)
    assert pressed.press is (AccountPress.UNGUARD if guarded else AccountPress.GUARD)


def test_without_a_connection_the_card_says_what_to_do() -> None:
    card = accounts_card(ANNA, AccountsScene(()), EN)
    assert "/connect" in text(card)
    assert card.keyboard == ()


@pytest.mark.parametrize(
    ("letters", "drafts", "lines"),
    [
        (0, 0, []),
        (1, 0, ["1 letter that has not left will be cancelled."]),
        (
            2,
            3,
            ["2 letters that have not left will be cancelled.", "3 drafts will be set aside."],
        ),
    ],
)
def test_disconnecting_asks_and_says_what_it_costs(
    letters: int, drafts: int, lines: list[str]
) -> None:
    card = leaving_card(Leaving(CONNECTION, letters, drafts, 7), EN)
    said = text(card).splitlines()
    assert said[0] == "Disconnect acme.example, Anna Berg?"
    assert said[1:-1] == lines
    assert labels(card) == ["Disconnect", "Back"]


@pytest.mark.parametrize(
    ("doubtful", "line"),
    [
        (1, "It is not known whether 1 letter left; it cannot be looked for any more then."),
        (2, "It is not known whether 2 letters left; they cannot be looked for any more then."),
    ],
)
def test_disconnecting_was_silent_about_letters_that_nobody_knows_about(
    doubtful: int, line: str
) -> None:
    card = leaving_card(Leaving(CONNECTION, 0, 0, 7, doubtful=doubtful), EN)
    assert text(card).splitlines()[1] == line


def test_one_portal_needs_no_name_on_its_buttons() -> None:
    card = accounts_card(ANNA, AccountsScene((NAMED,)), EN)
    assert labels(card) == [
        "Test",
        "Rename",
        "Remove",
        "Switch the reply guard off",
    ]


def test_a_name_stands_before_the_host_in_brackets() -> None:
    other = replace(CONNECTION, id="d" * 16)
    card = accounts_card(ANNA, AccountsScene((NAMED, other)), EN)
    assert "Support (acme.example), Anna Berg · active ✅" in text(card)
    assert "\nacme.example, Anna Berg\n" in text(card)
    assert labels(card)[:3] == ["Test Support", "Rename Support", "Remove Support"]
    question = leaving_card(Leaving(NAMED, 0, 0, 7), EN)
    assert text(question).startswith("Disconnect Support (acme.example), Anna Berg?")


SEVENTH = replace(CONNECTION, id="d" * 16, address=replace(CONNECTION.address, user_id=7))


def test_two_webhooks_of_people_with_one_name_looked_alike() -> None:
    both = (CONNECTION, SEVENTH)
    card = accounts_card(ANNA, AccountsScene(both), EN)
    assert "acme.example, user 1, Anna Berg · active ✅" in text(card)
    assert "\nacme.example, user 7, Anna Berg\n" in text(card)
    assert labels(card)[-2] == "Remove acme.example, user 7, Anna Berg"
    question = leaving_card(Leaving(SEVENTH, 0, 0, 7, both), EN)
    assert text(question).startswith("Disconnect acme.example, user 7, Anna Berg?")
    naming = accounts_card(ANNA, AccountsScene(both, naming=SEVENTH), EN)
    assert text(naming).startswith("What do you want to call acme.example, user 7, Anna Berg?")


def test_buttons_of_two_portals_with_one_name_looked_alike() -> None:
    elsewhere = replace(SEVENTH, name="Support", address=replace(SEVENTH.address, host="b.example"))
    card = accounts_card(ANNA, AccountsScene((NAMED, elsewhere)), EN)
    assert len(set(labels(card))) == len(labels(card))
    assert labels(card)[-2] == "Remove Support (b.example), Anna Berg"


def test_one_user_of_two_boxes_on_a_host_is_counted() -> None:
    other = replace(CONNECTION, id="d" * 16, address=replace(CONNECTION.address, prefix="/b24"))
    card = accounts_card(ANNA, AccountsScene((CONNECTION, other)), EN)
    assert len(set(labels(card))) == len(labels(card))


def test_a_name_commands_nothing() -> None:
    card = accounts_card(ANNA, AccountsScene((replace(NAMED, name="/disconnect @bot"),)), EN)
    assert "/disconnect" not in text(card)
    assert "@bot" not in text(card)


def test_what_came_of_a_test_stands_below_its_connection() -> None:
    assert text(card_of(ConnectionTestState.ASKING)).endswith("\nAsking acme.example…")
    assert text(card_of(ConnectionTestState.WORKS)).endswith("\nIt works: 1 mailbox, 2 senders ✅")
    failed = card_of(ConnectionTestState.FAILED, Failure("credentials"))
    last = text(failed).splitlines()[-1]
    assert last.startswith("The portal does not accept the webhook")
    assert last.endswith(" ❌")


def test_the_question_for_a_name_says_what_is_possible_and_leads_back() -> None:
    card = accounts_card(ANNA, AccountsScene((CONNECTION,), naming=CONNECTION), EN)
    assert text(card).splitlines() == [
        "What do you want to call acme.example, Anna Berg?",
        "One line, at most 40 characters. For example: Support",
    ]
    assert labels(card) == ["Back", "Cancel"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [("  Support ", "Support"), ("x" * LONGEST, "x" * LONGEST), ("Почта 📮", "Почта 📮")],
)
def test_a_name_is_read_without_the_blanks_around_it(typed: str, name: str) -> None:
    assert read_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("  ", NameFault.BLANK),
        ("\u200b\u2060", NameFault.BLANK),
        ("x" * (LONGEST + 1), NameFault.TOO_LONG),
        ("two\nlines", NameFault.NOT_ONE_LINE),
        ("two\u2028lines", NameFault.NOT_ONE_LINE),
        ("a\x00b", NameFault.NOT_ONE_LINE),
    ],
)
def test_what_cannot_be_a_name_is_refused(typed: str, code: NameFault) -> None:
    with pytest.raises(BadName) as caught:
        read_name(typed)
    assert caught.value.code is code


def test_each_bad_name_has_its_own_sentence_with_an_example() -> None:
    said = [bad_name_sentence(BadName(code, 41), EN) for code in NameFault]
    assert len(set(said)) == len(NameFault)
    for sentence in said:
        assert fit_for_people(sentence.partition(" For example")[0])
        assert "For example: Support" in sentence


def test_buttons_pack_within_64_bytes() -> None:
    for press in AccountPress:
        AccountButton(connection="c" * 16, revision=2**31, press=press).pack()
