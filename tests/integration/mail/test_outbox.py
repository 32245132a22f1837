"""Send, Undo, and what a person decides about a letter that did not leave or may have left."""

import hashlib
import json
from datetime import timedelta

import pytest

from bitrix24.errors import Failure, FailureCode, Unknown
from handlers.outbox_card import outbox_card
from mail.accounts import Accounts
from mail.decisions import Decision
from mail.draft_presses import Press
from mail.errors import BadValue, LimitReached, NotConnected, SendPressed, Stale, TooLate
from mail.late_presses import OLD_CARD
from mail.scenes import DraftScene, OutboxListScene, OutboxScene
from mail.second_answer import offers_text
from mail.told_to_go import SENDS_AN_HOUR
from storage import outbox
from storage.records.drafts import DraftState, Field, Wants
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.outbox import OtherAnswer, OutboxRow, OutboxState, Why
from storage.records.places import Place
from tests.integration.languages import EN
from tests.integration.mail.room import ANNA, HOME, JANE, OLEG, SUPPORT, UNDO, Room, manners

NOT_LEFT = (OutboxState.HELD, OutboxState.QUEUED, OutboxState.DEFERRED, OutboxState.BLOCKED)


async def put_into(room: Room, state: OutboxState, *, wired: bool = False) -> OutboxRow:
    """A letter that was told to go, in this state; `wired` if something went over the wire."""
    await room.told_to_go()
    await room.database.write(
        lambda tx: tx.execute(
            "UPDATE outbox SET state = :state, first_wire_at = CASE WHEN :wired THEN due_at END",
            state=state.value,
            wired=int(wired),
        )
    )
    return await room.row()


async def test_send_stores_the_exact_bytes_under_a_key_of_their_own(room: Room) -> None:
    draft = await room.review(text="Thanks")
    assert await room.send(draft)
    row = await room.row()
    assert json.loads(row.body) == {
        "replyToMessageId": 15,
        "from": SUPPORT,
        "to": [JANE],
        "subject": "Re: Order 118",
        "body": "Thanks",
    }
    assert row.body_sha256 == hashlib.sha256(row.body).hexdigest()
    assert (row.state, row.due_at - row.created_at) == (OutboxState.HELD, UNDO)
    assert len(row.idempotency_key) == 32
    assert (await room.draft()).state is DraftState.CONFIRMED


async def test_the_review_becomes_the_letters_card(room: Room) -> None:
    draft = await room.review()
    card = await room.live(CardKind.DRAFT, draft.id)
    await room.send(draft)
    seen = await room.see(after=timedelta(0))
    assert [(one.kind, one.message, one.edited) for one in seen] == [
        (NoticeKind.OUTBOX, card, True)
    ]
    assert await room.live(CardKind.OUTBOX, (await room.row()).id) == card


async def test_a_second_press_of_send_sends_nothing(room: Room) -> None:
    draft = await room.review()
    await room.send(draft)
    with pytest.raises(Stale):
        await room.send(draft)
    with pytest.raises(Stale):
        await room.send(await room.draft())
    assert len(await room.rows()) == 1


async def test_send_counts_only_on_the_review_as_it_is_now(room: Room) -> None:
    draft = await room.review()
    opened = await room.press(draft, Press.OPEN, Field.SUBJECT)
    for shown in (draft, opened):
        with pytest.raises(Stale):
            await room.send(shown)
    assert await room.rows() == []


async def test_a_letter_with_a_gap_is_not_sent(room: Room) -> None:
    await room.begin("15")
    draft = await room.press(await room.look_up(), Press.OPEN, Field.REVIEW)
    with pytest.raises(BadValue) as missing:
        await room.send(draft)
    assert (missing.value.field, missing.value.code) == (Field.SENDER, "missing")
    assert await room.rows() == []


async def test_without_its_connection_a_draft_is_not_sent(room: Room) -> None:
    draft = await room.review()
    await room.disconnect()
    with pytest.raises(NotConnected):
        await room.send(draft)
    assert (await room.draft()).state is DraftState.COMPOSING


