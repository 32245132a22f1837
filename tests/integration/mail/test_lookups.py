"""What drafts want of the portal, and what becomes of the answers."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta

import pytest

from bitrix24.errors import AccessLost, Failure, FailureCode, NotSent, PortalError, Refused
from bitrix24.models import Sender
from mail.draft_presses import Press
from mail.errors import BadValue
from storage import connections, drafts
from storage.records.drafts import Draft, DraftState, Field, Typed, Wants
from storage.records.notices import CardKind, Manner, NoticeKind
from tests.integration.mail.room import ANNA, CONNECTION, HOME, SUPPORT, Room, manners
from tests.integration.mail.scripted_portal import FROM_JANE

NOT_FOUND = Refused(Failure(FailureCode.NOT_FOUND, 404))
AWAY = NotSent(Failure(FailureCode.UNREACHABLE))


async def senders_of(room: Room) -> list[str]:
    connection = await room.database.read(lambda tx: connections.find(tx, ANNA, CONNECTION))
    assert connection is not None
    return [sender.email for sender in connection.account.senders]


async def asked(room: Room, times: int = 1) -> None:
    """The portal was asked so often and holds its answers back."""

    async def so() -> bool:
        return len(room.portal.asked) >= times

    await room.until(so)


async def there(things: list[Coroutine[object, object, None]]) -> bool:
    return bool(things)


async def answered(room: Room, draft_id: str) -> Draft:
    async def so() -> bool:
        return (await room.draft(draft_id)).wants is Wants.NOTHING

    await room.until(so)
    return await room.draft(draft_id)


async def test_unread_letters_are_offered(room: Room) -> None:
    await room.begin()
    draft = await room.look_up()
    assert [choice.value for choice in draft.written.choices] == ["15"]
    assert "Order 118" in draft.written.choices[0].label
    draft = await room.press(draft, Press.CHOOSE, "0")
    assert (draft.wants, draft.letter_number) == (Wants.LETTER, 15)


async def test_at_most_five_unread_letters_are_offered(room: Room) -> None:
    room.portal.unread = tuple(FROM_JANE.model_copy(update={"id": n}) for n in range(1, 9))
    await room.begin()
    assert len((await room.look_up()).written.choices) == 5


async def test_the_letters_card_comes_before_the_question(room: Room) -> None:
    await room.begin("15")
    await room.look_up()
    seen = await room.see()
    assert manners(seen) == [
        (NoticeKind.DRAFT_LETTER, Manner.NEW),
        (NoticeKind.DRAFT, Manner.NEW),
    ]


async def test_the_letters_card_takes_the_place_of_looking(room: Room) -> None:
    await room.begin("15")
    (looking,) = await room.see()
    draft = await room.look_up()
    seen = await room.see()
    assert manners(seen) == [
        (NoticeKind.DRAFT_LETTER, Manner.EDIT),
        (NoticeKind.DRAFT, Manner.NEW),
    ]
    assert seen[0].message == looking.message
    card = await room.card(looking.message)
    assert card is not None
    assert (card.kind, card.subject) == (CardKind.LETTER, draft.letter)


async def test_the_letters_card_comes_first_when_looking_is_on_the_wire(room: Room) -> None:
    await room.begin("15")
    room.clock.move_on(timedelta(seconds=1))
    looking = await room.take()
    assert looking is not None
    found = await room.load(looking)
    assert found is not None
    await room.look_up()
    sent = await room.arrive(looking, found)
    seen = await room.see()
    assert [one.kind for one in seen] == [NoticeKind.DRAFT_LETTER, NoticeKind.DRAFT]
    # "Looking…" was rendered as it stood then, and gives way like one that was seen.
    assert sent.message in [one.message for one in seen]


async def test_looking_is_not_shown_for_a_quick_portal(room: Room) -> None:
    await room.begin("15")
    assert await room.see(after=timedelta(0)) == []
    await room.look_up()
    assert len(await room.see()) == 2


async def test_an_unknown_letter_is_said_in_a_new_message_after_typed_text(room: Room) -> None:
    room.portal.found[7] = NOT_FOUND
    await room.begin()
    await room.look_up()
    await room.see()
    await room.say("7")
    draft = await room.look_up()
    assert draft.written.failure is not None
    assert (draft.field, draft.written.failure.code) == (Field.LETTER, "not_found")
    seen = await room.see()
    assert manners(seen)[0] == (NoticeKind.DRAFT, Manner.NEW)


async def test_an_unknown_letter_is_said_in_the_pressed_message(room: Room) -> None:
    room.portal.found[15] = NOT_FOUND
    await room.begin()
    draft = await room.look_up()
    (prompt,) = await room.see()
    await room.press(draft, Press.CHOOSE, "0")
    await room.look_up()
    seen = await room.see()
    assert [(one.message, one.edited) for one in seen] == [(prompt.message, True)]


async def test_what_was_typed_is_kept_when_the_look_up_fails(room: Room) -> None:
    room.portal.found[15] = AWAY
    await room.begin("15")
    await room.say("Thanks")
    draft = await room.look_up()
    assert [one.text for one in draft.written.waiting] == ["Thanks"]


async def test_a_failure_is_forgotten_with_the_next_question(room: Room) -> None:
    room.portal.found[7] = NOT_FOUND
    await room.begin("7")
    await room.look_up()
    await room.say("15")
    draft = await room.look_up()
    assert (draft.field, draft.written.failure) == (Field.SENDER, None)


async def test_the_answer_to_an_older_question_is_dropped(room: Room) -> None:
    room.portal.gate = asyncio.Event()
    await room.begin("15")
    draft = await room.draft()
    async with room.running(room.lookups.run):
        await asked(room)
        draft = await room.press(draft, Press.CANCEL)
        draft = await room.press(draft, Press.BRING_BACK)
        await asked(room, 2)
        room.portal.gate.set()
        draft = await answered(room, draft.id)
    assert (draft.field, draft.revision) == (Field.SENDER, draft.asked_at_revision + 2)


async def test_an_answer_for_a_cancelled_draft_is_dropped(room: Room) -> None:
    room.portal.gate = asyncio.Event()
    await room.begin("15")
    async with room.running(room.lookups.run):
        await asked(room)
        aside = await room.press(await room.draft(), Press.CANCEL)
        room.portal.gate.set()
    assert await room.draft() == aside


async def test_text_typed_while_the_portal_answers_is_in_the_answer(room: Room) -> None:
    room.portal.gate = asyncio.Event()
    await room.begin("15")
    async with room.running(room.lookups.run):
        await asked(room)
        await room.say(SUPPORT)
        room.portal.gate.set()
        draft = await answered(room, (await room.draft()).id)
    assert (draft.field, draft.written.sender) == (Field.RECIPIENTS, SUPPORT)


async def test_unseen_characters_typed_meanwhile_do_not_bar_the_way_of_what_follows(
    room: Room,
) -> None:
    await room.begin("15", "Thanks")
    with pytest.raises(BadValue):
        await room.say("\u2800")
    message = await room.say("It came.")
    with pytest.raises(BadValue):
        await room.drafts.edit(room.cause(), ANNA, HOME, Typed(message, "\u2800", "\u2800"))
    draft = await room.look_up()
    assert (draft.field, draft.written.waiting) == (Field.REVIEW, ())
    assert [part.html for part in draft.written.parts] == ["Thanks", "It came."]


async def test_back_to_the_review_takes_what_was_typed_meanwhile_along(room: Room) -> None:
    await room.begin("15", "Thanks")
    draft = await room.press(await room.look_up(), Press.OPEN, Field.LETTER.value)
    await room.say("It came.")
    draft = await room.press(draft, Press.BACK)
    assert (draft.field, draft.written.waiting) == (Field.REVIEW, ())
    assert [part.html for part in draft.written.parts] == ["Thanks", "It came."]


async def test_a_question_is_asked_once_however_often_the_loop_wakes(room: Room) -> None:
    room.portal.gate = asyncio.Event()
    await room.begin("15")
    async with room.running(room.lookups.run):
        await asked(room)
        for _ in range(5):
            await room.turn("lookups")
        room.portal.gate.set()
        await answered(room, (await room.draft()).id)
    assert [method for method, _about in room.portal.asked] == ["letter"]


@pytest.mark.parametrize("number", ["", "15"], ids=["the unread ones", "a letter"])
async def test_a_question_that_was_answered_meanwhile_is_not_asked(room: Room, number: str) -> None:
    late: list[Coroutine[object, object, None]] = []
    await room.begin(number)
    async with room.running(room.new_lookups(lambda _name, work: late.append(work)).run):
        await room.until(lambda: there(late))
    await room.look_up()
    before = list(room.portal.asked)
    await late.pop()
    assert room.portal.asked == before


async def test_what_was_wanted_before_a_restart_is_asked_again(room: Room) -> None:
    await room.begin("15")
    await room.say(SUPPORT)
    await room.restart()
    draft = await room.look_up()
    assert (draft.field, draft.written.sender) == (Field.RECIPIENTS, SUPPORT)


async def test_several_drafts_are_looked_up_at_once(room: Room) -> None:
    room.portal.gate = asyncio.Event()
    await room.begin("15", "First")
    first = await room.draft()
    await room.begin("16", "Second")
    second = await room.draft()
    async with room.running(room.lookups.run):
        await asked(room, 2)
        room.portal.gate.set()
        first, second = await answered(room, first.id), await answered(room, second.id)
    assert first.written.subject == "Re: Order 118"
    assert second.written.subject == "Re: Order 119"


async def test_a_look_up_does_not_take_the_text_from_another_draft(room: Room) -> None:
    await room.begin("15")
    first = await room.draft()
    second = await room.review("16", "Second")
    await room.say("More")
    assert (await room.draft(first.id)).written.waiting == ()
    assert len((await room.draft(second.id)).written.parts) == 2


async def test_senders_are_refreshed_when_older_than_an_hour(room: Room) -> None:
    room.portal.own = (Sender(email="new@acme.example"),)
    await room.review()
    assert await senders_of(room) == [SUPPORT]
    room.clock.move_on(timedelta(minutes=61))
    await room.begin("16")
    draft = await room.look_up()
    assert await senders_of(room) == ["new@acme.example"]
    assert [choice.value for choice in draft.written.choices] == ["new@acme.example"]
    await room.review("15")
    assert [method for method, _about in room.portal.asked].count("senders") == 1


@pytest.mark.parametrize("error", [AWAY, AccessLost(Failure(FailureCode.SCOPE, 403))])
async def test_the_letter_is_shown_although_senders_cannot_be_refreshed(
    room: Room, error: PortalError
) -> None:
    room.portal.own = error
    room.clock.move_on(timedelta(hours=2))
    await room.begin("15")
    draft = await room.look_up()
    assert (draft.field, draft.written.failure) == (Field.SENDER, None)
    assert await senders_of(room) == [SUPPORT]


async def test_senders_of_a_connection_that_was_replaced_meanwhile_stay(room: Room) -> None:
    room.portal.own = (Sender(email="old@acme.example"),)
    room.clock.move_on(timedelta(hours=2))
    room.portal.gate = asyncio.Event()
    await room.begin("15")
    async with room.running(room.lookups.run):
        await asked(room)
        await room.database.write(
            lambda tx: tx.execute("UPDATE connections SET user_id = 2, revision = revision + 1")
        )
        room.portal.gate.set()
        await answered(room, (await room.draft()).id)
    assert await senders_of(room) == [SUPPORT]


async def test_the_answer_of_a_removed_connection_stores_nothing(room: Room) -> None:
    room.portal.gate = asyncio.Event()
    await room.begin("15")
    async with room.running(room.lookups.run):
        await asked(room)
        aside = await room.press(await room.draft(), Press.CANCEL)
        await room.disconnect()
        room.portal.gate.set()
    assert aside.state is DraftState.ASIDE
    assert await room.draft() == aside
    stored = await room.database.read(lambda tx: tx.rows("SELECT id FROM letters"))
    assert stored == []


async def test_another_letter_keeps_everything_else(room: Room) -> None:
    draft = await room.press(await room.review("15", "Thanks"), Press.OPEN, Field.SUBJECT)
    await room.say("My own subject")
    await room.press(await room.draft(draft.id), Press.OPEN, Field.LETTER)
    await room.look_up()
    await room.say("16")
    draft = await room.look_up()
    assert (draft.field, draft.letter_number) == (Field.REVIEW, 16)
    assert draft.written.subject == "My own subject"
    assert [part.html for part in draft.written.parts] == ["Thanks"]


async def test_nothing_is_wanted_by_drafts_that_were_told_to_go(room: Room) -> None:
    await room.told_to_go()
    assert await room.database.read(drafts.wanting) == ()
