"""What the outbox holds goes over the wire at most once, and what is not known is said."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    NotSent,
    PortalError,
    Refused,
    RefusedField,
    Unknown,
)
from bitrix24.learned import Learned
from bitrix24.models import Sent
from bot.stopping import unless_stopped
from bot.tasks import Tasks
from mail.decisions import Decision
from mail.draft_presses import Press
from mail.sending import STORE_AGAIN
from mail.waits import WAITS
from storage import connections, outbox, outbox_claims, outbox_lists
from storage.database import Transaction
from storage.records.drafts import DraftState, Field
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.outbox import OutboxState, Why
from tests.integration.mail.room import ANNA, CODE, CONNECTION, HOME, UNDO, Room, manners

AWAY = NotSent(Failure(FailureCode.UNREACHABLE))
BUSY = Busy(Failure(FailureCode.TOO_MANY_CALLS, 503))
BLOCKED = AccessLost(Failure(FailureCode.CREDENTIALS, 401))
NO_ANSWER = Unknown(Failure(FailureCode.NO_ANSWER))
BAD_RECIPIENT = Refused(
    Failure(
        FailureCode.VALIDATION,
        400,
        fields=(RefusedField("to", "NO_RECIPIENTS", "No recipients"),),
    )
)
A_STOP = 20.0  # seconds that a stop may take
NO_FIELD = Refused(Failure(FailureCode.VALIDATION, 400))


def on_disk(room: Room) -> list[tuple[object, ...]]:
    """State, time of the first wire and attempts, as another connection to the file sees them."""
    with closing(sqlite3.connect(room.path)) as db:
        return db.execute("SELECT state, first_wire_at, attempts FROM outbox").fetchall()


async def test_the_stored_bytes_go_over_the_wire_under_the_rows_key(room: Room) -> None:
    told = await room.told_to_go(text="Thanks — «да» 🙂")
    row = await room.go(OutboxState.SENT)
    assert room.portal.sends == [(told.body, told.idempotency_key)]
    assert "Thanks — «да» 🙂".encode() in told.body
    assert (row.why, row.accepted_to) == (Why.RESPONSE, ("jane@client.example",))
    assert room.portal.asked[-1] == ("send", CODE)
    assert room.steps == ["guarded", "sending", "answered", "stored"]


async def test_the_row_is_sending_on_disk_before_the_portal_is_called(room: Room) -> None:
    seen: list[tuple[object, ...]] = []

    async def look() -> None:
        seen.extend(on_disk(room))

    room.portal.on_send = look
    await room.told_to_go()
    await room.go(OutboxState.SENT)
    ((state, first_wire, attempts),) = seen
    assert (state, attempts) == ("sending", 1)
    assert first_wire is not None


async def test_a_webhook_that_was_replaced_during_the_wait_for_a_turn_is_not_called(
    room: Room,
) -> None:
    def change(tx: Transaction) -> None:
        found = connections.find(tx, ANNA, CONNECTION)
        assert found is not None
        connections.save(tx, replace(found, address=replace(found.address, code="an0ther")))

    async def on_turn() -> None:
        await room.database.write(change)

    room.portal.on_turn = on_turn
    await room.told_to_go()
    await room.go(OutboxState.SENT)
    assert [about for method, about in room.portal.asked if method == "send"] == ["an0ther"]


async def test_a_stop_waited_for_a_letter_that_only_waited_for_its_turn(room: Room) -> None:
    waits = asyncio.Event()

    async def in_vain() -> None:
        waits.set()
        await asyncio.Event().wait()

    room.portal.on_turn = in_vain
    tasks = await started(room)
    await waits.wait()
    async with asyncio.timeout(A_STOP / 2):
        await tasks.stop(A_STOP)
    assert (await room.state(), room.portal.sends) == (OutboxState.QUEUED, [])
    room.portal.on_turn = None
    await room.restart()
    await room.go(OutboxState.SENT)


async def test_a_stop_waits_for_the_answer_of_a_letter_on_the_wire(room: Room) -> None:
    on_wire, gate = asyncio.Event(), asyncio.Event()

    async def on_send() -> None:
        room.portal.gate = gate
        on_wire.set()

    room.portal.on_send = on_send
    tasks = await started(room)
    await on_wire.wait()
    async with asyncio.TaskGroup() as group:
        stopping = group.create_task(tasks.stop(A_STOP))
        await asyncio.sleep(0.05)
        assert not stopping.done()
        gate.set()
    assert await room.state() is OutboxState.SENT


async def started(room: Room) -> Tasks:
    """A letter's time has come, and the shipped tasks run the loop that sends it."""
    await room.told_to_go()
    room.clock.move_on(UNDO)
    tasks = Tasks()
    sending = room.sending_with(tasks.spawn, tasks.spawn_repeatable)
    tasks.start("outbox", lambda stop: unless_stopped(stop, sending.run(stop)))
    return tasks