async def test_an_old_review_asks_again(room: Room) -> None:
    draft = await room.review()
    room.clock.move_on(OLD_CARD + timedelta(seconds=1))
    assert not await room.send(draft)
    assert await room.rows() == []
    seen = await room.see(after=timedelta(0))
    assert manners(seen) == [(NoticeKind.DRAFT, Manner.EDIT)]
    assert await room.send(await room.draft())


async def test_two_hundred_letters_an_hour(room: Room) -> None:
    row = await room.told_to_go()
    await room.database.write(
        lambda tx: tx.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :more) "
            "INSERT INTO outbox (id, owner, chat, thread, draft, connection, method, "
            "idempotency_key, body, body_sha256, envelope, state, why, revision, due_at, "
            "lease_epoch, attempts, replays, created_at, updated_at) "
            "SELECT 'x' || i, owner, chat, thread, draft, connection, method, 'x' || i, body, "
            "body_sha256, envelope, 'sent', why, revision, due_at, lease_epoch, attempts, "
            "replays, created_at, updated_at FROM outbox JOIN n WHERE id = :id",
            more=SENDS_AN_HOUR - 1,
            id=row.id,
        )
    )
    draft = await room.review("16")
    with pytest.raises(LimitReached) as limit:
        await room.send(draft)
    assert limit.value.most == SENDS_AN_HOUR
    await room.database.write(
        lambda tx: tx.execute("UPDATE outbox SET state = 'unknown' WHERE id = :id", id=row.id)
    )
    with pytest.raises(LimitReached):
        await room.decide(await one(room, row), Decision.SEND_AGAIN)
    room.clock.move_on(timedelta(hours=1))
    assert not await room.send(draft)  # the card is old by now
    assert await room.send(await room.draft(draft.id))


async def one(room: Room, row: OutboxRow) -> OutboxRow:
    found = await room.database.read(lambda tx: outbox.find(tx, ANNA, row.id))
    assert found is not None
    return found


@pytest.mark.parametrize("state", NOT_LEFT)
@pytest.mark.parametrize("decision", [Decision.UNDO, Decision.CANCEL])
async def test_what_has_not_left_is_taken_back(
    room: Room, state: OutboxState, decision: Decision
) -> None:
    row = await put_into(room, state)
    card = await room.live(CardKind.OUTBOX, row.id)
    await room.decide(row, decision)
    after = await room.row()
    assert (after.state, after.why) == (OutboxState.CANCELLED, Why.UNDO)
    draft = await room.draft()
    assert (draft.state, draft.field) == (DraftState.COMPOSING, Field.REVIEW)
    seen = await room.see()
    assert [(one.kind, one.message, one.edited) for one in seen] == [(NoticeKind.DRAFT, card, True)]


async def test_undo_counts_although_the_letter_was_queued_meanwhile(room: Room) -> None:
    shown = await room.told_to_go()
    await room.database.write(lambda tx: outbox.move(tx, shown, OutboxState.QUEUED))
    await room.decide(shown, Decision.UNDO)
    assert await room.state() is OutboxState.CANCELLED


@pytest.mark.parametrize("state", [*NOT_LEFT, OutboxState.SENDING, OutboxState.UNKNOWN])
async def test_undo_is_too_late_once_something_went_over_the_wire(
    room: Room, state: OutboxState
) -> None:
    row = await put_into(room, state, wired=True)
    with pytest.raises(TooLate):
        await room.decide(row, Decision.UNDO)
    assert await room.state() is state


@pytest.mark.parametrize("state", [OutboxState.REJECTED, OutboxState.CANCELLED])
async def test_undo_of_what_did_not_leave_and_is_over_is_stale(
    room: Room, state: OutboxState
) -> None:
    row = await put_into(room, state)
    with pytest.raises(Stale):
        await room.decide(row, Decision.UNDO)


async def test_a_second_undo_is_stale_and_the_draft_stays_open(room: Room) -> None:
    row = await room.told_to_go()
    await room.decide(row, Decision.UNDO)
    draft = await room.draft()
    with pytest.raises(Stale):
        await room.decide(row, Decision.UNDO)
    assert await room.draft() == draft


