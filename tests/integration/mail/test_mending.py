"""What becomes of letters that wait for a connection when it works again, or is removed."""

from datetime import timedelta

import pytest

from bitrix24.models import Sender
from mail.connections import AttemptPress
from mail.errors import Stale
from storage.records.drafts import DraftState, Field
from storage.records.notices import CardKind, Manner
from storage.records.outbox import OutboxState, Why
from tests.integration.mail.office import ANNA, COLLEAGUE, HERE, WEBHOOK, Office
from tests.integration.storage.places import NOON

ELSEWHERE = "https://other.example/rest/7/c9l2g4e6u8q1w3r5/"


@pytest.fixture
async def connection(office: Office) -> str:
    await office.connect()
    await office.deliver()
    return (await office.only_connection()).id


async def mend(office: Office, connection: str, webhook: str) -> None:
    """From the button of a blocked letter."""
    await office.connections.mend(office.cause(), ANNA, HERE, connection)
    await office.connect(webhook)


async def test_a_blocked_letter_leaves_once_the_connection_works(
    office: Office, connection: str
) -> None:
    row = await office.letter_on_its_way(connection)
    await mend(office, connection, WEBHOOK)
    assert (await office.row(row)).state is OutboxState.QUEUED
    assert ("outbox", row.id, Manner.EDIT) in await office.shown()


async def test_it_leaves_after_a_plain_connect_too(office: Office, connection: str) -> None:
    row = await office.letter_on_its_way(connection)
    await office.connect()
    assert (await office.row(row)).state is OutboxState.QUEUED


async def test_a_letter_that_is_a_day_late_asks(office: Office, connection: str) -> None:
    row = await office.letter_on_its_way(connection, due_at=NOON - timedelta(hours=25))
    await mend(office, connection, WEBHOOK)
    now = await office.row(row)
    assert (now.state, now.why) == (OutboxState.EXPIRED, Why.LATE)
    assert ("outcome", row.id, Manner.NEW) in await office.shown()


async def test_without_its_sender_the_draft_opens_there(office: Office, connection: str) -> None:
    row = await office.letter_on_its_way(connection)
    office.portal.senders_answer = (Sender(email="sales@acme.example"),)
    await mend(office, connection, WEBHOOK)
    now = await office.row(row)
    assert (now.state, now.why) == (OutboxState.CANCELLED, Why.OTHER_ACCOUNT)
    draft = await office.draft_of(row)
    assert (draft.state, draft.field) == (DraftState.COMPOSING, Field.SENDER)
    assert draft.written.sender == ""
    assert [choice.value for choice in draft.written.choices] == ["sales@acme.example"]
    assert draft.written.parts, "the text is kept"
    assert ("draft", draft.id, Manner.NEW) in await office.shown()


async def test_somebody_elses_webhook_sends_nothing_by_itself(
    office: Office, connection: str
) -> None:
    row = await office.letter_on_its_way(connection)
    await mend(office, connection, COLLEAGUE)
    now = await office.row(row)
    assert (now.state, now.why) == (OutboxState.CANCELLED, Why.OTHER_ACCOUNT)
    draft = await office.draft_of(row)
    colleague = (await office.all_connections())[-1]
    assert (draft.connection, draft.field) == (colleague.id, Field.SENDER)


async def test_another_connection_leaves_blocked_letters_alone(
    office: Office, connection: str
) -> None:
    row = await office.letter_on_its_way(connection)
    await office.connect(COLLEAGUE)
    await mend(office, connection, ELSEWHERE)
    assert (await office.row(row)).state is OutboxState.BLOCKED


async def test_after_a_failed_try_the_next_address_still_mends(
    office: Office, connection: str
) -> None:
    row = await office.letter_on_its_way(connection)
    await office.connections.mend(office.cause(), ANNA, HERE, connection)
    senders, office.portal.senders_answer = office.portal.senders_answer, ()
    await office.connect(COLLEAGUE)
    office.portal.senders_answer = senders
    await office.connect(COLLEAGUE)
    assert (await office.row(row)).why is Why.OTHER_ACCOUNT


async def test_a_removed_connection_cannot_be_mended(office: Office, connection: str) -> None:
    await remove(office, connection)
    with pytest.raises(Stale):
        await office.connections.mend(office.cause(), ANNA, HERE, connection)


async def remove(office: Office, connection: str) -> None:
    revision = (await office.anna()).revision
    await office.accounts.remove(office.cause(), ANNA, HERE, 5, connection, revision)


