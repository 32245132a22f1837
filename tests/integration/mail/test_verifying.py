"""A letter that may have left is looked for, repeated only where that is proven to be safe."""

import hashlib
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from bitrix24.errors import (
    AccessLost,
    Busy,
    Failure,
    FailureCode,
    Moved,
    NotSent,
    PortalError,
    Refused,
    Unknown,
)
from bitrix24.learned import Learned
from bitrix24.models import Sent, ThreadLetter
from bitrix24.webhook import Webhook
from handlers.outbox_card import outbox_card
from mail import wire_results
from mail.decisions import Decision
from mail.scenes import OutboxScene
from mail.waits import WAITS
from mail.without_access import open_again
from storage import connections, notices, outbox, outbox_claims, outbox_lists, portals
from storage.database import Transaction
from storage.records.connections import Connection
from storage.records.drafts import DraftState, Field
from storage.records.notices import Manner, NoticeKind
from storage.records.outbox import OutboxRow, OutboxState, Why
from tests.integration.languages import EN
from tests.integration.mail.room import (
    ANNA,
    CONNECTION,
    JANE,
    SUPPORT,
    Room,
    Seen,
    a_connection,
    manners,
)

NO_ANSWER = Unknown(Failure(FailureCode.NO_ANSWER))
FAILED = Unknown(Failure(FailureCode.PORTAL_FAILED, 500))
AWAY = NotSent(Failure(FailureCode.UNREACHABLE))
BUSY = Busy(Failure(FailureCode.TOO_MANY_CALLS, 503))
LOST = AccessLost(Failure(FailureCode.CREDENTIALS, 401))
GONE = Refused(Failure(FailureCode.NOT_FOUND, 400))
TICK = timedelta(seconds=20)
TWICE = (
    "⚠️ It may have left more than once: the portal took the bot's repeated call for a first one."
)
HOST, REPLY = "acme.example", "mail.message.reply"
WORKING = a_connection(ANNA, CONNECTION, datetime(2026, 9, 1, 8, tzinfo=UTC))
MOVED = Moved(
    Failure(FailureCode.MOVED, 302), Webhook("https", "new.example", None, "", 1, "s3cret")
)


def copy(number: int = 17, text: str = "Thanks", at: str = "2026-09-01T08:00:40Z") -> ThreadLetter:
    return ThreadLetter.model_validate(
        {"id": number, "from": SUPPORT, "to": JANE, "date": at, "body": text}
    )


async def prove(room: Room) -> None:
    """The portal echoed the key of an earlier letter."""
    await room.database.write(lambda tx: portals.learn_idempotency(tx, HOST, REPLY, "proven"))


async def unanswered(room: Room, text: str = "Thanks") -> OutboxRow:
    """A letter whose call brought no answer."""
    room.portal.accepts = NO_ANSWER
    await room.told_to_go(text=text)
    return await room.go(OutboxState.VERIFYING)


async def test_a_letter_that_is_found_in_its_thread_was_sent(room: Room) -> None:
    await unanswered(room)
    room.portal.correspondence = (copy(),)
    row = await room.go(OutboxState.SENT, every=TICK)
    assert row.why is Why.THREAD
    assert len(room.portal.sends) == 1
    assert manners(await room.see()) == [(NoticeKind.OUTBOX, Manner.EDIT)]


async def test_nobody_looks_before_the_first_call_is_surely_over(room: Room) -> None:
    row = await unanswered(room)
    asked = len(room.portal.asked)
    assert row.next_at is not None
    room.clock.move_on(row.next_at - room.clock.now - timedelta(seconds=1))
    async with room.running(room.sending.run):
        await room.round("outbox")
    assert len(room.portal.asked) == asked
    assert row.next_at == row.updated_at + WAITS.quiet(HOST)
    room.clock.move_on(timedelta(seconds=1))
    async with room.running(room.sending.run):
        await room.round("outbox")
    assert len(room.portal.asked) > asked, "and not any later"


async def test_row_49_without_proof_of_keys_nothing_is_repeated(room: Room) -> None:
    await unanswered(room)
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 1
    assert row.failure is not None
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())