async def test_what_was_undone_is_sent_as_a_new_row_under_a_new_key(room: Room) -> None:
    first = await room.told_to_go()
    await room.decide(first, Decision.UNDO)
    assert await room.send(await room.draft())
    again = await room.row()
    assert again.idempotency_key != first.idempotency_key
    assert [row.state for row in await room.rows()] == [OutboxState.CANCELLED, OutboxState.HELD]


async def test_undo_wins_over_the_card_that_is_on_the_wire(room: Room) -> None:
    """The button is on the screen a moment before Telegram's answer to the edit is here."""
    draft = await room.review()
    card = await room.live(CardKind.DRAFT, draft.id)
    await room.send(draft)
    notice = await room.take()
    assert notice is not None
    found = await room.load(notice)
    assert found is not None
    row = await room.row()
    await room.decide(row, Decision.UNDO)
    await room.arrive(notice, found)
    seen = await room.see()
    assert [(one.kind, one.message, one.edited) for one in seen] == [(NoticeKind.DRAFT, card, True)]


async def test_trying_again_queues_what_was_put_off(room: Room) -> None:
    row = await put_into(room, OutboxState.DEFERRED)
    room.clock.move_on(OLD_CARD)
    assert await room.decide(row, Decision.TRY_AGAIN)
    after = await room.row()
    assert (after.state, after.due_at) == (OutboxState.QUEUED, room.clock.now)
    with pytest.raises(Stale):
        await room.decide(after, Decision.TRY_AGAIN)


@pytest.mark.parametrize(
    ("decision", "state"),
    [(Decision.WAS_SENT, OutboxState.SENT), (Decision.LEAVE, OutboxState.ABANDONED)],
)
async def test_a_person_decides_about_what_is_not_known(
    room: Room, decision: Decision, state: OutboxState
) -> None:
    row = await put_into(room, OutboxState.UNKNOWN, wired=True)
    await room.decide(row, decision)
    after = await room.row()
    assert (after.state, after.why) == (state, Why.PERSON)
    with pytest.raises(Stale):
        await room.decide(after, decision)


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision.TRY_AGAIN, OutboxState.DEFERRED),
        (Decision.TRY_AGAIN, OutboxState.BLOCKED),
        (Decision.SEND_STILL, OutboxState.EXPIRED),
        (Decision.SEND_AGAIN, OutboxState.UNKNOWN),
    ],
)
async def test_a_letter_left_by_a_press_on_a_card_from_yesterday(
    room: Room, decision: Decision, state: OutboxState
) -> None:
    before = await put_into(room, state, wired=state is OutboxState.UNKNOWN)
    card = await room.live(CardKind.OUTBOX, before.id)
    room.clock.move_on(timedelta(hours=30))
    assert not await room.decide(before, decision)
    row = await room.row()
    assert (row.state, row.first_wire_at) == (state, before.first_wire_at)
    with pytest.raises(Stale):  # the second press of somebody in haste
        await room.decide(before, decision)
    seen = await room.see(after=timedelta(0))
    assert [(one.kind, one.message, one.edited) for one in seen] == [
        (NoticeKind.OUTBOX, card, True)
    ]
    assert await room.decide(row, decision)
    assert await room.state() is not state


async def test_the_first_press_of_send_again_makes_an_old_card_count(room: Room) -> None:
    row = await put_into(room, OutboxState.UNKNOWN, wired=True)
    card = await room.live(CardKind.OUTBOX, row.id)
    assert card is not None
    room.clock.move_on(timedelta(hours=30))
    assert await room.outbox.unknown(ANNA, HOME, card, row.id, row.revision) is not None
    room.clock.move_on(OLD_CARD)
    assert await room.decide(row, Decision.SEND_AGAIN)


