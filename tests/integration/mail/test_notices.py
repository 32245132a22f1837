"""Notices: each is owed once, comes in its order, and shows the rows as they are at that moment."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bitrix24.errors import Failure, FailureCode, Unknown
from mail import delivery
from mail.draft_presses import Press
from mail.scenes import (
    AccountsScene,
    AdmittedScene,
    ApprovalScene,
    AttemptScene,
    DraftScene,
    FoldScene,
    LetterScene,
    OutboxScene,
    Showing,
    UnreadableScene,
)
from storage import connections, notices
from storage.database import Transaction
from storage.records.connections import AttemptState, ConnectAttempt
from storage.records.drafts import Field
from storage.records.notices import (
    Card,
    CardKind,
    Manner,
    Notice,
    NoticeKind,
    NoticeState,
    Priority,
)
from storage.records.outbox import OutboxState
from storage.records.places import Place
from storage.records.updates import StoredUpdate
from tests.integration.mail.room import ANNA, HOME, OLEG, Room

NEW, EDIT = Manner.NEW, Manner.EDIT
NOTHING = timedelta(0)


async def owe(
    room: Room,
    manner: Manner = NEW,
    *,
    subject: str = "s",
    place: Place = HOME,
    kind: NoticeKind = NoticeKind.ACCOUNTS,
    after: timedelta = NOTHING,
    priority: Priority = Priority.ANSWER,
) -> None:
    await room.database.write(
        lambda tx: notices.owe(
            tx, ANNA, kind, place, subject, manner, after=after, priority=priority
        )
    )


async def owed_chats(room: Room) -> list[int]:
    return [chat for chat, _ in await room.database.read(notices.owed_chats)]


async def taken(room: Room, chat: int = ANNA) -> Notice:
    notice = await room.database.write(lambda tx: notices.take(tx, chat))
    assert notice is not None
    return notice


async def put_off(room: Room, notice: Notice, seconds: float) -> None:
    until = room.clock.now + timedelta(seconds=seconds)
    await room.database.write(lambda tx: notices.put_off(tx, notice, until))


async def end(room: Room, notice: Notice) -> None:
    await room.database.write(lambda tx: notices.end(tx, notice))


async def test_what_is_owed_twice_comes_once(room: Room) -> None:
    await owe(room)
    await owe(room)
    await end(room, await taken(room))
    assert await room.take() is None


async def test_a_new_message_outdoes_an_edit(room: Room) -> None:
    await owe(room, EDIT)
    await owe(room, NEW)
    await owe(room, EDIT)
    assert (await taken(room)).manner is NEW


@pytest.mark.parametrize("manner", [NEW, EDIT])
async def test_what_changes_on_the_wire_is_owed_once_more(room: Room, manner: Manner) -> None:
    await owe(room, EDIT)
    notice = await taken(room)
    await owe(room, manner)
    assert await room.take() is None, "one at a time of a subject"
    await end(room, notice)
    assert (await taken(room)).manner is manner


async def test_an_edit_on_the_wire_of_a_message_owed_twice_stays_an_edit(room: Room) -> None:
    await owe(room, NEW)
    await owe(room, NEW)
    notice = await taken(room)
    await owe(room, EDIT)
    await end(room, notice)
    assert (await taken(room)).manner is EDIT


async def test_what_came_is_not_owed_again(room: Room) -> None:
    await owe(room)
    await end(room, await taken(room))
    await room.restart()
    assert await room.take() is None


async def test_what_changed_is_shown_although_it_was_dropped(room: Room) -> None:
    await owe(room)
    notice = await taken(room)
    await owe(room)
    await room.database.write(lambda tx: notices.end(tx, notice, NoticeState.DROPPED))
    assert await room.take() is not None


async def test_a_notice_can_be_withdrawn_until_it_is_on_the_wire(room: Room) -> None:
    def withdraw(tx: Transaction) -> Manner | None:
        return notices.withdraw(tx, NoticeKind.ACCOUNTS, HOME, "s")

    assert await room.database.write(withdraw) is None
    await owe(room)
    assert await room.database.write(withdraw) is NEW
    assert await room.take() is None
    await owe(room)
    await taken(room)
    assert await room.database.write(withdraw) is None


async def test_each_chat_gets_its_notices_in_the_order_in_which_they_were_owed(room: Room) -> None:
    other = Place(-7)
    for subject in ("a", "b"):
        await owe(room, subject=subject)
        await owe(room, subject=subject, place=other)
    assert await owed_chats(room) == [ANNA, -7]
    for chat in (ANNA, -7):
        assert [(await taken(room, chat)).subject for _ in range(2)] == ["a", "b"]


async def test_a_notice_waits_for_its_time(room: Room) -> None:
    await owe(room, after=timedelta(seconds=1))
    assert await room.take() is None
    assert await owed_chats(room) == []
    assert await room.database.read(notices.next_due) == room.clock.now + timedelta(seconds=1)
    room.clock.move_on(timedelta(seconds=1))
    assert await room.database.read(notices.next_due) is None, "it is due already"
    await taken(room)


async def test_what_was_put_off_comes_before_what_was_owed_later(room: Room) -> None:
    await owe(room, subject="a")
    await owe(room, subject="b")
    await put_off(room, await taken(room), 5)
    await owe(room, subject="c")
    assert await room.take() is None
    assert await owed_chats(room) == []
    room.clock.move_on(timedelta(seconds=5))
    assert [(await taken(room)).subject for _ in range(3)] == ["a", "b", "c"]


async def test_what_a_person_waits_for_goes_before_alerts_and_those_before_cards(
    room: Room,
) -> None:
    await owe(room, subject="card", priority=Priority.CARD)
    await owe(room, subject="digest", priority=Priority.DIGEST, place=Place(-7))
    await owe(room, subject="alert", priority=Priority.ALERT, place=Place(-7))
    await owe(room, subject="answer")
    assert await owed_chats(room) == [ANNA, -7]
    assert [(await taken(room)).subject for _ in range(2)] == ["answer", "card"]
    assert [(await taken(room, -7)).subject for _ in range(2)] == ["alert", "digest"]


async def test_answers_overtake_outcomes_within_a_chat_and_between_chats(room: Room) -> None:
    """A press was seen to do nothing for as long as what became of other letters was told."""
    await owe(room, subject="outcome", priority=Priority.OUTCOME)
    await owe(room, subject="outcome", priority=Priority.OUTCOME, place=Place(-7))
    assert await owed_chats(room) == [ANNA, -7]
    await owe(room, subject="answer", place=Place(-7))
    assert await owed_chats(room) == [-7, ANNA]
    assert [(await taken(room, -7)).subject for _ in range(2)] == ["answer", "outcome"]


async def test_what_was_typed_is_answered_before_cards_that_were_pressed_change(
    room: Room,
) -> None:
    """/outbox was answered behind twenty-five cards on which Send had been pressed."""
    await owe(room, subject="a", manner=EDIT)
    await owe(room, subject="b", manner=EDIT)
    await owe(room, subject="typed")
    await owe(room, subject="typed later")
    shown = [(await taken(room)).subject for _ in range(4)]
    assert shown == ["typed", "typed later", "a", "b"]


async def test_of_one_letter_nothing_overtakes_its_outcome(room: Room) -> None:
    """The review that a refusal opens stands below the refusal, however long that waited."""
    row = await room.told_to_go()
    await room.see()
    kinds = (NoticeKind.OUTBOX, NoticeKind.OUTCOME)
    for kind in kinds:
        await owe(room, subject=row.id, kind=kind, priority=Priority.OUTCOME)
    await owe(room, subject="other", priority=Priority.OUTCOME)
    await owe(room, subject=row.draft, kind=NoticeKind.DRAFT)
    shown = [(await taken(room)) for _ in range(4)]
    assert [one.kind for one in shown[:3]] == [*kinds, NoticeKind.DRAFT]
    assert shown[3].subject == "other"


async def test_an_outcome_does_not_hurry_because_its_letter_was_pressed_before(room: Room) -> None:
    row = await room.told_to_go()
    await room.see()
    await owe(room, EDIT, subject=row.id, kind=NoticeKind.OUTBOX)
    kind = NoticeKind.OUTCOME
    await owe(room, subject=row.id, kind=kind, priority=Priority.OUTCOME)
    await owe(room, EDIT, subject="pressed too")
    shown = [(await taken(room)).subject for _ in range(3)]
    assert shown == [row.id, "pressed too", row.id]


async def test_what_was_owed_as_a_card_may_become_urgent(room: Room) -> None:
    await owe(room, subject="a", priority=Priority.CARD)
    await owe(room, subject="b", priority=Priority.CARD)
    await owe(room, subject="b", priority=Priority.ALERT)
    assert (await taken(room)).subject == "b"
    first = await taken(room)
    await owe(room, subject="a", priority=Priority.ALERT)
    await end(room, first)
    assert (await taken(room)).priority is Priority.ALERT


async def test_what_may_have_arrived_can_wait_without_its_chat(room: Room) -> None:
    await owe(room, subject="a")
    await owe(room, subject="b")
    notice = await taken(room)
    until = room.clock.now + timedelta(seconds=60)
    await room.database.write(
        lambda tx: notices.put_off(tx, notice, until, may_have_arrived=True, alone=True)
    )
    await owe(room, subject="c")
    assert [(await taken(room)).subject for _ in range(2)] == ["b", "c"]
    assert await room.take() is None
    room.clock.move_on(timedelta(seconds=60))
    again = await taken(room)
    assert (again.subject, again.repeats) == ("a", 1)


async def test_one_chat_that_waits_does_not_hold_another(room: Room) -> None:
    await owe(room)
    await put_off(room, await taken(room), 5)
    await owe(room, place=Place(-7))
    assert await owed_chats(room) == [-7]


async def test_a_change_does_not_shorten_the_wait_that_telegram_asked_for(room: Room) -> None:
    await owe(room)
    await put_off(room, await taken(room), 30)
    await owe(room)
    assert await room.take() is None
    room.clock.move_on(timedelta(seconds=30))
    assert (await taken(room)).tries == 1


async def test_what_was_put_off_and_has_changed_comes_after_what_the_change_owed(
    room: Room,
) -> None:
    """ "Looking…" met a limit; meanwhile the letter was found, whose card comes first."""
    await room.begin("15")
    room.clock.move_on(timedelta(seconds=1))
    looking = await taken(room)
    await room.look_up()
    await put_off(room, looking, 5)
    seen = await room.see(after=timedelta(seconds=6))
    assert [one.kind for one in seen] == [NoticeKind.DRAFT_LETTER, NoticeKind.DRAFT]


async def test_a_put_off_message_is_still_a_message(room: Room) -> None:
    for later in (NEW, EDIT):
        await owe(room, NEW, subject=later.value)
        notice = await taken(room)
        await owe(room, later, subject=later.value)
        await put_off(room, notice, 0)
        again = await taken(room)
        assert again.manner is NEW
        await end(room, again)
        assert await room.take() is None


async def test_at_start_what_was_on_the_wire_comes_once_more(room: Room) -> None:
    await owe(room, NEW, subject="a")
    await owe(room, EDIT, subject="b")
    await taken(room)
    await taken(room)
    await room.restart()
    again = [await taken(room), await taken(room)]
    assert [(n.subject, n.manner, n.tries) for n in again] == [("a", NEW, 1), ("b", EDIT, 1)]
    assert [n.repeats for n in again] == [1, 1], "which was the one repeat of a new message"


async def test_the_newest_card_lives_and_older_ones_fold(room: Room) -> None:
    draft = await room.review()
    old = await room.live(CardKind.DRAFT, draft.id)
    await room.say("More")
    seen = await room.see()
    new = await room.live(CardKind.DRAFT, draft.id)
    assert (seen[0].message, seen[1].message) == (new, old)
    assert isinstance(seen[1].scene, FoldScene)
    card = await room.card(old or 0)
    assert card is not None
    assert not card.live
    assert await room.see() == []


async def test_what_cannot_be_edited_any_more_is_sent_anew(room: Room) -> None:
    draft = await room.review()
    card = await room.live(CardKind.DRAFT, draft.id)
    assert card is not None
    await room.press(draft, Press.OPEN, "edit")
    notice = await taken(room)
    await room.database.write(lambda tx: delivery.gone(tx, notice, card))
    seen = await room.see()
    assert [(one.kind, one.edited) for one in seen] == [(NoticeKind.DRAFT, False)]
    assert await room.live(CardKind.DRAFT, draft.id) == seen[0].message


async def test_a_fold_of_what_is_gone_is_done(room: Room) -> None:
    await owe(room, EDIT, kind=NoticeKind.FOLD, subject="77")
    notice = await taken(room)
    await room.database.write(lambda tx: delivery.gone(tx, notice, 77))
    assert await room.see() == []


# What a notice shows.


async def shown(room: Room, kind: NoticeKind, subject: str, manner: Manner = EDIT) -> object:
    await owe(room, manner, kind=kind, subject=subject)
    notice = await taken(room)
    found = await room.load(notice)
    await end(room, notice)
    return found


async def test_a_step_shows_the_draft_its_connection_and_its_letter(room: Room) -> None:
    draft = await room.press(await room.review(), Press.OPEN, Field.SUBJECT)
    found = await shown(room, NoticeKind.DRAFT, draft.id)
    assert isinstance(found, Showing)
    assert isinstance(found.scene, DraftScene)
    assert (found.scene.draft, found.reader.id) == (draft, ANNA)
    assert found.scene.connection is not None
    assert found.scene.letter is not None
    assert found.target == await room.live(CardKind.DRAFT, draft.id)


async def test_a_review_shows_the_draft_alone(room: Room) -> None:
    draft = await room.review()
    found = await shown(room, NoticeKind.DRAFT, draft.id)
    assert isinstance(found, Showing)
    assert found.scene == DraftScene(draft, None, None)


async def test_a_step_without_its_connection_still_shows(room: Room) -> None:
    draft = await room.press(await room.review(), Press.OPEN, Field.SUBJECT)
    await room.disconnect()
    found = await shown(room, NoticeKind.DRAFT, draft.id)
    assert isinstance(found, Showing)
    assert found.scene == DraftScene(draft, None, None)


async def test_a_draft_that_was_told_to_go_shows_nothing(room: Room) -> None:
    await room.told_to_go()
    assert await shown(room, NoticeKind.DRAFT, (await room.draft()).id) is None


async def test_a_drafts_letter_shows_until_it_is_forgotten(room: Room) -> None:
    draft = await room.review()
    found = await shown(room, NoticeKind.DRAFT_LETTER, draft.id)
    assert isinstance(found, Showing)
    assert isinstance(found.scene, LetterScene)
    assert found.scene.letter.number == 15
    await room.disconnect()
    assert await shown(room, NoticeKind.DRAFT_LETTER, draft.id) is None


async def test_an_outcome_is_shown_only_while_it_is_one(room: Room) -> None:
    row = await room.told_to_go()
    card = await room.live(CardKind.OUTBOX, row.id)
    assert await shown(room, NoticeKind.OUTCOME, row.id, NEW) is None
    await room.database.write(
        lambda tx: tx.execute(
            "UPDATE outbox SET state = :s, revision = revision + 1", s=OutboxState.UNKNOWN.value
        )
    )
    found = await shown(room, NoticeKind.OUTCOME, row.id, NEW)
    assert isinstance(found, Showing)
    assert (found.target, found.reply_to) == (None, card)
    assert isinstance(found.scene, OutboxScene)
    assert found.scene.rings
    found = await shown(room, NoticeKind.OUTBOX, row.id)
    assert isinstance(found, Showing)
    assert (found.target, found.reply_to) == (card, None)


@pytest.mark.parametrize("state", [OutboxState.DEFERRED, OutboxState.QUEUED, OutboxState.SENT])
async def test_an_outcome_that_may_have_been_told_does_not_stay_the_last_word(
    room: Room, state: OutboxState
) -> None:
    """What may stand below the card, and is not known, cannot be edited once the letter went on."""
    row = await room.told_to_go()
    card = await room.live(CardKind.OUTBOX, row.id)
    await _turn(room, OutboxState.DEFERRED)
    await owe(room, NEW, kind=NoticeKind.OUTCOME, subject=row.id)
    told = await taken(room)
    await room.database.write(
        lambda tx: notices.put_off(tx, told, room.clock.now, may_have_arrived=True)
    )
    await _turn(room, state)
    found = await room.load(await taken(room))
    assert found is not None
    assert (found.target, found.reply_to) == (None, card)


async def _turn(room: Room, state: OutboxState) -> None:
    await room.database.write(lambda tx: tx.execute("UPDATE outbox SET state = :s", s=state.value))


async def test_an_attempt_shows_what_it_led_to(room: Room) -> None:
    attempt = ConnectAttempt(
        "a" * 16, ANNA, HOME, AttemptState.ASKED, 1, None, None, None, None, room.clock.now
    )
    await room.database.write(lambda tx: connections.save_attempt(tx, attempt))
    found = await shown(room, NoticeKind.ATTEMPT, attempt.id)
    assert isinstance(found, Showing)
    assert found.scene == AttemptScene(attempt, None)
    led = replace(attempt, state=AttemptState.CONNECTED, connection="c" * 16)
    await room.database.write(lambda tx: connections.save_attempt(tx, led))
    found = await shown(room, NoticeKind.ATTEMPT, attempt.id)
    assert isinstance(found, Showing)
    assert isinstance(found.scene, AttemptScene)
    assert found.scene.connection is not None
    assert await shown(room, NoticeKind.ATTEMPT, "b" * 16) is None


async def test_accounts_approvals_and_short_notes_show(room: Room) -> None:
    await room.let_in(OLEG)
    found = [
        await shown(room, kind, subject)
        for kind, subject in (
            (NoticeKind.ACCOUNTS, ""),
            (NoticeKind.APPROVAL, str(OLEG)),
            (NoticeKind.ADMITTED, ""),
            (NoticeKind.UNREADABLE, ""),
            (NoticeKind.FOLD, "12"),
        )
    ]
    scenes = [one.scene for one in found if isinstance(one, Showing)]
    assert [type(scene) for scene in scenes] == [
        AccountsScene,
        ApprovalScene,
        AdmittedScene,
        UnreadableScene,
        FoldScene,
    ]
    assert scenes[2] == AdmittedScene(True)
    assert await shown(room, NoticeKind.APPROVAL, "999") is None


async def shown_to_oleg(room: Room, kind: NoticeKind, subject: str) -> Showing | None:
    await room.database.write(lambda tx: notices.owe(tx, OLEG, kind, Place(OLEG), subject, NEW))
    notice = await taken(room, OLEG)
    found = await room.load(notice)
    await end(room, notice)
    return found


@pytest.mark.parametrize(
    "kind",
    [NoticeKind.DRAFT, NoticeKind.DRAFT_LETTER, NoticeKind.OUTBOX, NoticeKind.OUTCOME],
)
async def test_nobody_sees_anybody_elses_letters(room: Room, kind: NoticeKind) -> None:
    """A notice names its reader; rows of others do not exist for them."""
    row = await room.told_to_go()
    await room.let_in(OLEG)
    for subject in (row.id, row.draft):
        assert await shown_to_oleg(room, kind, subject) is None


async def test_nobody_sees_anybody_elses_connections(room: Room) -> None:
    await room.let_in(OLEG)
    found = await shown_to_oleg(room, NoticeKind.ACCOUNTS, "")
    assert found is not None
    assert found.scene == AccountsScene(())


async def test_a_notice_to_somebody_unknown_shows_nothing(room: Room) -> None:
    await room.database.write(
        lambda tx: notices.owe(tx, 99, NoticeKind.ACCOUNTS, Place(99), "", NEW)
    )
    assert await room.load(await taken(room, 99)) is None


async def test_a_card_that_a_press_gave_to_another_row_stays_there(room: Room) -> None:
    draft = await room.review()
    message = await room.live(CardKind.DRAFT, draft.id)
    assert message is not None
    card = await room.card(message)
    assert card is not None
    await owe(room, kind=NoticeKind.OUTBOX, subject="x" * 16)
    notice = await taken(room)
    late = Card(HOME, message, ANNA, CardKind.OUTBOX, "x" * 16, 1, True, room.clock.now)
    await room.database.write(lambda tx: delivery.delivered(tx, notice, FoldScene(None), late))
    assert await room.card(message) == card


async def test_an_edit_that_comes_late_leaves_the_message_alone_that_tells_the_outcome(
    room: Room,
) -> None:
    """It was owed for "Sending…", and would take back the question of Send again."""
    room.portal.accepts = Unknown(Failure(FailureCode.NO_ANSWER))
    await room.told_to_go()
    row = await room.go(OutboxState.UNKNOWN, every=timedelta(seconds=30))
    await room.see()
    assert await room.live(CardKind.OUTBOX, row.id) is not None
    await owe(room, EDIT, subject=row.id, kind=NoticeKind.OUTBOX)
    assert await room.see() == []


async def test_row_03_updates_that_are_given_up_together_are_told_of_once(room: Room) -> None:
    """Of those whom nobody knows, nothing is told."""
    for number, person in enumerate((ANNA, ANNA, OLEG)):
        given_up = StoredUpdate(7, number, person, room.clock.now, 3, {})
        await room.database.write(partial(delivery.owe_unreadable, update=given_up))
    assert [(one.kind, one.edited) for one in await room.see()] == [(NoticeKind.UNREADABLE, False)]
    assert await room.owed() == []