async def test_with_proof_the_same_bytes_go_once_more_under_the_same_key(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    room.portal.accepts = Sent(to=(JANE,))
    row = await room.go(OutboxState.SENT, every=TICK)
    assert (row.why, row.replays, row.attempts) == (Why.REPLAY, 1, 2)
    first, second = room.portal.sends
    assert first == second


async def test_a_call_and_its_repeat_wait_for_their_turn_before_they_are_claimed(
    room: Room,
) -> None:
    """Or the time in which a call must be over would pass while others are served."""
    turns: list[tuple[OutboxState, int]] = []

    async def on_turn() -> None:
        turns.append((await room.state(), len(room.portal.sends)))

    room.portal.on_turn = on_turn
    await prove(room)
    await unanswered(room)
    room.portal.accepts = Sent(to=(JANE,))
    await room.go(OutboxState.SENT, every=TICK)
    assert turns == [(OutboxState.QUEUED, 0), (OutboxState.VERIFYING, 1)]


async def test_a_letter_is_repeated_twice_at_most(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 3


@pytest.mark.parametrize("error", [AWAY, BUSY])
async def test_a_repeat_that_did_not_run_is_not_counted(room: Room, error: PortalError) -> None:
    await prove(room)
    await unanswered(room)
    room.portal.accepts = error

    async def tried() -> bool:
        room.clock.move_on(TICK)
        await room.wake("outbox")
        return len(room.portal.sends) >= 6

    async with room.running(room.sending.run):
        await room.until(tried)
    assert await room.state() in (OutboxState.VERIFYING, OutboxState.SENDING)
    room.portal.accepts = Sent(to=(JANE,))
    await room.go(OutboxState.SENT, every=TICK)


@pytest.mark.parametrize("error", [GONE, LOST, FAILED, MOVED])
async def test_a_repeat_that_is_refused_proves_nothing(room: Room, error: PortalError) -> None:
    await prove(room)
    await unanswered(room)
    room.portal.accepts = error
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 2


async def test_row_44_a_server_fault_is_looked_for_and_never_repeated(room: Room) -> None:
    await prove(room)
    room.portal.accepts = FAILED
    await room.told_to_go()
    row = await room.go(OutboxState.VERIFYING)
    assert row.next_at == row.updated_at + WAITS.settled
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 1


async def test_row_48_a_portal_that_is_away_for_a_day_leaves_it_unknown(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    room.portal.correspondence = AWAY
    began = room.clock.now
    await room.go(OutboxState.UNKNOWN, every=timedelta(hours=2))
    assert WAITS.key_safe <= room.clock.now - began < WAITS.key_safe + timedelta(hours=12)
    assert len(room.portal.sends) == 1


async def test_a_key_that_is_too_old_protects_nothing(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    room.clock.move_on(WAITS.key_safe + timedelta(minutes=1))
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 1


async def test_row_47_another_webhook_does_not_know_the_key(room: Room) -> None:
    await prove(room)
    await unanswered(room)

    def rotate(tx: Transaction) -> None:
        found = connections.find(tx, ANNA, CONNECTION)
        assert found is not None
        connections.save(tx, replace(found, address=replace(found.address, code="an0ther")))

    await room.database.write(rotate)
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 1


async def test_row_47_a_revoked_webhook_blocks_what_did_not_run_and_else_proves_nothing(
    room: Room,
) -> None:
    await prove(room)
    row = await unanswered(room)
    room.portal.accepts = LOST
    await room.go(OutboxState.UNKNOWN, every=TICK)
    first, repeat = room.portal.sends
    assert first == repeat
    await room.told_to_go("16")
    row = await room.go(OutboxState.BLOCKED)
    assert row.first_wire_at is None, "it may be taken back"
    assert len(room.portal.sends) == 3


async def test_row_49a_other_bytes_are_never_sent_under_the_key(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    await room.database.write(lambda tx: tx.execute("UPDATE outbox SET body_sha256 = 'other'"))
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 1


async def test_row_49a_after_an_upgrade_the_older_programs_bytes_go_once_more(room: Room) -> None:
    """It wrote the same letter down in another way; the newer one makes nothing anew."""
    await prove(room)
    room.portal.accepts = NO_ANSWER
    today = (await room.told_to_go()).body
    older = json.dumps(json.loads(today), indent=1, sort_keys=True).encode()
    assert older != today
    await room.database.write(lambda tx: made_by_an_older_program(tx, older))
    await room.go(OutboxState.VERIFYING)
    await room.restart()
    room.portal.accepts = Sent(to=(JANE,))
    row = await room.go(OutboxState.SENT, every=TICK)
    assert room.portal.sends == [(older, row.idempotency_key)] * 2


def made_by_an_older_program(tx: Transaction, body: bytes) -> None:
    (row,) = outbox_lists.in_state(tx, OutboxState.HELD)
    tx.execute(
        "UPDATE outbox SET body = :body, body_sha256 = :sha WHERE id = :id",
        body=tx.seal(row.owner, "outbox", "body", row.id, body.decode()),
        sha=hashlib.sha256(body).hexdigest(),
        id=row.id,
    )


async def test_row_61_after_a_jump_of_the_clock_nothing_is_repeated(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    async with room.running(room.sending.run):
        room.clock.jump(timedelta(hours=-1))
        await room.wake("outbox")

        async def forbidden() -> bool:
            return (await room.row()).no_replay

        await room.until(forbidden)
    await room.go(OutboxState.UNKNOWN, every=timedelta(minutes=5))
    assert len(room.portal.sends) == 1


async def test_a_thread_that_may_not_be_read_does_not_stop_a_safe_repeat(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    room.portal.correspondence = GONE
    room.portal.accepts = Sent(to=(JANE,))
    assert (await room.go(OutboxState.SENT, every=TICK)).why is Why.REPLAY


async def test_without_access_a_person_decides(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    room.portal.correspondence = LOST
    await room.go(OutboxState.UNKNOWN, every=TICK)
    assert len(room.portal.sends) == 1


@pytest.mark.parametrize("echo", ["proven", "absent"])
async def test_a_replayed_answer_counts_once(
    room: Room, caplog: pytest.LogCaptureFixture, echo: Literal["proven", "absent"]
) -> None:
    await prove(room)
    await unanswered(room)
    room.portal.accepts = Sent(to=(JANE,))
    room.portal.learned = Learned(idempotency=echo, replayed=True)
    row = await room.go(OutboxState.SENT, every=TICK)
    assert row.why is Why.REPLAY
    assert len(room.portal.sends) == 2
    assert not alarms(caplog)


async def test_a_first_call_that_came_back_as_a_repeat_was_no_alarm(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody has used its key before: a fault of ours, or another program with this database."""
    room.portal.learned = Learned(idempotency="proven", replayed=True)
    await room.told_to_go()
    row = await room.go(OutboxState.SENT)
    assert alarms(caplog) == [
        f"outbox {row.id}: the portal says of its first call that it is a repeat"
    ]


async def test_a_letter_of_which_two_left_was_plainly_called_sent(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """A repeat that comes back without its key was a first call to the portal: both may count."""
    await prove(room)
    await unanswered(room)
    room.portal.accepts = Sent(to=(JANE,))
    room.portal.learned = Learned(idempotency="absent")
    row = await room.go(OutboxState.SENT, every=TICK)
    seen = await room.see()
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(seen)
    shown = [one.scene for one in seen if isinstance(one.scene, OutboxScene)]
    assert {TWICE in outbox_card(scene, EN).content()[0] for scene in shown} == {True}
    warned = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert f"outbox {row.id}: the portal took its repeated call for a first one" in warned
    assert not await room.database.read(lambda tx: portals.keeps_keys(tx, HOST, REPLY))


async def test_a_letter_that_was_found_twice_was_plainly_called_sent(room: Room) -> None:
    """Neither the call nor its repeat was answered, and this portal kept no key."""
    await prove(room)
    await unanswered(room)

    async def repeated() -> bool:
        room.clock.move_on(TICK)
        await room.wake("outbox")
        return (await room.row()).replays == 1

    async with room.running(room.sending.run):
        await room.until(repeated)
    await room.go(OutboxState.VERIFYING)
    room.portal.correspondence = (copy(), copy(18))
    row = await room.go(OutboxState.SENT, every=TICK)
    assert (row.why, len(room.portal.sends)) == (Why.UNPROTECTED, 2)
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())
    assert not await room.database.read(lambda tx: portals.keeps_keys(tx, HOST, REPLY))


async def test_a_repeat_whose_letter_was_found_meanwhile_hid_that_two_may_have_left(
    room: Room,
) -> None:
    """Whoever looks for another answer to the same letter finds the first call's copy."""
    await prove(room)
    row = await unanswered(room)

    async def found() -> None:
        await room.database.write(lambda tx: outbox.accept(tx, row, Why.THREAD))

    room.portal.on_send = found
    room.portal.accepts = Sent(to=(JANE,))
    room.portal.learned = Learned(idempotency="absent")

    async def told_of_both() -> bool:
        room.clock.move_on(TICK)
        await room.wake("outbox")
        return (await room.row()).why is Why.UNPROTECTED

    async with room.running(room.sending.run):
        await room.until(told_of_both)
    assert len(room.portal.sends) == 2


def alarms(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]


async def test_a_person_may_know_better_while_the_bot_looks(room: Room) -> None:
    row = await unanswered(room)
    await room.see()
    await room.decide(row, Decision.WAS_SENT)
    assert (await room.row()).why is Why.PERSON
    assert await room.state() is OutboxState.SENT


async def test_check_again_looks_once_more_and_repeats_nothing(room: Room) -> None:
    await prove(room)
    await unanswered(room)
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    sends = len(room.portal.sends)
    await room.decide(row, Decision.CHECK_AGAIN)
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    room.portal.correspondence = (copy(),)
    await room.decide(row, Decision.CHECK_AGAIN)
    assert (await room.go(OutboxState.SENT, every=TICK)).why is Why.THREAD
    assert len(room.portal.sends) == sends


async def test_whether_the_bot_could_look_at_all_was_not_said(room: Room) -> None:
    await unanswered(room)
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    found_none = unknown_text(row)
    assert "did not answer in time" in found_none
    assert "did not find it" in found_none
    for answer, said in ((LOST, "could not look for it: the portal"), (GONE, "could not look")):
        room.portal.correspondence = answer
        await room.decide(row, Decision.CHECK_AGAIN)
        row = await room.go(OutboxState.UNKNOWN, every=TICK)
        assert said in unknown_text(row)
        assert "did not find" not in unknown_text(row)
    room.portal.correspondence = ()
    await room.decide(row, Decision.CHECK_AGAIN)
    found_none = unknown_text(await room.go(OutboxState.UNKNOWN, every=TICK))
    assert "did not find it" in found_none
    assert "could not look" not in found_none


@pytest.mark.parametrize("answer", [(), LOST, GONE])
async def test_a_second_look_forgot_that_the_bot_was_stopped(
    room: Room, answer: tuple[()] | PortalError
) -> None:
    await room.told_to_go()
    await room.go(OutboxState.SENT)
    await room.database.write(on_the_wire)
    await room.restart()
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    room.portal.correspondence = answer
    await room.decide(row, Decision.CHECK_AGAIN)
    said = unknown_text(await room.go(OutboxState.UNKNOWN, every=TICK))
    assert "The bot was stopped while the letter was on its way." in said
    assert ("could not look for it" if answer else "did not find it") in said


def on_the_wire(tx: Transaction) -> None:
    """As a kill during the call leaves it."""
    tx.execute("UPDATE outbox SET state = 'sending'")


async def test_a_letter_whose_portal_was_disconnected_was_looked_for_in_vain(room: Room) -> None:
    await unanswered(room)
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.disconnect()
    await room.decide(row, Decision.CHECK_AGAIN)
    said = unknown_text(await room.go(OutboxState.UNKNOWN, every=TICK), None)
    assert "because the portal was disconnected" in said


def unknown_text(row: OutboxRow, connection: Connection | None = WORKING) -> str:
    return outbox_card(OutboxScene(row, None, connection, rings=True), EN).content()[0]


async def test_what_nobody_knows_is_told_three_times_in_all(room: Room) -> None:
    await unanswered(room)
    await room.go(OutboxState.UNKNOWN, every=TICK)
    told: list[bool] = []
    for hours in (0, 1, 2, 24, 48, 72):
        await pass_hours(room, hours)
        told += [reminds(one) for one in await rings(room)]
    assert told == [False, True, True]


async def test_what_is_told_late_is_no_reminder(room: Room) -> None:
    """Telegram was away for hours: nobody has heard of it before."""
    await unanswered(room)
    await room.go(OutboxState.UNKNOWN, every=TICK)
    await pass_hours(room, 2)
    (told,) = await rings(room)
    assert not reminds(told)


async def test_who_was_let_in_again_was_reminded_of_what_they_never_heard(room: Room) -> None:
    await unanswered(room)
    await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.database.write(lambda tx: notices.drop_owed(tx, ANNA))
    room.clock.move_on(timedelta(minutes=30))
    await room.database.write(lambda tx: open_again(tx, ANNA))
    (told,) = await rings(room)
    assert not reminds(told)
    await pass_hours(room, 1)
    (told,) = await rings(room)
    assert reminds(told)


async def pass_hours(room: Room, hours: int) -> None:
    async with room.running(room.sending.run):
        room.clock.move_on(timedelta(hours=hours))
        await room.round("outbox")


async def rings(room: Room) -> list[Seen]:
    return [one for one in await room.see() if one.kind is NoticeKind.OUTCOME]


def reminds(told: Seen) -> bool:
    assert isinstance(told.scene, OutboxScene)
    text = outbox_card(told.scene, EN).content()[0]
    assert "Sep 1, 2026, 10:00" in text, "when the call was made, by the clock on the wall"
    return "This is a reminder" in text


# The reply guard.


async def test_the_guard_stops_a_reply_that_somebody_gave_meanwhile(room: Room) -> None:
    await room.told_to_go()
    room.portal.correspondence = (copy(16, "I answered", "2026-09-01T08:00:05Z"),)
    row = await room.go(OutboxState.CANCELLED)
    assert (row.why, room.portal.sends) == (Why.ANSWERED, [])
    draft = await room.draft()
    assert (draft.state, draft.field) == (DraftState.COMPOSING, Field.REVIEW)
    assert draft.written.stopped is not None
    assert draft.written.stopped.sender == SUPPORT
    seen = manners(await room.see())
    assert (NoticeKind.OUTCOME, Manner.NEW) in seen
    assert (NoticeKind.DRAFT, Manner.NEW) in seen


async def test_send_after_the_guard_sends_all_the_same(room: Room) -> None:
    await room.told_to_go()
    room.portal.correspondence = (copy(16, "I answered", "2026-09-01T08:00:05Z"),)
    await room.go(OutboxState.CANCELLED)
    await room.see()
    assert await room.send(await room.draft())
    row = await room.go(OutboxState.SENT)
    assert row.baseline == (16,)


async def test_older_answers_and_others_letters_stop_nothing(room: Room) -> None:
    await room.told_to_go()
    room.portal.correspondence = (
        copy(14, "An old answer", "2026-08-31T08:00:00Z"),
        copy(15).model_copy(update={"from_": JANE}),
    )
    assert (await room.go(OutboxState.SENT)).baseline == (14, 15)


async def test_a_connection_may_be_without_the_guard(room: Room) -> None:
    await room.told_to_go()
    room.portal.correspondence = (copy(16, "I answered", "2026-09-01T08:00:05Z"),)
    await room.database.write(unguard)
    await room.go(OutboxState.SENT)


async def test_without_the_guard_a_thread_that_fails_was_no_way_out(room: Room) -> None:
    """Nothing of it is needed to send: whoever switched the guard off must not wait for it."""
    await room.told_to_go()
    room.portal.correspondence = NO_ANSWER
    await room.database.write(unguard)
    await room.go(OutboxState.SENT)


def unguard(tx: Transaction) -> None:
    found = connections.find(tx, ANNA, CONNECTION)
    assert found is not None
    connections.save(tx, replace(found, guarded=False))


async def test_a_guard_that_may_not_look_asks_once(room: Room) -> None:
    await room.told_to_go()
    room.portal.correspondence = GONE
    row = await room.go(OutboxState.CANCELLED)
    assert row.why is Why.UNGUARDED
    await room.see()
    assert await room.send(await room.draft())
    await room.go(OutboxState.SENT)


@pytest.mark.parametrize("error", [AWAY, BUSY, NO_ANSWER])
async def test_a_guard_that_gets_no_answer_puts_the_letter_off(
    room: Room, error: PortalError
) -> None:
    await room.told_to_go()
    room.portal.correspondence = error
    row = await room.go(OutboxState.DEFERRED)
    assert (row.first_wire_at, row.attempts) == (None, 0)
    room.portal.correspondence = ()
    await room.go(OutboxState.SENT, every=TICK)


async def test_a_guard_whose_webhook_is_revoked_blocks_the_letter(room: Room) -> None:
    """It cannot go by itself any more, and does not say so."""
    await room.told_to_go()
    room.portal.correspondence = LOST
    row = await room.go(OutboxState.BLOCKED)
    assert (row.first_wire_at, room.portal.sends) == (None, [])
    assert (NoticeKind.OUTCOME, Manner.NEW) in manners(await room.see())


# A portal that is away, and one that moved.


async def test_what_was_put_off_goes_by_itself_and_rings_only_if_it_lasts(room: Room) -> None:
    room.portal.accepts = AWAY
    await room.told_to_go()
    row = await room.go(OutboxState.DEFERRED)
    assert row.next_at == row.updated_at + timedelta(seconds=2)
    assert manners(await room.see()) == [(NoticeKind.OUTBOX, Manner.EDIT)]
    async with room.running(room.sending.run):
        for _ in range(5):
            room.clock.move_on(TICK)
            await room.round("outbox")
    assert manners(await room.see()) == [
        (NoticeKind.OUTCOME, Manner.NEW),
        (NoticeKind.FOLD, Manner.EDIT),
    ]
    room.portal.accepts = Sent(to=(JANE,))
    await room.go(OutboxState.SENT, every=TICK)
    assert manners(await room.see())[0] == (NoticeKind.OUTBOX, Manner.EDIT)


async def test_a_letter_that_waited_for_a_day_asks(room: Room) -> None:
    room.portal.correspondence = AWAY
    await room.told_to_go()
    row = await room.go(OutboxState.EXPIRED, every=timedelta(hours=2))
    assert not room.portal.sends
    room.portal.correspondence = ()
    await room.see()
    await room.decide(row, Decision.SEND_STILL)
    await room.go(OutboxState.SENT)
    assert len(room.portal.sends) == 1


async def test_a_claim_that_was_thought_lost_is_given_back_by_its_holder(room: Room) -> None:
    """Nothing left, and only the holder of the claim can know that."""
    row = await room.told_to_go()

    def paused_after_the_claim(tx: Transaction) -> OutboxRow | None:
        outbox.move(tx, row, OutboxState.QUEUED)
        queued = replace(row, state=OutboxState.QUEUED)
        assert outbox_claims.claim(tx, queued, lease_until=tx.now, hook_fp=b"", baseline=())
        mine = outbox.find(tx, ANNA, row.id)
        assert mine is not None
        wire_results.lose(tx, mine, WAITS, Why.NOTHING)
        wire_results.step_back(tx, row=mine)
        return outbox.find(tx, ANNA, row.id)

    now = await room.database.write(paused_after_the_claim)
    assert now is not None
    assert (now.state, now.first_wire_at) == (OutboxState.QUEUED, None)


async def test_a_limit_waits_for_the_portals_own_time(room: Room) -> None:
    reset = room.clock.now + timedelta(minutes=4)
    room.portal.accepts = Busy(Failure(FailureCode.OPERATING_TIME, 429, retry_at=reset))
    await room.told_to_go()
    row = await room.go(OutboxState.DEFERRED)
    assert row.next_at == reset + WAITS.settled


async def test_a_renamed_portal_is_followed_once_and_its_owner_told(room: Room) -> None:
    room.portal.accepts = MOVED
    room.portal.on_send = lambda: _accept_second(room)
    await room.told_to_go()
    await room.go(OutboxState.SENT)
    connection = await room.database.read(lambda tx: connections.find(tx, ANNA, CONNECTION))
    assert connection is not None
    assert connection.address.host == "new.example"
    assert (NoticeKind.MOVED, Manner.NEW) in manners(await room.see())


async def _accept_second(room: Room) -> None:
    if len(room.portal.sends) > 1:
        room.portal.accepts = Sent(to=(JANE,))


async def test_a_portal_that_points_on_and_on_blocks_the_letter(room: Room) -> None:
    room.portal.accepts = MOVED
    await room.told_to_go()
    await room.go(OutboxState.BLOCKED)
    assert len(room.portal.sends) == 2


async def test_a_machine_that_slept_after_the_claim_sends_nothing_on_waking(room: Room) -> None:
    """The clock that only goes forward stands still in a suspended machine."""
    await room.told_to_go()
    called_at: list[datetime] = []

    async def on_send() -> None:
        row = await room.row()
        assert row.last_wire_at is not None
        called_at.append(row.last_wire_at)

    slept_at = room.clock.now + timedelta(seconds=10)
    room.portal.on_send = on_send
    room.on_step = lambda name: room.clock.jump(timedelta(hours=1)) if name == "sending" else None
    async with room.running(room.sending.run):
        room.clock.move_on(timedelta(seconds=10))
        await room.wake("outbox")
        await room.until(lambda: _stepped(room, "sending"))
        room.on_step = lambda _name: None
        await room.until(lambda: _sent(room))
    assert len(called_at) == 1
    assert called_at[0] >= slept_at + timedelta(hours=1), "under a claim of its own"


async def _stepped(room: Room, name: str) -> bool:
    return name in room.steps


async def _sent(room: Room) -> bool:
    return await room.state() is OutboxState.SENT