async def test_sending_again_is_a_new_letter_and_ends_the_old_one(room: Room) -> None:
    row = await put_into(room, OutboxState.UNKNOWN, wired=True)
    card = await room.live(CardKind.OUTBOX, row.id)
    await room.decide(row, Decision.SEND_AGAIN)
    old, new = await room.rows()
    assert (old.state, old.why) == (OutboxState.ABANDONED, Why.AGAIN)
    assert (new.state, new.body) == (OutboxState.HELD, old.body)
    assert new.idempotency_key != old.idempotency_key
    seen = await room.see(after=timedelta(0))
    assert [(one.kind, one.message) for one in seen] == [(NoticeKind.OUTBOX, card)]
    with pytest.raises(Stale):
        await room.outbox.decide(
            room.cause(), ANNA, HOME, 9, old.id, row.revision, Decision.SEND_AGAIN
        )
    assert len(await room.rows()) == 2


async def test_try_again_was_refused_while_a_letter_was_just_being_tried(room: Room) -> None:
    """Its card shows the button all the while, as the list does."""
    await put_into(room, OutboxState.QUEUED)
    await room.database.write(lambda tx: tx.execute("UPDATE outbox SET deferrals = 2"))
    row = await room.row()
    assert await room.decide(row, Decision.TRY_AGAIN)
    assert await room.decide(row, Decision.TRY_AGAIN)
    assert await room.row() == row


@pytest.mark.parametrize(
    "decision",
    [
        Decision.TRY_AGAIN,
        Decision.SEND_STILL,
        Decision.WAS_SENT,
        Decision.SEND_AGAIN,
        Decision.LEAVE,
    ],
)
@pytest.mark.parametrize(
    "state", [OutboxState.HELD, OutboxState.SENDING, OutboxState.SENT, OutboxState.CANCELLED]
)
async def test_decisions_count_only_in_their_state(
    room: Room, decision: Decision, state: OutboxState
) -> None:
    row = await put_into(room, state)
    with pytest.raises(Stale):
        await room.decide(row, decision)
    assert [row.state for row in await room.rows()] == [state]


@pytest.mark.parametrize("decision", list(Decision))
async def test_somebody_elses_letter_does_not_exist(room: Room, decision: Decision) -> None:
    row = await room.told_to_go()
    await room.settle(OLEG, "o" * 16)
    for place in (Place(OLEG), HOME):
        with pytest.raises(Stale):
            await room.outbox.decide(room.cause(), OLEG, place, 9, row.id, row.revision, decision)
    assert await room.outbox.unknown(OLEG, Place(OLEG), 9, row.id, row.revision) is None
    assert await room.outbox.connection_of(OLEG, row.id) is None
    assert await room.row() == row


async def test_a_press_on_a_message_that_shows_something_else_is_stale(room: Room) -> None:
    first = await room.told_to_go("15")
    second = await room.told_to_go("16")
    card = await room.live(CardKind.OUTBOX, first.id)
    assert card is not None
    with pytest.raises(Stale):
        await room.outbox.decide(
            room.cause(), ANNA, HOME, card, second.id, second.revision, Decision.UNDO
        )


async def test_only_what_is_not_known_can_be_asked_about_again(room: Room) -> None:
    row = await put_into(room, OutboxState.UNKNOWN, wired=True)
    scene = await room.outbox.unknown(ANNA, HOME, 9, row.id, row.revision)
    assert scene is not None
    assert scene.row == row
    assert await room.outbox.unknown(ANNA, HOME, 9, row.id, row.revision + 1) is None
    await room.decide(row, Decision.LEAVE)
    assert await room.outbox.unknown(ANNA, HOME, 9, row.id, (await room.row()).revision) is None


async def test_a_blocked_letter_names_the_connection_to_mend(room: Room) -> None:
    row = await put_into(room, OutboxState.BLOCKED)
    assert await room.outbox.connection_of(ANNA, row.id) == row.connection
    await room.decide(row, Decision.CANCEL)
    assert await room.outbox.connection_of(ANNA, row.id) is None


@pytest.mark.parametrize("state", [OutboxState.UNKNOWN, OutboxState.VERIFYING])
async def test_disconnecting_counts_letters_that_nobody_knows_about(
    room: Room, state: OutboxState
) -> None:
    await put_into(room, state, wired=True)
    leaving = await Accounts(room.database).leaving(ANNA)
    assert leaving is not None
    assert (leaving.letters, leaving.doubtful) == (0, 1)