@pytest.mark.parametrize(
    "state",
    [OutboxState.HELD, OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.BLOCKED],
)
async def test_disconnecting_cancels_what_has_not_left(
    office: Office, connection: str, state: OutboxState
) -> None:
    row = await office.letter_on_its_way(connection, state)
    await remove(office, connection)
    now = await office.row(row)
    assert (now.state, now.why) == (OutboxState.CANCELLED, Why.DISCONNECTED)
    assert (await office.draft_of(row)).state is DraftState.ASIDE
    shown = await office.shown()
    assert ("outbox", row.id, Manner.EDIT) in shown
    assert ("draft", row.draft, Manner.EDIT) in shown


@pytest.mark.parametrize("state", [OutboxState.SENDING, OutboxState.SENT, OutboxState.UNKNOWN])
async def test_disconnecting_leaves_alone_what_may_have_left(
    office: Office, connection: str, state: OutboxState
) -> None:
    row = await office.letter_on_its_way(connection, state)
    await remove(office, connection)
    assert (await office.row(row)).state is state


async def test_disconnecting_says_before_what_it_costs(office: Office, connection: str) -> None:
    await office.letter_on_its_way(connection)
    draft = await office.draft(connection)
    leaving = await office.accounts.leaving(ANNA)
    assert leaving is not None
    assert (leaving.connection.id, leaving.letters, leaving.drafts) == (connection, 1, 1)

    await remove(office, connection)
    assert await office.all_connections() == ()
    assert (await office.anna()).active_connection is None
    assert (await office.draft_now(draft.id)).state is DraftState.ASIDE
    assert await office.accounts.leaving(ANNA) is None
    assert ("accounts", str(ANNA), Manner.EDIT) in await office.shown()


async def test_another_connection_becomes_the_active_one(office: Office, connection: str) -> None:
    await office.connect(COLLEAGUE)
    colleague = (await office.anna()).active_connection
    assert colleague is not None
    await remove(office, colleague)
    assert (await office.anna()).active_connection == connection


async def test_the_active_connection_stays_when_another_is_removed(
    office: Office, connection: str
) -> None:
    await office.connect(COLLEAGUE)
    colleague = (await office.anna()).active_connection
    await remove(office, connection)
    assert (await office.anna()).active_connection == colleague


async def test_switching_counts_once_and_only_if_the_card_is_current(
    office: Office, connection: str
) -> None:
    await office.connect(COLLEAGUE)
    old = (await office.anna()).revision
    await office.accounts.use(office.cause(), ANNA, HERE, 5, connection, old)
    assert (await office.anna()).active_connection == connection
    with pytest.raises(Stale):
        await office.accounts.use(office.cause(), ANNA, HERE, 5, connection, old)
    with pytest.raises(Stale):
        await office.accounts.remove(office.cause(), ANNA, HERE, 5, connection, old)


async def test_reconnecting_the_same_account_keeps_its_drafts(
    office: Office, connection: str
) -> None:
    draft = await office.draft(connection)
    await remove(office, connection)
    await office.connect()
    assert (await office.only_connection()).id == connection == draft.connection


async def test_reconnecting_with_another_code_after_removal_does_not_ask(
    office: Office, connection: str
) -> None:
    await remove(office, connection)
    attempt = await office.connect("https://acme.example/rest/1/h5n8d2rj6c9f3w7b/")
    assert attempt.connection == connection
    with pytest.raises(Stale):
        await office.connections.press(
            office.cause(), ANNA, HERE, 5, attempt.id, attempt.revision, AttemptPress.REPLACE
        )


async def test_the_reply_guard_is_switched_per_connection_and_stays_so(office: Office) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    revision = (await office.anna()).revision
    here = (ANNA, HERE, 5, connection, revision)
    await office.accounts.unguard(office.cause(), *here)
    assert not (await office.only_connection()).guarded
    await office.connect()
    assert not (await office.only_connection()).guarded, "connecting again changes nothing of it"
    with pytest.raises(Stale):
        await office.accounts.guard(office.cause(), *here)
    here = (ANNA, HERE, 5, connection, (await office.anna()).revision)
    await office.accounts.guard(office.cause(), *here)
    assert (await office.only_connection()).guarded


async def test_back_checked_neither_revision_nor_card(office: Office) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    revision = (await office.anna()).revision
    await office.card(CardKind.DRAFT, "d" * 16, 1, 6)
    for message, shown in ((6, revision), (5, revision - 1)):
        with pytest.raises(Stale):
            await office.accounts.back(office.cause(), ANNA, HERE, message, connection, shown)
    await office.accounts.back(office.cause(), ANNA, HERE, 5, connection, revision)