async def test_nothing_goes_before_its_time(room: Room) -> None:
    await room.told_to_go()
    room.clock.move_on(UNDO - timedelta(milliseconds=1))
    async with room.running(room.sending.run):
        await room.round("outbox")
    assert room.portal.sends == []
    assert await room.state() is OutboxState.HELD


async def test_sent_is_an_edit_of_the_card(room: Room) -> None:
    row = await room.told_to_go()
    card = await room.live(CardKind.OUTBOX, row.id)
    await room.go(OutboxState.SENT)
    seen = await room.see()
    assert [(one.kind, one.message, one.edited) for one in seen] == [
        (NoticeKind.OUTBOX, card, True)
    ]


async def test_sending_is_shown_only_when_the_portal_is_slow(room: Room) -> None:
    await room.told_to_go()
    room.portal.gate = asyncio.Event()
    room.clock.move_on(UNDO)
    async with room.running(room.sending.run):
        await room.wake("outbox")
        await room.until(lambda: _is(room, OutboxState.SENDING))
        assert await room.see(after=timedelta(0)) == []
        assert manners(await room.see()) == [(NoticeKind.OUTBOX, Manner.EDIT)]
        room.portal.gate.set()
        await room.until(lambda: _is(room, OutboxState.SENT))


async def _is(room: Room, state: OutboxState) -> bool:
    return await room.state() is state


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (AWAY, OutboxState.DEFERRED),
        (NotSent(Failure(FailureCode.CERTIFICATE)), OutboxState.DEFERRED),
        (BUSY, OutboxState.DEFERRED),
        (Busy(Failure(FailureCode.OPERATING_TIME, 429)), OutboxState.DEFERRED),
        (BLOCKED, OutboxState.BLOCKED),
        (AccessLost(Failure(FailureCode.PORTAL_BLOCKED, 503)), OutboxState.BLOCKED),
        (AccessLost(Failure(FailureCode.MOVED, 302)), OutboxState.BLOCKED),
        (BAD_RECIPIENT, OutboxState.REJECTED),
        (Refused(Failure(FailureCode.METHOD_MISSING, 404)), OutboxState.REJECTED),
        (Refused(Failure(FailureCode.NO_RIGHT, 403)), OutboxState.REJECTED),
        (NO_ANSWER, OutboxState.VERIFYING),
        (Unknown(Failure(FailureCode.KEY_REUSED, 422)), OutboxState.UNKNOWN),
        (Unknown(Failure(FailureCode.PORTAL_FAILED, 500)), OutboxState.VERIFYING),
        (PortalError(Failure(FailureCode.UNRECOGNISED)), OutboxState.VERIFYING),
    ],
)
async def test_every_failure_has_its_state_and_is_told(
    room: Room, error: PortalError, state: OutboxState
) -> None:
    room.portal.accepts = error
    told = await room.told_to_go()
    card = await room.live(CardKind.OUTBOX, told.id)
    row = await room.go(state)
    assert row.failure is not None
    assert row.failure.code == error.failure.code.value
    may_have_left = state in (OutboxState.UNKNOWN, OutboxState.VERIFYING)
    assert (row.first_wire_at is None) is not may_have_left
    seen = await room.see()
    assert manners(seen)[0] == (NoticeKind.OUTBOX, Manner.EDIT)
    if state not in (OutboxState.VERIFYING, OutboxState.DEFERRED):
        assert manners(seen)[1] == (NoticeKind.OUTCOME, Manner.NEW)
        assert seen[1].reply_to == card
    assert room.steps == ["guarded", "sending", "failed", "stored"]