@pytest.mark.parametrize("pressed", [0, 1], ids=["the known one", "the other one"])
async def test_row_32_of_two_copies_of_a_review_either_sends_and_then_neither(
    room: Room, pressed: int
) -> None:
    """Telegram's answer to one of them was lost, so that its number is not known."""
    draft = await room.review()
    known = await room.live(CardKind.DRAFT, draft.id)
    assert known is not None
    copies = [known, room.message()]
    message, other = copies[pressed], copies[1 - pressed]
    assert await room.outbox.send(room.cause(), ANNA, HOME, message, draft.id, draft.revision)
    with pytest.raises(SendPressed):
        await room.outbox.send(room.cause(), ANNA, HOME, other, draft.id, draft.revision)
    assert len(await room.rows()) == 1


async def test_row_11_a_press_that_waited_for_two_minutes_asks_again(room: Room) -> None:
    draft = await room.review()
    message = await room.live(CardKind.DRAFT, draft.id)
    assert message is not None

    async def send(revision: int, waited: float) -> bool:
        pressed_at = room.clock.now - timedelta(seconds=waited)
        return await room.outbox.send(
            room.cause(), ANNA, HOME, message, draft.id, revision, pressed_at=pressed_at
        )

    assert not await send(draft.revision, 120.5)
    assert await room.rows() == []
    shown = await room.draft()
    assert shown.revision == draft.revision + 1, "the review is shown anew"
    assert await send(shown.revision, 119.5)


async def test_row_11_a_late_try_again_asks_again(room: Room) -> None:
    await room.told_to_go()
    await room.database.write(lambda tx: tx.execute("UPDATE outbox SET state = 'deferred'"))
    row = await room.row()
    message = await room.live(CardKind.OUTBOX, row.id) or room.message()
    done = await room.outbox.decide(
        room.cause(),
        ANNA,
        HOME,
        message,
        row.id,
        row.revision,
        Decision.TRY_AGAIN,
        pressed_at=room.clock.now - timedelta(seconds=121),
    )
    assert not done
    assert await room.state() is OutboxState.DEFERRED


async def test_a_ps_typed_during_undo_was_forgotten_once_the_letter_had_left(room: Room) -> None:
    await room.told_to_go(text="Thanks")
    for text in ("PS", "PPS"):
        assert await room.drafts.type(room.cause(), ANNA, HOME, room.typed(text), None)
    row = await room.go(OutboxState.SENT)
    card = outbox_card(await _scene(room), EN)
    said = card.content()[0]
    assert said.startswith("Sent to")
    assert "Typed, but not in the letter:\nPS\nPPS" in said
    assert [button.label for line in card.keyboard for button in line] == [
        "Answer again with this text"
    ]
    await room.decide(row, Decision.ANSWER_AGAIN)
    second = await room.draft()
    assert (second.field, second.state) == (Field.REVIEW, DraftState.COMPOSING)
    assert [part.html for part in second.written.parts] == ["PS", "PPS"]
    assert (second.written.to, second.letter_number) == ((JANE,), 15)
    assert outbox_card(await _scene(room), EN).keyboard == ()
    with pytest.raises(Stale):
        await room.decide(row, Decision.ANSWER_AGAIN)
    await room.see()
    await room.send(second)
    assert len(await room.rows()) == 2


async def test_a_letter_that_left_with_all_that_was_typed_is_not_answered_again(room: Room) -> None:
    await room.told_to_go(text="Thanks")
    row = await room.go(OutboxState.SENT)
    assert outbox_card(await _scene(room), EN).keyboard == ()
    with pytest.raises(Stale):
        await room.decide(row, Decision.ANSWER_AGAIN)


async def test_text_kept_with_a_letter_on_its_way_begins_no_other_answer(room: Room) -> None:
    row = await room.told_to_go(text="Thanks")
    await room.drafts.type(room.cause(), ANNA, HOME, room.typed("PS"), None)
    with pytest.raises(Stale):
        await room.decide(row, Decision.ANSWER_AGAIN)


