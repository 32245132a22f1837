"""Removing a person: from that moment nothing happens in their name, and nothing typed is lost."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from mail import delivery, showing
from mail.errors import NotAllowed, ShutOut, Stale
from mail.outbox import Outbox
from mail.outbox_changes import show_state
from mail.people import Answer, People
from mail.removing import Removing
from mail.scenes import FoldScene
from mail.waits import WAITS
from mail.wire_results import leave_unknown
from mail.without_access import ClosedScene, Closure, open_again
from storage import cards, connections, drafts, notices, outbox, people
from storage.database import Database, Transaction
from storage.records.connections import AttemptState
from storage.records.drafts import DraftState
from storage.records.notices import Card, CardKind, Manner, Notice, NoticeKind
from storage.records.outbox import OutboxState, Why
from storage.records.people import Access
from storage.records.places import Place
from tests.integration.mail.office import ANNA, CODE, HERE, WEBHOOK, Office, Watch
from tests.integration.storage.places import NOON

OLEG, MIRA = 43, 44
CARD = 900  # Mira's card about Anna
NOT_LEFT = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.BLOCKED)
LEFT = (OutboxState.SENDING, OutboxState.UNKNOWN, OutboxState.SENT, OutboxState.REJECTED)
DAY = timedelta(days=1, seconds=1)


class Door:
    """Mira runs the bot now; Anna, who did before, can be removed."""

    def __init__(self, db: Database, office: Office) -> None:
        self.db = db
        self.office = office
        mira = frozenset({MIRA})
        self.people = People(db, admins=mira, open_to_all=False, claim_code=None)
        self.removing = Removing(db, admins=mira)

    async def open(self) -> None:
        await self.people.meet(MIRA, "Mira", "", "en")
        revision = (await self.office.anna()).revision
        place = Place(MIRA)
        card = Card(
            place, CARD, MIRA, CardKind.APPROVAL, str(ANNA), revision, live=True, shown_at=NOON
        )
        await self.db.write(lambda tx: cards.save(tx, card))

    async def remove(self) -> None:
        cost = await self.removing.cost(MIRA, ANNA)
        await self.removing.remove(
            self.office.cause(), MIRA, Place(MIRA), CARD, ANNA, cost.person.revision
        )


@pytest.fixture
async def door(db: Database, office: Office) -> Door:
    door = Door(db, office)
    await door.open()
    return door


async def test_row_90_what_has_not_left_is_cancelled(office: Office, door: Door) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    waiting = [await office.letter_on_its_way(connection, state) for state in NOT_LEFT]
    others = [await office.letter_on_its_way(connection, state) for state in LEFT]
    await door.remove()
    for row in waiting:
        now = await office.row(row)
        assert (now.state, now.why) == (OutboxState.CANCELLED, Why.DISCONNECTED)
        assert (await office.draft_of(row)).state is DraftState.ASIDE
    assert [(await office.row(row)).state for row in others] == list(LEFT)


async def test_row_90_letters_of_a_connection_that_is_gone_are_cancelled_too(
    office: Office, door: Door
) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    row = await office.letter_on_its_way(connection, OutboxState.DEFERRED)
    await office.db.write(lambda tx: connections.remove(tx, ANNA, connection))
    await door.remove()
    assert (await office.row(row)).state is OutboxState.CANCELLED
    assert (await office.draft_of(row)).state is DraftState.ASIDE, "or nobody gets at it any more"


async def test_row_90_drafts_are_set_aside_with_what_was_typed(office: Office, door: Door) -> None:
    await office.connect()
    draft = await office.draft((await office.only_connection()).id)
    await door.remove()
    now = await office.draft_now(draft.id)
    assert (now.state, now.written) == (DraftState.ASIDE, draft.written)
    assert now.revision > draft.revision, "its buttons are stale"


async def test_row_90_no_code_is_kept(office: Office, door: Door) -> None:
    await office.connect()
    assert await office.give("https://acme.example/rest/1/zzzzzzzzzzzzzzzz/") is None
    unchecked = await office.attempt()
    await door.remove()
    assert await office.all_connections() == ()
    attempt = await office.find_attempt(unchecked.id)
    assert attempt.state is AttemptState.DROPPED
    assert attempt.address is not None
    assert attempt.address.code == ""

    def look(tx: Transaction) -> list[bytes]:
        return [row["code"] for row in tx.rows("SELECT code FROM connections")]

    assert await office.db.write(look) == [b""]
    assert CODE not in repr(attempt)


async def test_row_90_a_check_that_ends_after_the_removal_connects_nothing(
    office: Office, door: Door
) -> None:
    assert await office.give(WEBHOOK) is None
    attempt = await office.attempt()
    await door.remove()
    await office.connecting.check(ANNA, attempt.id)
    assert await office.all_connections() == ()


async def test_row_90_only_the_removal_is_told(office: Office, door: Door) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    await office.draft(connection)
    await office.letter_on_its_way(connection, OutboxState.HELD)
    await office.accounts.show(office.cause(), ANNA, HERE)
    await door.remove()
    assert await office.shown() == [("admitted", str(ANNA), Manner.NEW)]
    assert await office.shown(MIRA) == [("approval", str(ANNA), Manner.EDIT)]


async def closures(office: Office) -> dict[int, Closure]:
    """What each message that is edited now says, of those that are edited at all."""
    found: dict[int, Closure] = {}
    for notice in await office.deliver():
        shown = await office.db.read(partial(showing.load, notice=notice))
        if shown and isinstance(shown.scene, ClosedScene):
            assert shown.target is not None
            found[shown.target] = shown.scene.closure
    return found


async def test_row_90_cards_kept_their_text_and_their_buttons(office: Office, door: Door) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    rows = {
        state: await office.letter_on_its_way(connection, state)
        for state in (*NOT_LEFT, *LEFT, OutboxState.VERIFYING)
    }
    for message, row in enumerate(rows.values(), 100):
        await office.card(CardKind.OUTBOX, row.id, row.revision, message)
    draft = await office.draft(connection)
    await office.card(CardKind.DRAFT, draft.id, draft.revision, 90)
    await office.card(CardKind.ACCOUNTS, str(ANNA), 1, 91)
    await office.card(CardKind.LETTER, "l" * 16, 1, 92)
    await door.remove()
    cancelled, on_its_way = Closure.CANCELLED, Closure.ON_ITS_WAY
    assert await closures(office) == {
        90: Closure.ASIDE,
        91: Closure.ENDED,
        **{100 + number: cancelled for number in range(len(NOT_LEFT))},
        104: on_its_way,
        105: Closure.NOT_KNOWN,
        108: on_its_way,
    }, "what was told of ended letters stands"


async def test_row_90_what_was_on_the_wire_is_told_in_one_line_and_in_full_once_back(
    office: Office, door: Door
) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    sending = await office.letter_on_its_way(connection, OutboxState.SENDING)
    verifying = await office.letter_on_its_way(connection, OutboxState.VERIFYING)
    await office.card(CardKind.OUTBOX, sending.id, sending.revision, 100)
    await office.card(CardKind.OUTBOX, verifying.id, verifying.revision, 101)
    await door.remove()
    await office.deliver()

    def settle(tx: Transaction) -> None:
        assert outbox.accept(tx, sending, Why.RESPONSE)
        show_state(tx, sending, None)
        leave_unknown(tx, verifying, WAITS, failure=None)

    await office.db.write(settle)
    assert await closures(office) == {100: Closure.SENT, 101: Closure.NOT_KNOWN}
    await office.db.write(let_in)
    told = await office.shown()
    assert ("outbox", sending.id, Manner.EDIT) in told
    assert ("outcome", verifying.id, Manner.NEW) in told


def let_in(tx: Transaction) -> None:
    people.save(tx, replace(people.get(tx, ANNA), access=Access.ADMITTED, removed=False))
    open_again(tx, ANNA)


async def test_row_90_a_card_that_arrives_after_the_removal_is_closed_too(
    office: Office, door: Door
) -> None:
    await office.connect()
    draft = await office.draft((await office.only_connection()).id)

    def take(tx: Transaction) -> Notice:
        tx.execute("UPDATE notices SET state = 'done'")
        notices.owe(tx, ANNA, NoticeKind.DRAFT, HERE, draft.id, Manner.NEW)
        taken = notices.take(tx, ANNA)
        assert taken is not None
        return taken

    on_wire = await office.db.write(take)
    await door.remove()
    await office.deliver()
    card = Card(HERE, 90, ANNA, CardKind.DRAFT, draft.id, 1, live=True, shown_at=NOON)
    await office.db.write(lambda tx: delivery.delivered(tx, on_wire, FoldScene(None), card))
    assert await closures(office) == {90: Closure.ASIDE}


async def test_row_90_what_they_had_set_aside_themselves_gets_its_button_back(
    office: Office, door: Door
) -> None:
    await office.connect()
    own = await office.draft((await office.only_connection()).id, DraftState.ASIDE)
    await office.card(CardKind.DRAFT, own.id, own.revision, 90)
    await door.remove()
    assert await closures(office) == {90: Closure.ASIDE}
    await office.db.write(let_in)
    assert await office.shown() == [("draft", own.id, Manner.EDIT)]


async def test_row_90_what_was_said_before_and_handled_after_counts_for_nothing(
    office: Office, door: Door
) -> None:
    """The door looked at the row that was read with the update; then it waited."""
    await office.connect()
    connection = (await office.only_connection()).id
    draft = await office.draft(connection)
    before = replace(await office.anna(), admin=False)
    await door.remove()
    anna = await door.people.meet(ANNA, "Anna", "anna", "en", known=before)
    assert anna.admitted, "so the door let it through"
    sender = Outbox(office.db, lambda: "f" * 16, timedelta(0))
    with pytest.raises(ShutOut):
        await sender.send("7:900", ANNA, HERE, 5, draft.id, draft.revision)
    with pytest.raises(ShutOut):
        await office.connect()
    assert not await office.all_connections()


async def test_a_removed_person_asks_again_after_a_day(
    office: Office, door: Door, watch: Watch
) -> None:
    await door.remove()
    anna = await door.people.meet(ANNA, "Anna", "anna", "en")
    assert (anna.access, anna.admin, anna.removed) == (Access.REFUSED, False, True)
    assert await door.people.ask(office.cause(), ANNA) is Answer.REMOVED
    assert await door.people.ask(office.cause(), ANNA) is None, "the removed hear it once a day"
    watch.forward(DAY)
    assert await door.people.ask(office.cause(), ANNA) is Answer.ASKED
    waiting = await office.anna()
    await door.people.decide(office.cause(), MIRA, ANNA, waiting.revision, let_in=True)
    back = await office.anna()
    assert (back.admitted, back.removed) == (True, False)


async def test_a_door_that_is_open_to_all_stays_shut_for_the_removed(
    office: Office, door: Door, db: Database, watch: Watch
) -> None:
    await door.remove()
    everybody = People(db, admins=frozenset({MIRA}), open_to_all=True, claim_code=None)
    assert (await everybody.meet(OLEG, "Oleg", "", "")).admitted
    assert not (await everybody.meet(ANNA, "Anna", "", "")).admitted
    watch.forward(DAY)
    assert await everybody.ask(office.cause(), ANNA) is Answer.ASKED
    assert not (await everybody.meet(ANNA, "Anna", "", "")).admitted


async def test_what_removing_would_cost_is_said_before(office: Office, door: Door) -> None:
    await office.connect()
    connection = (await office.only_connection()).id
    await office.draft(connection)
    for state in (*NOT_LEFT, *LEFT):
        await office.letter_on_its_way(connection, state)
    cost = await door.removing.cost(MIRA, ANNA)
    assert (cost.connections, cost.letters, cost.drafts) == (1, len(NOT_LEFT), 1)
    assert cost.on_the_wire == 1
    assert len(await office.all_connections()) == 1, "asking changes nothing"


async def test_a_second_press_finds_nothing_to_remove(office: Office, door: Door) -> None:
    revision = (await office.anna()).revision
    await door.remove()
    with pytest.raises(Stale):
        await door.removing.cost(MIRA, ANNA)
    with pytest.raises(Stale):
        await door.removing.remove(office.cause(), MIRA, Place(MIRA), CARD, ANNA, revision)


async def test_what_changed_since_the_question_is_asked_again(office: Office, door: Door) -> None:
    cost = await door.removing.cost(MIRA, ANNA)
    await office.connect()
    with pytest.raises(Stale):
        await door.removing.remove(
            office.cause(), MIRA, Place(MIRA), CARD, ANNA, cost.person.revision
        )
    assert (await office.anna()).admitted


async def test_only_admins_remove_and_admins_are_not_removed(office: Office, door: Door) -> None:
    await office.people.meet(OLEG, "Oleg", "", "")
    mira = await door.people.find(MIRA)
    assert mira is not None
    for nobody in (ANNA, OLEG):
        with pytest.raises(NotAllowed):
            await door.removing.cost(nobody, ANNA)
        with pytest.raises(NotAllowed):
            await door.removing.remove(office.cause(), nobody, Place(nobody), 1, MIRA, 1)
    for whom in (MIRA, OLEG, 999):
        with pytest.raises(Stale):
            await door.removing.cost(MIRA, whom)
        with pytest.raises(Stale):
            await door.removing.remove(office.cause(), MIRA, Place(MIRA), CARD, whom, mira.revision)


async def test_what_is_owed_later_is_not_shown_to_who_was_removed(
    office: Office, door: Door
) -> None:
    """As the outcome of a letter that was on the wire at that moment."""
    await office.connect()
    row = await office.letter_on_its_way((await office.only_connection()).id, OutboxState.UNKNOWN)
    await door.remove()
    await office.deliver()

    def later(tx: Transaction) -> list[object]:
        notices.owe(tx, ANNA, NoticeKind.OUTCOME, HERE, row.id, Manner.NEW)
        notices.owe(tx, ANNA, NoticeKind.ADMITTED, HERE, str(ANNA), Manner.NEW)
        taken = [notices.take(tx, ANNA), notices.take(tx, ANNA)]
        return [showing.load(tx, notice) is None for notice in taken if notice]

    assert await office.db.write(later) == [True, False]
    assert await office.db.read(lambda tx: drafts.find(tx, ANNA, row.draft)) is not None