@pytest.mark.parametrize(
    ("error", "state"), [(AWAY, OutboxState.DEFERRED), (BLOCKED, OutboxState.BLOCKED)]
)
async def test_undo_works_again_for_what_did_not_leave(
    room: Room, error: PortalError, state: OutboxState
) -> None:
    room.portal.accepts = error
    await room.told_to_go()
    row = await room.go(state)
    await room.decide(row, Decision.CANCEL)
    assert await room.state() is OutboxState.CANCELLED
    assert (await room.draft()).state is DraftState.COMPOSING


async def test_what_was_put_off_goes_when_tried_again_under_the_same_key(room: Room) -> None:
    room.portal.accepts = AWAY
    await room.told_to_go()
    row = await room.go(OutboxState.DEFERRED)
    await room.decide(row, Decision.TRY_AGAIN)
    room.portal.accepts = Sent()
    row = await room.go(OutboxState.SENT)
    first, second = room.portal.sends
    assert first == second
    assert row.attempts == 2


@pytest.mark.parametrize(
    ("error", "field"),
    [
        (BAD_RECIPIENT, Field.RECIPIENTS),
        (
            Refused(Failure(FailureCode.VALIDATION, 400, fields=(RefusedField("from", "", "x"),))),
            Field.SENDER,
        ),
        (
            Refused(
                Failure(
                    FailureCode.NOT_FOUND, 400, fields=(RefusedField("replyToMessageId", "", ""),)
                )
            ),
            Field.LETTER,
        ),
        (NO_FIELD, Field.REFUSAL),
    ],
)
async def test_a_refusal_opens_the_draft_at_what_was_refused(
    room: Room, error: PortalError, field: Field
) -> None:
    room.portal.accepts = error
    await room.told_to_go(text="Thanks")
    before = await room.draft()
    await room.go(OutboxState.REJECTED)
    draft = await room.draft()
    assert (draft.state, draft.field) == (DraftState.COMPOSING, field)
    assert draft.revision == before.revision + 1
    assert draft.written.parts == before.written.parts
    assert draft.written.to == before.written.to


async def test_text_after_a_refusal_answers_the_refused_field_and_the_next_row_is_new(
    room: Room,
) -> None:
    room.portal.accepts = BAD_RECIPIENT
    first = await room.told_to_go()
    await room.go(OutboxState.REJECTED)
    await room.see()
    await room.say("bob@client.example")
    draft = await room.draft()
    assert (draft.field, draft.written.to) == (Field.REVIEW, ("bob@client.example",))
    room.portal.accepts = Sent()
    assert await room.send(draft)
    row = await room.go(OutboxState.SENT)
    assert row.idempotency_key != first.idempotency_key
    assert [row.state for row in await room.rows()] == [OutboxState.REJECTED, OutboxState.SENT]


async def test_text_after_a_refusal_answers_it_although_another_letter_was_sent(room: Room) -> None:
    room.portal.accepts = BAD_RECIPIENT
    first = await room.told_to_go("15")
    second = await room.review("16")
    await room.send(second)
    await room.database.write(
        lambda tx: tx.execute(
            "UPDATE outbox SET due_at = '2030-01-01T00:00:00.000000Z' WHERE id <> :id", id=first.id
        )
    )
    room.clock.move_on(UNDO)

    async def refused() -> bool:
        return (await room.rows())[0].state is OutboxState.REJECTED

    async with room.running(room.sending.run):
        await room.wake("outbox")
        await room.until(refused)
    await room.see()
    await room.say("bob@client.example")
    assert (await room.draft(first.draft)).written.to == ("bob@client.example",)


async def test_a_refusal_does_not_take_text_from_a_letter_that_is_being_written(room: Room) -> None:
    room.portal.accepts = BAD_RECIPIENT
    first = await room.told_to_go("15")
    second = await room.review("16", "Second")
    await room.go(OutboxState.REJECTED)
    await room.say("More")
    assert len((await room.draft(second.id)).written.parts) == 2
    card = await room.live(CardKind.DRAFT, first.draft)
    assert card is None
    await room.see()
    card = await room.live(CardKind.DRAFT, first.draft)
    await room.say("bob@client.example", reply_to=card)
    assert (await room.draft(first.draft)).written.to == ("bob@client.example",)


async def test_the_refused_field_is_opened_by_a_button(room: Room) -> None:
    room.portal.accepts = NO_FIELD
    await room.told_to_go()
    await room.go(OutboxState.REJECTED)
    await room.see()
    draft = await room.press(await room.draft(), Press.OPEN, Field.REVIEW)
    assert draft.field is Field.REVIEW