async def test_another_answer_to_a_letter_that_was_forgotten_looks_for_it(room: Room) -> None:
    await room.told_to_go(text="Thanks")
    await room.drafts.type(room.cause(), ANNA, HOME, room.typed("PS"), None)
    row = await room.go(OutboxState.SENT)
    await room.database.write(lambda tx: tx.execute("DELETE FROM letters"))
    await room.decide(row, Decision.ANSWER_AGAIN)
    assert (await room.draft()).wants is Wants.LETTER
    second = await room.look_up()
    assert (second.field, [part.html for part in second.written.parts]) == (Field.REVIEW, ["PS"])


async def test_another_answer_over_another_connection_was_impossible(room: Room) -> None:
    await room.told_to_go(text="Thanks")
    await room.drafts.type(room.cause(), ANNA, HOME, room.typed("PS"), None)
    row = await room.go(OutboxState.SENT)
    await room.disconnect()
    await room.settle_over("other.example")
    await room.decide(row, Decision.ANSWER_AGAIN)
    second = await room.draft()
    assert (second.wants, second.letter_number) == (Wants.UNREAD, None)
    assert [part.html for part in second.written.parts] == ["PS"]


@pytest.mark.parametrize("listed", [False, True])
async def test_the_text_of_a_letter_that_was_left_as_not_known_was_out_of_reach(
    room: Room, listed: bool
) -> None:
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go(text="Thanks")
    await room.drafts.type(room.cause(), ANNA, HOME, room.typed("PS"), None)
    row = await room.go(OutboxState.UNKNOWN, every=timedelta(seconds=30))
    await room.see()
    assert not (await _scene(room)).offers_text
    await room.decide(row, Decision.LEAVE)
    await room.list_outbox()
    shown = [one.scene for one in await room.see()]
    assert any(isinstance(one, OutboxScene) and one.offers_text for one in shown)
    assert [one.offer_text for one in shown if isinstance(one, OutboxListScene)] == [{row.id}]
    left = await room.row()
    await room.decide(left, Decision.ANSWER_AGAIN, listed=listed)
    second = await room.draft()
    assert (second.field, second.state) == (Field.REVIEW, DraftState.COMPOSING)
    assert [part.html for part in second.written.parts] == ["Thanks", "PS"]
    with pytest.raises(Stale):
        await room.decide(left, Decision.ANSWER_AGAIN, listed=listed)
    reviews = [one.scene for one in await room.see() if isinstance(one.scene, DraftScene)]
    assert reviews[-1].others == (OtherAnswer.MAY_HAVE_LEFT,)
    assert (await _scene(room)).offers_text, "another draft may be set aside, and forgotten"
    await room.send(second)
    assert len(await room.rows()) == 2


async def test_what_was_sent_again_is_answered_anew_by_what_it_became_alone(room: Room) -> None:
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go(text="Thanks")
    row = await room.go(OutboxState.UNKNOWN, every=timedelta(seconds=30))
    await room.see()
    await room.decide(row, Decision.SEND_AGAIN)
    await room.decide((await room.rows())[0], Decision.LEAVE)
    assert not (await _scene(room)).offers_text


async def _scene(room: Room) -> OutboxScene:
    """The first letter's card as it would be shown now."""
    row = (await room.rows())[0]
    draft = await room.draft(row.draft)
    offers = await room.database.read(lambda tx: offers_text(tx, row, draft))
    return OutboxScene(row, draft, None, rings=False, offers_text=offers)


@pytest.mark.parametrize("left", [False, True])
async def test_send_pressed_once_more_was_told_to_look_for_a_newer_card(
    room: Room, left: bool
) -> None:
    draft = await room.review()
    await room.send(draft)
    if left:
        await room.go(OutboxState.SENT)
    with pytest.raises(SendPressed) as pressed:
        await room.send(draft)
    assert pressed.value.left is left
    assert len(await room.rows()) == 1


async def test_send_on_a_card_from_before_undo_is_stale(room: Room) -> None:
    draft = await room.review()
    await room.send(draft)
    await room.decide(await room.row(), Decision.UNDO)
    with pytest.raises(Stale) as stale:
        await room.send(draft)
    assert not isinstance(stale.value, SendPressed)
