"""The cards of connecting: their first words, their buttons, and no secrets."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.cards import Shown
from handlers.connection_cards import (
    MOST_SHOWN,
    AttemptButton,
    attempt_card,
)
from handlers.webhook_sentences import not_an_address
from mail.connections import AttemptPress, WebhookFault
from storage.records.connections import (
    Account,
    Address,
    AttemptState,
    ConnectAttempt,
    Connection,
    Mailbox,
    Sender,
)
from storage.records.failures import Failure
from storage.records.people import Access, Person
from storage.records.places import Place
from tests.unit.handlers.english import EN, fit_for_people

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
LARGEST = 2**52
CODE = "k3v9q2xw7m4t8z1p"
ACCOUNT = Account(
    "Anna Berg",
    "Europe/Berlin",
    (Mailbox(3, "support@acme.example", "Help desk"),),
    (Sender("support@acme.example", "Help desk"), Sender("anna@acme.example")),
)
CONNECTION = Connection(
    "c" * 16, LARGEST, Address("https", "acme.example", None, "", 1, CODE), ACCOUNT, NOW, 1
)
ANNA = Person(LARGEST, "Anna", "anna", "en", Access.ADMITTED, True, CONNECTION.id, None, 2**31)
ATTEMPT = ConnectAttempt(
    id="a" * 16,
    owner=LARGEST,
    place=Place(LARGEST),
    state=AttemptState.ASKED,
    revision=2**31,
    address=CONNECTION.address,
    account=ACCOUNT,
    failure=None,
    connection=None,
    created_at=NOW,
)


def shown(
    state: AttemptState,
    *,
    address: Address = CONNECTION.address,
    account: Account = ACCOUNT,
    failure: Failure | None = None,
) -> Shown:
    attempt = replace(
        ATTEMPT,
        state=state,
        address=address,
        account=account,
        failure=failure or Failure("credentials"),
    )
    return attempt_card(attempt, None, EN)


def text(card: Shown) -> str:
    return card.content()[0]


def test_one_address_under_two_names_was_counted_as_two_senders() -> None:
    senders = (
        Sender("anna@acme.example"),
        Sender("support@acme.example", "Help desk"),
        Sender("Support@acme.example", "Support"),
        Sender("anna@acme.example", "Anna"),
    )
    card = shown(AttemptState.CONNECTED, account=replace(ACCOUNT, senders=senders))
    from_line = text(card).partition("You can send from: ")[2].splitlines()[0]
    assert from_line == "Anna <anna@acme.example>, Help desk <support@acme.example>"


def labels(card: Shown) -> list[str]:
    return [button.label for row in card.keyboard for button in row]


@pytest.mark.parametrize("state", list(AttemptState))
def test_no_card_shows_the_code(state: AttemptState) -> None:
    assert CODE not in text(shown(state))


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        (AttemptState.ASKED, ["Cancel"]),
        (AttemptState.CHECKING, ["Cancel"]),
        (AttemptState.REPLACE, ["Replace", "Cancel"]),
        (AttemptState.CONNECTED, []),
        (AttemptState.FAILED, ["Try again", "Cancel"]),
        (AttemptState.DROPPED, []),
    ],
)
def test_each_state_has_its_buttons(state: AttemptState, buttons: list[str]) -> None:
    assert labels(shown(state)) == buttons


def test_a_failed_attempt_without_its_code_cannot_be_tried_again() -> None:
    forgotten = replace(CONNECTION.address, code="")
    assert labels(shown(AttemptState.FAILED, address=forgotten)) == []


def test_success_names_portal_person_mailboxes_and_senders() -> None:
    assert text(shown(AttemptState.CONNECTED)).splitlines()[:4] == [
        "Connected to acme.example ✅",
        "Person: Anna Berg",
        "Mailboxes: Help desk <support@acme.example>",
        "You can send from: Help desk <support@acme.example>, anna@acme.example",
    ]


def test_long_lists_are_cut_with_their_count() -> None:
    senders = tuple(Sender(f"s{n}@acme.example") for n in range(MOST_SHOWN + 2))
    card = shown(AttemptState.CONNECTED, account=replace(ACCOUNT, senders=senders))
    assert "s9@acme.example and 2 more" in text(card)
    assert "s10@" not in text(card)


@pytest.mark.parametrize(
    "code", ["credentials", "no_mailbox", "no_sender", "method_missing", "check_broke"]
)
def test_a_failure_begins_and_ends_as_promised(code: str) -> None:
    first = text(shown(AttemptState.FAILED, failure=Failure(code))).splitlines()[0]
    assert first.startswith("Not connected: ")
    assert first.endswith(" ❌")
    assert fit_for_people(first.removesuffix(" ❌"))


def test_every_fault_of_an_address_has_its_own_sentence() -> None:
    said = {not_an_address(fault, EN) for fault in WebhookFault}
    assert len(said) == len(WebhookFault)
    for sentence in said:
        first = sentence.splitlines()[0]
        assert first.startswith("Not connected: ")
        assert fit_for_people(first.removesuffix(" ❌"))


def test_names_from_a_portal_are_not_tappable() -> None:
    account = replace(ACCOUNT, person_name="/disconnect @admin")
    card = text(shown(AttemptState.CONNECTED, account=account))
    assert "/disconnect" not in card
    assert "@admin" not in card


def test_buttons_pack_within_64_bytes() -> None:
    for press in AttemptPress:
        AttemptButton(attempt="a" * 16, revision=2**31, press=press).pack()