async def test_what_is_not_known_is_never_repeated_by_itself(room: Room) -> None:
    room.portal.accepts = NO_ANSWER
    await room.told_to_go()
    await room.go(OutboxState.UNKNOWN, every=timedelta(seconds=30))
    for _ in range(3):
        await room.restart()
        async with room.running(room.sending.run):
            room.clock.move_on(timedelta(hours=5))
            await room.round("outbox")
    assert len(room.portal.sends) == 1
    assert await room.state() is OutboxState.UNKNOWN


async def test_a_late_good_answer_counts(room: Room) -> None:
    """The row was given up while its answer was still on the way."""
    await room.told_to_go()
    room.portal.gate = asyncio.Event()
    room.clock.move_on(UNDO)
    async with room.running(room.sending.run):
        await room.wake("outbox")
        await room.until(lambda: _is(room, OutboxState.SENDING))
        await room.new_sending().recover()
        assert await room.state() is OutboxState.VERIFYING
        room.portal.gate.set()
        await room.until(lambda: _is(room, OutboxState.SENT))


async def test_a_late_bad_answer_does_not_undo_what_is_not_known(room: Room) -> None:
    room.portal.accepts = AWAY
    await room.told_to_go()
    room.portal.gate = asyncio.Event()
    room.clock.move_on(UNDO)
    async with room.running(room.sending.run):
        await room.wake("outbox")
        await room.until(lambda: _is(room, OutboxState.SENDING))
        await room.new_sending().recover()
        room.portal.gate.set()
    assert await room.state() is OutboxState.VERIFYING


async def test_an_answer_is_stored_again_when_the_disk_was_locked(room: Room) -> None:
    locker = sqlite3.connect(room.path, isolation_level=None)

    async def lock() -> None:
        locker.execute("BEGIN IMMEDIATE")

    def unlock(times: int) -> None:
        if times == 2:
            locker.execute("COMMIT")

    room.portal.on_send, room.on_sleep = lock, unlock
    await room.told_to_go()
    row = await room.go(OutboxState.SENT)
    locker.close()
    assert row.why is Why.RESPONSE
    assert room.slept == list(STORE_AGAIN[:2])
    assert len(room.portal.sends) == 1


async def test_a_letter_whose_answer_could_not_be_stored_is_looked_for(room: Room) -> None:
    await room.told_to_go()
    await room.database.write(_claimed)
    lease = WAITS.lease("acme.example")
    async with room.running(room.sending.run):
        room.clock.move_on(lease + UNDO)
        await room.wake("outbox")
        await room.until(lambda: _is(room, OutboxState.UNKNOWN))
    assert room.portal.sends == []
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())


def _claimed(tx: Transaction) -> None:
    """As another process left it that was killed on the wire."""
    (row,) = outbox_lists.in_state(tx, OutboxState.HELD)
    assert outbox.move(tx, row, OutboxState.QUEUED)
    (row,) = outbox_lists.in_state(tx, OutboxState.QUEUED)
    lease_until = tx.now + WAITS.lease("acme.example")
    assert outbox_claims.claim(tx, row, lease_until=lease_until, hook_fp=b"", baseline=())


async def test_at_start_what_was_on_its_way_is_looked_for_and_told(room: Room) -> None:
    await room.told_to_go()
    await room.database.write(_claimed)
    await room.restart()
    row = await room.row()
    assert (row.state, row.why) == (OutboxState.VERIFYING, Why.RESTART)
    assert row.next_at == room.clock.now + WAITS.quiet("acme.example")
    assert manners(await room.see())[:1] == [(NoticeKind.OUTBOX, Manner.EDIT)]
    await room.go(OutboxState.UNKNOWN, every=timedelta(seconds=30))
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())


async def test_at_start_held_letters_go_on_by_their_time(room: Room) -> None:
    await room.told_to_go()
    await room.restart()
    assert await room.state() is OutboxState.HELD
    assert (await room.go(OutboxState.SENT)).attempts == 1


