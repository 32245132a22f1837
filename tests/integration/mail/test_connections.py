"""From a typed address to a stored connection: rows, notices and what a press changes."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from bitrix24.errors import AccessLost, Failure, FailureCode, NotSent, Refused
from mail.connections import AttemptPress, WebhookFault
from mail.errors import AlreadyApplied, LimitReached, Stale
from mail.meanings import Meaning
from storage import people
from storage.database import Database
from storage.records.connections import AttemptState, ConnectAttempt
from storage.records.drafts import DraftState
from storage.records.notices import CardKind, Manner
from storage.records.people import Access
from tests.integration.mail.office import (
    ANNA,
    CODE,
    COLLEAGUE,
    HERE,
    OTHER_CODE,
    WEBHOOK,
    Office,
    Watch,
)
from tests.integration.mail.prepared_portal import SUPPORT
from tests.integration.storage.places import NOON, all_bytes

NEW, EDIT = Manner.NEW, Manner.EDIT


async def press(
    office: Office, attempt: ConnectAttempt, what: AttemptPress, message: int = 5
) -> None:
    await office.connections.press(
        office.cause(), ANNA, HERE, message, attempt.id, attempt.revision, what
    )


def code_of(attempt: ConnectAttempt) -> str:
    assert attempt.address is not None
    return attempt.address.code


async def test_connect_asks_checks_and_makes_the_connection_active(office: Office) -> None:
    await office.connections.begin(office.cause(), ANNA, HERE)
    asked = await office.attempt()
    assert await office.shown() == [("attempt", asked.id, NEW)]
    assert await office.meanings.of(ANNA, HERE, "anything", None) is Meaning.ADDRESS

    assert await office.give(WEBHOOK) is None
    checking = await office.attempt()
    assert (checking.id, checking.state) == (asked.id, AttemptState.CHECKING)
    assert office.secrets == [CODE], "it is masked from now on"

    done = await office.check()
    assert done.state is AttemptState.CONNECTED
    connection = await office.only_connection()
    assert done.connection == connection.id == (await office.anna()).active_connection
    assert connection.address.code == CODE
    assert connection.account.person_name == "Anna Berg"
    assert connection.account.zone == "Europe/Berlin"
    assert [sender.email for sender in connection.account.senders] == [SUPPORT]
    assert connection.senders_at == NOON
    assert await office.shown() == [("attempt", asked.id, NEW)], "one new message, not two"


async def test_checking_that_was_shown_is_edited(office: Office) -> None:
    await office.give(WEBHOOK)
    attempt = await office.attempt()
    assert await office.shown() == [("attempt", attempt.id, NEW)]
    await office.check()
    assert await office.shown() == [("attempt", attempt.id, EDIT)]


async def test_an_attempt_forgets_the_code_once_it_is_connected(office: Office) -> None:
    assert code_of(await office.connect()) == ""


async def test_no_file_holds_the_code(office: Office, tmp_path: Path) -> None:
    await office.connect()
    assert CODE.encode() not in all_bytes(tmp_path / "bot.db")


async def test_the_same_update_counts_once(office: Office) -> None:
    await office.connections.give("7:900", ANNA, HERE, WEBHOOK)
    with pytest.raises(AlreadyApplied):
        await office.connections.give("7:900", ANNA, HERE, WEBHOOK)


async def test_what_is_no_address_is_said_and_asked_again(office: Office) -> None:
    assert await office.give("https://acme.example/rest/") is WebhookFault.APPLICATION_ENDPOINT
    assert await office.shown() == []
    assert (await office.attempt()).state is AttemptState.ASKED
    assert await office.meanings.of(ANNA, HERE, "acme.example/rest/1/x", None) is Meaning.ADDRESS
    assert (await office.connect()).state is AttemptState.CONNECTED


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        (WEBHOOK, True),
        (f"here it is: {WEBHOOK} bye", True),
        ("Thanks, it leaves on Thursday.", False),
    ],
)
async def test_a_webhook_needs_no_asking(office: Office, text: str, taken: bool) -> None:
    meaning = await office.meanings.of(ANNA, HERE, text, None)
    assert (meaning is Meaning.ADDRESS) is taken


async def test_text_of_a_letter_is_no_address(office: Office) -> None:
    draft = await office.draft("c" * 16)
    await office.connections.begin(office.cause(), ANNA, HERE)
    message = await office.card(CardKind.DRAFT, draft.id, 1, 9)
    assert await office.meanings.of(ANNA, HERE, "Thanks", None) is Meaning.ADDRESS
    assert await office.meanings.of(ANNA, HERE, "Thanks", message) is Meaning.WORDS
    assert await office.meanings.of(ANNA, HERE, f"See {WEBHOOK} please", message) is Meaning.WORDS
    assert await office.meanings.of(ANNA, HERE, WEBHOOK, message) is Meaning.ADDRESS


@pytest.mark.parametrize("code", [FailureCode.CREDENTIALS, FailureCode.PLAN])
async def test_a_failure_is_kept_and_can_be_tried_again(office: Office, code: FailureCode) -> None:
    office.portal.mailboxes_answer = AccessLost(Failure(code, 401))
    failed = await office.connect()
    assert failed.state is AttemptState.FAILED
    assert failed.failure is not None
    assert failed.failure.code == code.value
    assert await office.all_connections() == ()
    assert await office.shown() == [("attempt", failed.id, NEW)]

    office.portal.mailboxes_answer = ()
    await press(office, failed, AttemptPress.TRY_AGAIN)
    again = await office.check()
    assert again.id != failed.id
    assert again.failure is not None
    assert again.failure.code == "no_mailbox"
    assert code_of(await office.find_attempt(failed.id)) == ""
    assert await office.shown() == [("attempt", again.id, EDIT)]


async def test_without_senders_nothing_is_connected(office: Office) -> None:
    office.portal.senders_answer = ()
    failed = await office.connect()
    assert failed.failure is not None
    assert failed.failure.code == "no_sender"


async def test_who_it_is_may_stay_unknown(office: Office) -> None:
    office.portal.profile_answer = Refused(Failure(FailureCode.METHOD_MISSING, 404))
    assert (await office.connect()).state is AttemptState.CONNECTED
    assert (await office.only_connection()).account.person_name == ""


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        (("crm", "user"), "scope"),
        (("mail",), "method_missing"),
        (AccessLost(Failure(FailureCode.CREDENTIALS, 401)), "method_missing"),
    ],
)
async def test_a_missing_right_is_told_from_a_missing_method(
    office: Office, scope: tuple[str, ...] | AccessLost, told: str
) -> None:
    office.portal.mailboxes_answer = Refused(Failure(FailureCode.METHOD_MISSING, 404))
    office.portal.scope_answer = scope
    failed = await office.connect()
    assert failed.failure is not None
    assert failed.failure.code == told


async def test_a_portal_that_is_away_is_called_once(office: Office) -> None:
    office.portal.mailboxes_answer = NotSent(Failure(FailureCode.UNREACHABLE))
    failed = await office.connect()
    assert failed.failure is not None
    assert failed.failure.code == "unreachable"
    assert [method for method, _ in office.portal.called] == ["mailboxes"]


async def test_a_crash_of_the_check_is_told(office: Office) -> None:
    office.portal.senders_answer = ZeroDivisionError()
    await office.give(WEBHOOK)
    with pytest.raises(ZeroDivisionError):
        await office.check()
    failed = await office.attempt()
    assert failed.failure is not None
    assert failed.failure.code == "check_broke"
    assert await office.shown() == [("attempt", failed.id, NEW)]


async def test_a_cancelled_attempt_is_not_checked(office: Office) -> None:
    await office.give(WEBHOOK)
    attempt = await office.attempt()
    await press(office, attempt, AttemptPress.CANCEL)
    await office.connecting.check(ANNA, attempt.id)
    dropped = await office.attempt()
    assert dropped.state is AttemptState.DROPPED
    assert code_of(dropped) == ""
    assert office.portal.called == []
    assert await office.all_connections() == ()


async def test_an_answer_after_cancel_changes_nothing(office: Office) -> None:
    await office.give(WEBHOOK)
    attempt = await office.attempt()
    office.portal.during_senders = partial(press, office, attempt, AttemptPress.CANCEL)
    await office.connecting.check(ANNA, attempt.id)
    assert [method for method, _ in office.portal.called][:2] == ["mailboxes", "senders"]
    assert (await office.attempt()).state is AttemptState.DROPPED
    assert await office.all_connections() == ()


async def test_another_address_takes_the_place_of_a_failed_one(office: Office) -> None:
    office.portal.mailboxes_answer = ()
    failed = await office.connect()
    await office.deliver()
    await office.give(OTHER_CODE)
    new = await office.attempt()
    assert new.id != failed.id
    former = await office.find_attempt(failed.id)
    assert (former.state, code_of(former)) == (AttemptState.FAILED, "")
    with pytest.raises(Stale):
        await press(office, former, AttemptPress.TRY_AGAIN)


async def test_the_same_webhook_is_only_checked_again(office: Office) -> None:
    await office.connect()
    first = await office.only_connection()
    assert (await office.connect()).state is AttemptState.CONNECTED
    assert (await office.only_connection()).id == first.id


async def test_another_code_asks_before_it_replaces(office: Office) -> None:
    await office.connect()
    first = await office.only_connection()
    asking = await office.connect(OTHER_CODE)
    assert asking.state is AttemptState.REPLACE
    assert (await office.only_connection()).address.code == CODE

    await press(office, asking, AttemptPress.REPLACE)
    replaced = await office.only_connection()
    assert replaced.id == first.id
    assert replaced.address.code != CODE
    assert (await office.attempt()).state is AttemptState.CONNECTED
    with pytest.raises(Stale):
        await press(office, asking, AttemptPress.REPLACE)


async def test_replace_can_be_refused(office: Office) -> None:
    await office.connect()
    asking = await office.connect(OTHER_CODE)
    await press(office, asking, AttemptPress.CANCEL)
    assert (await office.only_connection()).address.code == CODE
    assert code_of(await office.attempt()) == ""


async def test_a_stale_or_foreign_press_changes_nothing(office: Office) -> None:
    await office.connections.begin(office.cause(), ANNA, HERE)
    attempt = await office.attempt()
    with pytest.raises(Stale):
        await press(office, replace(attempt, revision=7), AttemptPress.CANCEL)
    with pytest.raises(Stale):
        await press(office, attempt, AttemptPress.REPLACE)
    oleg = await office.people.meet(43, "Oleg", "", "ru")
    let_in = replace(oleg, access=Access.ADMITTED)
    await office.db.write(lambda tx: people.save(tx, let_in))
    with pytest.raises(Stale):
        await office.connections.press(
            office.cause(), 43, HERE, 5, attempt.id, attempt.revision, AttemptPress.CANCEL
        )
    other = await office.card(CardKind.DRAFT, "d" * 16, 1, 8)
    with pytest.raises(Stale):
        await press(office, attempt, AttemptPress.CANCEL, message=other)
    assert (await office.attempt()) == attempt


async def test_cancel_is_about_an_address_only_while_one_is_asked_for(office: Office) -> None:
    assert not await office.connections.cancel("7:800", ANNA, HERE)
    await office.connections.begin(office.cause(), ANNA, HERE)
    assert await office.connections.cancel("7:800", ANNA, HERE)
    assert (await office.attempt()).state is AttemptState.DROPPED
    assert await office.meanings.of(ANNA, HERE, "hello", None) is Meaning.WORDS


async def test_five_addresses_an_hour(office: Office, watch: Watch) -> None:
    for _ in range(5):
        await office.connect()
    assert await office.give("not an address") is not None, "only called addresses count"
    with pytest.raises(LimitReached) as caught:
        await office.give(WEBHOOK)
    assert caught.value.most == 5
    watch.forward(timedelta(hours=1, seconds=1))
    assert await office.give(WEBHOOK) is None


async def test_try_again_counts_too(office: Office) -> None:
    office.portal.mailboxes_answer = ()
    failed = await office.connect()
    for _ in range(4):
        await press(office, failed, AttemptPress.TRY_AGAIN)
        failed = await office.check()
    with pytest.raises(LimitReached):
        await press(office, failed, AttemptPress.TRY_AGAIN)


async def test_trusted_portals_are_not_counted(db: Database) -> None:
    office = Office(db, trusted="acme.example")
    await office.move_in()
    for _ in range(7):
        assert (await office.connect()).state is AttemptState.CONNECTED


async def test_the_colleague_is_a_second_connection(office: Office) -> None:
    await office.connect()
    await office.connect(COLLEAGUE)
    assert len(await office.all_connections()) == 2
    last = (await office.all_connections())[-1]
    assert last.address.user_id == 7
    assert (await office.anna()).active_connection == last.id


async def test_drafts_survive_a_new_code(office: Office) -> None:
    await office.connect()
    connection = await office.only_connection()
    draft = await office.draft(connection.id)
    await press(office, await office.connect(OTHER_CODE), AttemptPress.REPLACE)
    assert (await office.draft_now(draft.id)).state is DraftState.COMPOSING