@pytest.mark.parametrize("state", ["held", "queued"])
async def test_at_start_what_is_a_day_late_asks_instead_of_going(room: Room, state: str) -> None:
    await room.told_to_go()
    await room.database.write(lambda tx: tx.execute("UPDATE outbox SET state = :s", s=state))
    room.clock.move_on(WAITS.expire + UNDO + timedelta(seconds=1))
    await room.restart()
    row = await room.go(OutboxState.EXPIRED)
    assert row.why is Why.LATE
    assert room.portal.sends == []
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())
    await room.decide(row, Decision.SEND_STILL)
    await room.go(OutboxState.SENT)


async def test_at_start_what_is_not_quite_a_day_late_goes(room: Room) -> None:
    row = await room.told_to_go()
    room.clock.move_on(row.due_at + WAITS.expire - UNDO - room.clock.now)
    await room.restart()
    await room.go(OutboxState.SENT)


async def test_what_a_portal_showed_last_about_keys_counts(room: Room) -> None:
    async def learned() -> list[dict[str, object]]:
        return await room.database.read(
            lambda tx: tx.rows("SELECT host, method, idempotency FROM portals")
        )

    for number, taught, known in (
        ("15", "absent", "absent"),
        ("16", "proven", "proven"),
        ("15", "absent", "absent"),
    ):
        room.portal.learned = Learned(idempotency="proven" if taught == "proven" else "absent")
        await room.told_to_go(number)
        await room.go(OutboxState.SENT)
        assert await learned() == [
            {"host": "acme.example", "method": "mail.message.reply", "idempotency": known}
        ]


async def test_whoever_loses_the_race_for_a_row_sends_nothing(room: Room) -> None:
    """Many loops over the same rows: one call a row."""
    for _ in range(5):
        await room.told_to_go()
    others = [room.new_sending() for _ in range(5)]
    room.clock.move_on(UNDO)

    async def all_sent() -> bool:
        return {row.state for row in await room.rows()} == {OutboxState.SENT}

    async with room.running(*(other.run for other in others)):
        for _ in range(5):
            await room.wake("outbox")
        await room.until(all_sent)
    keys = [key for _body, key in room.portal.sends]
    assert sorted(keys) == sorted(row.idempotency_key for row in await room.rows())


async def test_a_letter_that_is_undone_just_before_its_claim_does_not_go(room: Room) -> None:
    row = await room.told_to_go()
    room.clock.move_on(UNDO)
    await room.decide(row, Decision.UNDO)
    async with room.running(room.sending.run):
        await room.round("outbox")
    assert room.portal.sends == []


@pytest.mark.parametrize("error", [AWAY, BLOCKED])
async def test_what_did_not_leave_a_removed_connection_is_cancelled(
    room: Room, error: PortalError
) -> None:
    """It was on the wire while its connection was removed: nothing waits for what is gone."""
    room.portal.accepts = error
    room.portal.on_send = room.disconnect
    await room.told_to_go(text="Thanks")
    row = await room.go(OutboxState.CANCELLED)
    assert row.why is Why.DISCONNECTED
    assert (await room.draft()).state is DraftState.ASIDE


async def test_a_refusal_after_the_connection_was_removed_keeps_the_text(room: Room) -> None:
    room.portal.accepts = BAD_RECIPIENT
    room.portal.on_send = room.disconnect
    await room.told_to_go(text="Thanks")
    await room.go(OutboxState.REJECTED)
    aside = await room.draft()
    assert aside.state is DraftState.ASIDE
    await room.settle()
    await room.press(aside, Press.BRING_BACK)
    draft = await room.look_up()
    assert [part.html for part in draft.written.parts] == ["Thanks"]


async def test_a_queued_letter_without_its_connection_is_cancelled(room: Room) -> None:
    await room.told_to_go()
    await room.disconnect()
    row = await room.go(OutboxState.CANCELLED)
    assert (row.why, room.portal.sends) == (Why.DISCONNECTED, [])
    assert (await room.draft()).state is DraftState.ASIDE


async def test_replying_to_the_card_of_a_refused_letter_mends_its_draft(room: Room) -> None:
    room.portal.accepts = BAD_RECIPIENT
    told = await room.told_to_go()
    card = await room.live(CardKind.OUTBOX, told.id)
    await room.go(OutboxState.REJECTED)
    typed = room.typed("bob@client.example")
    await room.drafts.type(room.cause(), ANNA, HOME, typed, card)
    assert (await room.draft()).written.to == ("bob@client.example",)
