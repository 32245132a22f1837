"""After Send again: the first letter may have left, or is found after all; nothing denies it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bitrix24.errors import (
    Failure,
    FailureCode,
    NotSent,
    PortalError,
    Refused,
    RefusedField,
    Unknown,
)
from bitrix24.learned import NOTHING
from bitrix24.methods import Got
from bitrix24.models import Sent, ThreadLetter
from handlers.cards import Shown
from handlers.notices import render_scene
from handlers.texts import Catalogues
from handlers.unknown_letter_card import sure_card
from mail import wire_results
from mail.accounts import Accounts
from mail.decisions import Decision
from mail.draft_presses import Press
from mail.errors import Stale
from mail.late_presses import OLD_CARD
from mail.scenes import OutboxScene, Showing
from mail.told_to_go import REPLY
from mail.without_access import cards_to_close, close
from storage import connections, outbox, people, portals
from storage.database import Transaction
from storage.records.drafts import DraftState, Field
from storage.records.notices import CardKind, NoticeKind
from storage.records.outbox import Earlier, Looked, OutboxRow, OutboxState, Why
from storage.records.people import Access, Person
from storage.times import as_text
from tests.integration.mail.room import ANNA, CONNECTION, HOME, JANE, START, SUPPORT, Room, Seen

EN = Catalogues({}).for_language("en", "en")
NO_ANSWER = Unknown(Failure(FailureCode.NO_ANSWER))
AWAY = NotSent(Failure(FailureCode.UNREACHABLE))
REFUSED = Refused(
    Failure(FailureCode.VALIDATION, 400, fields=(RefusedField("to", "NO_RECIPIENTS", "None"),))
)
TICK = timedelta(seconds=30)
MAY_HAVE = "It was sent once before; whether that one left is not known."
HAS = "It was sent once before, and that one left."


def copy(at: datetime, text: str = "Thanks", number: int = 17) -> ThreadLetter:
    return ThreadLetter.model_validate(
        {"id": number, "from": SUPPORT, "to": JANE, "date": at.isoformat(), "body": text}
    )


async def unknown(room: Room) -> OutboxRow:
    """A letter of which nobody knows, and its card on the screen."""
    room.portal.accepts = NO_ANSWER
    await room.told_to_go()
    row = await room.go(OutboxState.UNKNOWN, every=TICK)
    await room.see()
    return row


async def sent_again(room: Room) -> tuple[OutboxRow, OutboxRow]:
    """The first letter, of which nobody knows, and the second, which is held."""
    first = await unknown(room)
    await room.decide(first, Decision.SEND_AGAIN)
    room.portal.accepts = Sent(to=(JANE,))
    return first, await room.row()


def words(seen: list[Seen]) -> str:
    """What the messages say, one after another."""
    return "\n\n".join(words_of(one) for one in seen)


def words_of(one: Seen) -> str:
    return card_of(one).content()[0]


def card_of(one: Seen) -> Shown:
    reader = Person(ANNA, "Anna", "anna", "en", Access.ADMITTED, False, None, None, 1)
    return render_scene(Showing(reader, one.scene), EN)


def unguard(tx: Transaction) -> None:
    found = connections.find(tx, ANNA, CONNECTION)
    assert found is not None
    connections.save(tx, replace(found, guarded=False))


def wired_at(tx: Transaction, row: str, at: datetime) -> None:
    tx.execute("UPDATE outbox SET first_wire_at = :at WHERE id = :id", id=row, at=as_text(at))


def shut_out(tx: Transaction) -> None:
    """As a removal leaves it: no access, and each card is to say what became of it."""
    person = people.get(tx, ANNA)
    people.save(tx, replace(person, access=Access.REFUSED))
    for card in cards_to_close(tx, ANNA):
        close(tx, card)


async def test_undo_of_the_second_letter_forgot_that_the_first_may_have_left(room: Room) -> None:
    _first, second = await sent_again(room)
    assert MAY_HAVE in words(await room.see())
    await room.decide(second, Decision.UNDO)
    assert MAY_HAVE in words(await room.see())
    draft = await room.press(await room.draft(), Press.CANCEL)
    assert draft.state is DraftState.ASIDE
    said = words(await room.see())
    assert MAY_HAVE in said
    assert "Nothing was sent" not in said


async def test_what_waits_and_what_was_refused_tells_of_the_first_letter(room: Room) -> None:
    await sent_again(room)
    room.portal.accepts = AWAY
    second = await room.go(OutboxState.DEFERRED)
    assert MAY_HAVE in words(await room.see())
    room.portal.accepts = REFUSED
    await room.decide(second, Decision.TRY_AGAIN)
    await room.go(OutboxState.REJECTED)
    assert words(await room.see()).count(MAY_HAVE) >= 2  # the card, and the message that rings


async def test_our_own_first_letter_was_taken_for_somebody_elses_answer(room: Room) -> None:
    first, second = await sent_again(room)
    assert first.first_wire_at is not None
    room.portal.correspondence = (copy(first.first_wire_at),)
    await room.see()
    card = await room.live(CardKind.OUTBOX, second.id)
    await room.go(OutboxState.CANCELLED)
    first, second = await room.rows()
    assert (first.state, first.why) == (OutboxState.SENT, Why.FIRST_LEFT)
    assert (second.state, second.why) == (OutboxState.CANCELLED, Why.FIRST_LEFT)
    assert len(room.portal.sends) == 1, "the second one never went"
    (seen,) = await room.see()
    assert (seen.message, seen.edited) == (card, True)
    assert words_of(seen).startswith("Sent to jane@client.example ✅")
    assert "so that it was not sent again" in words_of(seen)
    assert (await room.draft()).state is DraftState.CONFIRMED


async def test_it_is_looked_for_although_the_guard_is_off(room: Room) -> None:
    first, _second = await sent_again(room)
    assert first.first_wire_at is not None
    room.portal.correspondence = (copy(first.first_wire_at),)
    await room.database.write(unguard)
    await room.go(OutboxState.CANCELLED)
    assert (await room.rows())[0].state is OutboxState.SENT
    assert len(room.portal.sends) == 1


async def test_a_letter_that_was_changed_since_asks_once_the_first_one_is_found(
    room: Room,
) -> None:
    first = await changed_since(room)
    room.portal.correspondence = (copy(first.first_wire_at or first.created_at),)
    row = await room.go(OutboxState.CANCELLED)
    assert row.why is Why.ANSWERED
    assert (await room.rows())[0].state is OutboxState.SENT
    draft = await room.draft()
    assert (draft.state, draft.field) == (DraftState.COMPOSING, Field.REVIEW)
    assert draft.written.stopped is not None
    assert draft.written.stopped.earlier is Earlier.LEFT
    said = words(await room.see())
    assert "Not sent: the first letter, which you sent before, has left" in said
    assert "has answered" not in said
    assert HAS in said, "the review says so, too"
    assert await room.send(draft)
    await room.go(OutboxState.SENT)


async def test_a_letter_that_was_changed_since_goes_where_nobody_guards_it(room: Room) -> None:
    first = await changed_since(room)
    room.portal.correspondence = (copy(first.first_wire_at or first.created_at),)
    await room.database.write(unguard)
    await room.go(OutboxState.SENT)
    assert (await room.rows())[0].state is OutboxState.SENT
    assert HAS in words(await room.see())


async def test_an_answer_that_may_be_our_own_is_said_to_be_so(room: Room) -> None:
    """The portal wrote the text down in another way, so that nothing proves whose it is."""
    first, _second = await sent_again(room)
    assert first.first_wire_at is not None
    room.portal.correspondence = (copy(first.first_wire_at, "Something else"),)
    row = await room.go(OutboxState.CANCELLED)
    assert row.why is Why.ANSWERED
    said = words(await room.see())
    assert "This may be the letter that you sent before." in said
    assert MAY_HAVE in said


async def test_an_answer_from_before_the_first_call_is_not_ours(room: Room) -> None:
    await sent_again(room)
    room.portal.correspondence = (copy((await room.draft()).created_at + timedelta(seconds=1)),)
    first = (await room.rows())[0]
    assert first.first_wire_at is not None
    late = first.first_wire_at + timedelta(minutes=10)
    await room.database.write(lambda tx: wired_at(tx, first.id, late))
    await room.go(OutboxState.CANCELLED)
    assert "This may be" not in words(await room.see())


async def test_a_late_good_answer_counts_after_send_again(room: Room) -> None:
    first, _second = await sent_again(room)
    assert await room.database.write(lambda tx: outbox.accept(tx, first, Why.RESPONSE))
    await room.go(OutboxState.CANCELLED)
    assert len(room.portal.sends) == 1
    assert (await room.rows())[0].state is OutboxState.SENT


async def test_the_list_tells_of_the_first_letter(room: Room) -> None:
    _first, second = await sent_again(room)
    await room.decide(second, Decision.UNDO)
    await room.list_outbox()
    said = words(await room.see())
    assert "Cancelled, not sent ⚪" in said
    assert MAY_HAVE in said.partition("Lately")[2]
    assert "Not known whether it left; you sent it again ❓" in said


async def test_a_card_of_somebody_removed_does_not_say_that_nothing_left(room: Room) -> None:
    _first, second = await sent_again(room)
    await room.decide(second, Decision.CANCEL)
    await room.see()
    await room.press(await room.draft(), Press.CANCEL)
    await room.see()
    await room.database.write(shut_out)
    said = words(await room.see())
    assert "It was not sent" not in said
    assert "It is not known whether this letter left." in said


async def changed_since(room: Room) -> OutboxRow:
    """The first letter; the second was taken back, changed, and told to go."""
    _first, second = await sent_again(room)
    await room.see()
    await room.decide(second, Decision.UNDO)
    await changed(room)
    return (await room.rows())[0]


async def changed(room: Room) -> None:
    """What was taken back is written on, and told to go once more."""
    await room.see()
    await room.say("PS: and one more thing")
    await room.see()
    assert await room.send(await room.draft())
    await room.see(after=timedelta(0))


async def settle(room: Room, row: OutboxRow, decision: Decision) -> list[Seen]:
    """A button of the first letter in /outbox."""
    await room.list_outbox()
    await room.see()
    row = next(one for one in await room.rows() if one.id == row.id)
    await room.decide(row, decision, listed=True)
    return await room.see()


async def test_the_first_letter_could_not_be_settled_any_more(room: Room) -> None:
    first, _second = await sent_again(room)
    await room.go(OutboxState.SENT)
    await room.see()
    await room.list_outbox()
    (listed,) = await room.see()
    card = card_of(listed)
    assert "1. Not known whether it left; you sent it again ❓" in card.content()[0]
    labels = [button.label for line in card.keyboard for button in line]
    assert labels == ["1 · Check again", "1 · It was sent", "1 · Leave it"], "never sent a 3rd time"
    seen = await settle(room, first, Decision.WAS_SENT)
    assert (await room.rows())[0].state is OutboxState.SENT
    assert len(seen) == 2, "the list, and the card of the second, which speaks of the first"
    assert HAS in words(seen[:1])
    assert HAS in words(seen[1:])


async def test_the_second_letter_is_not_sent_if_the_first_one_is_said_to_have_left(
    room: Room,
) -> None:
    first, _second = await sent_again(room)
    await settle(room, first, Decision.WAS_SENT)
    assert (await room.go(OutboxState.CANCELLED)).why is Why.FIRST_LEFT
    assert len(room.portal.sends) == 1


async def test_the_second_letter_was_sent_although_its_turn_came_after_it_was_sent_was_pressed(
    room: Room,
) -> None:
    first, _second = await sent_again(room)
    await room.see()

    async def says_so() -> None:
        room.portal.on_turn = None
        await settle(room, first, Decision.WAS_SENT)

    room.portal.on_turn = says_so
    await room.go(OutboxState.SENT, OutboxState.CANCELLED)
    assert [row.state for row in await room.rows()] == [OutboxState.SENT, OutboxState.CANCELLED]
    assert len(room.portal.sends) == 1


@pytest.mark.parametrize("guarded", [True, False])
async def test_a_letter_that_was_changed_since_is_guarded_anew_while_it_waits_for_its_turn(
    room: Room, guarded: bool
) -> None:
    """Where it is not guarded it goes, and does not wait for ever."""
    first = await changed_since(room)
    if not guarded:
        await room.database.write(unguard)

    async def says_so() -> None:
        room.portal.on_turn = None
        await settle(room, first, Decision.WAS_SENT)

    room.portal.on_turn = says_so
    row = await room.go(OutboxState.SENT, OutboxState.CANCELLED)
    assert row.why is (Why.ANSWERED if guarded else Why.RESPONSE)
    assert HAS in words(await room.see())


@pytest.mark.parametrize("error", [NO_ANSWER, REFUSED])
async def test_the_second_letter_was_sent_although_the_first_was_said_to_have_left(
    room: Room, error: PortalError
) -> None:
    """The thread cannot be read, so that only the person knows."""
    first, _second = await sent_again(room)
    await room.database.write(unguard)
    await settle(room, first, Decision.WAS_SENT)
    room.portal.correspondence = error
    assert (await room.go(OutboxState.SENT, OutboxState.CANCELLED)).why is Why.FIRST_LEFT
    assert len(room.portal.sends) == 1


async def test_a_guard_that_may_not_look_asked_about_a_letter_that_had_left_before(
    room: Room,
) -> None:
    first, _second = await sent_again(room)
    await settle(room, first, Decision.WAS_SENT)
    room.portal.correspondence = REFUSED
    assert (await room.go(OutboxState.SENT, OutboxState.CANCELLED)).why is Why.FIRST_LEFT


async def test_the_first_letter_is_left_at_that(room: Room) -> None:
    first, _second = await sent_again(room)
    await settle(room, first, Decision.LEAVE)
    first = (await room.rows())[0]
    assert (first.state, first.why) == (OutboxState.ABANDONED, Why.PERSON)
    with pytest.raises(Stale):
        await room.decide(first, Decision.WAS_SENT)


async def test_check_again_looks_for_the_first_letter_and_neither_sends_nor_rings(
    room: Room,
) -> None:
    first, _second = await sent_again(room)
    await room.go(OutboxState.SENT)
    await settle(room, first, Decision.CHECK_AGAIN)
    assert (await room.rows())[0].state is OutboxState.VERIFYING
    await looked(room)
    first = (await room.rows())[0]
    assert (first.state, first.why, first.looked) == (
        OutboxState.ABANDONED,
        Why.AGAIN,
        Looked.NOT_FOUND,
    )
    (told,) = [one for one in await room.see() if isinstance(one.scene, OutboxScene)]
    assert (told.kind, told.edited) == (NoticeKind.OUTBOX, True)
    assert "did not find it" in words([told])
    room.clock.move_on(timedelta(days=2))
    await looked(room)
    assert not await room.see()
    room.portal.correspondence = (copy(START + timedelta(seconds=12)),)
    await room.decide(first, Decision.CHECK_AGAIN)
    await looked(room)
    assert [row.state for row in await room.rows()] == [OutboxState.SENT, OutboxState.SENT]
    assert len(room.portal.sends) == 2


async def test_the_first_letter_is_never_sent_again_twice(room: Room) -> None:
    await sent_again(room)
    with pytest.raises(Stale):
        await room.decide((await room.rows())[0], Decision.SEND_AGAIN)
    assert len(await room.rows()) == 2


async def test_the_list_sends_nothing_again_that_it_did_not_ask_about(room: Room) -> None:
    await unknown(room)
    await room.list_outbox()
    await room.see()
    row = await room.row()
    with pytest.raises(Stale):
        await room.decide(row, Decision.SEND_AGAIN, listed=True)
    message = await room.live(CardKind.OUTBOX_LIST, "")
    assert message is not None
    assert await room.outbox.unknown(ANNA, HOME, message, row.id, row.revision, listed=True)
    room.clock.move_on(OLD_CARD + timedelta(seconds=1))
    assert not await room.decide(row, Decision.SEND_AGAIN, listed=True)
    assert len(await room.rows()) == 1


async def test_the_list_sent_one_letter_again_where_it_asked_about_another(room: Room) -> None:
    """Both stand at the same revision."""
    one = await unknown(room)
    room.portal.accepts = NO_ANSWER
    await room.told_to_go(number="16")
    other = await room.go(OutboxState.UNKNOWN, every=TICK)
    assert other.revision == one.revision
    await room.list_outbox()
    await room.see()
    message = await room.live(CardKind.OUTBOX_LIST, "")
    assert message is not None
    assert await room.outbox.unknown(ANNA, HOME, message, one.id, one.revision, listed=True)
    with pytest.raises(Stale):
        await room.decide(other, Decision.SEND_AGAIN, listed=True)
    assert await room.decide(one, Decision.SEND_AGAIN, listed=True)


async def test_disconnecting_did_not_count_the_first_letter_among_those_nobody_knows(
    room: Room,
) -> None:
    first, _second = await sent_again(room)
    accounts = Accounts(room.database)
    leaving = await accounts.leaving(ANNA)
    assert leaving is not None
    assert (leaving.letters, leaving.doubtful) == (1, 1)
    await settle(room, first, Decision.LEAVE)
    leaving = await accounts.leaving(ANNA)
    assert leaving is not None
    assert (leaving.letters, leaving.doubtful) == (1, 0)


async def looked(room: Room) -> None:
    async with room.running(room.sending.run):
        await room.round("outbox")


async def lost_again(room: Room, *copies: ThreadLetter) -> OutboxRow:
    """The second letter goes, nobody knows whether it left either, and these copies show then."""
    _first, second = await sent_again(room)
    room.portal.accepts = NO_ANSWER
    await room.go(OutboxState.VERIFYING)
    room.portal.correspondence = copies
    await room.go(OutboxState.UNKNOWN, OutboxState.SENT, every=TICK)
    return second


async def test_nobody_looked_for_the_first_letter_once_the_second_was_lost_too(room: Room) -> None:
    await lost_again(room, copy(START + timedelta(seconds=12)))
    first, second = await room.rows()
    assert (first.state, first.why) == (OutboxState.SENT, Why.THREAD)
    assert (second.state, second.looked) == (OutboxState.UNKNOWN, Looked.NOT_FOUND)
    said = words(await room.see())
    assert HAS in said
    assert "did not find it" in said
    assert not said.startswith("Sent to"), "the first has no card any more that could be edited"
    message = await room.live(CardKind.OUTBOX, second.id)
    assert message is not None
    scene = await room.outbox.unknown(ANNA, HOME, message, second.id, second.revision)
    assert scene is not None
    assert HAS in sure_card(scene, EN).content()[0], "before it leaves for the third time"


async def test_a_copy_that_may_be_the_first_letters_proves_neither(room: Room) -> None:
    await lost_again(room, copy(START + timedelta(minutes=9)))
    first, second = await room.rows()
    assert first.state is OutboxState.ABANDONED
    assert (second.state, second.looked) == (OutboxState.UNKNOWN, Looked.PERHAPS)
    assert "but fewer times than you sent it" in words(await room.see())


async def test_two_copies_prove_both(room: Room) -> None:
    early, late = copy(START + timedelta(seconds=12)), copy(START + timedelta(minutes=9), number=18)
    await lost_again(room, early, late)
    assert [row.state for row in await room.rows()] == [OutboxState.SENT, OutboxState.SENT]


async def keeps_keys(room: Room) -> None:
    """The portal has shown that it keeps keys, so that calls may be repeated."""
    learn = portals.learn_idempotency
    await room.database.write(lambda tx: learn(tx, "acme.example", REPLY, "proven"))


async def lost_on_its_way(room: Room) -> None:
    """The second letter's call had no answer, at a portal where it may be repeated."""
    await sent_again(room)
    await room.see()
    room.portal.accepts = NO_ANSWER
    await room.go(OutboxState.VERIFYING)
    await keeps_keys(room)


async def test_the_second_letter_was_repeated_although_its_look_found_the_first(
    room: Room,
) -> None:
    await lost_on_its_way(room)
    room.portal.correspondence = (copy(START + timedelta(seconds=12)),)
    second = await room.go(OutboxState.UNKNOWN, OutboxState.SENT, every=TICK)
    assert (await room.rows())[0].state is OutboxState.SENT
    assert (second.state, second.replays) == (OutboxState.UNKNOWN, 0)
    assert len(room.portal.sends) == 2
    assert HAS in words(await room.see())


async def test_the_second_letter_was_repeated_although_the_first_was_said_to_have_left(
    room: Room,
) -> None:
    await lost_on_its_way(room)
    await room.decide((await room.rows())[0], Decision.WAS_SENT)
    second = await room.go(OutboxState.UNKNOWN, OutboxState.SENT, every=TICK)
    assert (second.state, second.replays) == (OutboxState.UNKNOWN, 0)
    assert len(room.portal.sends) == 2
    assert HAS in words(await room.see())


async def test_the_second_letter_is_repeated_while_nobody_knows_of_the_first(room: Room) -> None:
    await lost_on_its_way(room)
    room.portal.accepts = Sent(to=(JANE,))
    second = await room.go(OutboxState.UNKNOWN, OutboxState.SENT, every=TICK)
    assert (second.state, second.replays) == (OutboxState.SENT, 1)


async def rung_below(room: Room) -> OutboxRow:
    """The second letter is not known of either, was told so in a message, and /outbox is shown."""
    await sent_again(room)
    room.portal.accepts = NO_ANSWER
    second = await room.go(OutboxState.UNKNOWN, every=TICK)
    assert MAY_HAVE in words(await room.see())
    await room.list_outbox()
    await room.see()
    return second


def card_said(seen: list[Seen], message: int | None) -> str:
    return words([one for one in seen if one.message == message])


async def test_the_second_letters_question_denied_that_the_first_was_said_to_have_left(
    room: Room,
) -> None:
    second = await rung_below(room)
    own = await room.live(CardKind.OUTBOX, second.id)
    await room.decide((await room.rows())[0], Decision.WAS_SENT, listed=True)
    assert HAS in card_said(await room.see(), own)


async def test_the_second_letters_question_denied_that_a_look_found_the_first(room: Room) -> None:
    second = await rung_below(room)
    own = await room.live(CardKind.OUTBOX, second.id)
    room.portal.correspondence = (copy(START + timedelta(seconds=12)),)
    await room.decide((await room.rows())[0], Decision.CHECK_AGAIN, listed=True)
    await room.see()
    await looked(room)
    assert (await room.rows())[0].state is OutboxState.SENT
    assert HAS in card_said(await room.see(), own)


async def test_the_second_letters_question_denied_that_the_first_was_answered_for_late(
    room: Room,
) -> None:
    second = await rung_below(room)
    own = await room.live(CardKind.OUTBOX, second.id)
    first = (await room.rows())[0]
    connection = await room.database.read(lambda tx: connections.find(tx, ANNA, CONNECTION))
    assert connection is not None
    got = Got(Sent(to=(JANE,)), NOTHING)
    await room.database.write(
        lambda tx: wire_results.accept(tx, row=first, connection=connection, got=got)
    )
    assert HAS in card_said(await room.see(), own)


@pytest.mark.parametrize("then", [Press.CANCEL, None], ids=["set aside", "the review"])
async def test_the_draft_that_came_back_denied_that_the_first_was_said_to_have_left(
    room: Room, then: Press | None
) -> None:
    first, second = await sent_again(room)
    await room.decide(second, Decision.UNDO)
    await room.see()
    draft = await room.draft()
    if then is not None:
        draft = await room.press(draft, then)
        await room.see()
    own = await room.live(CardKind.DRAFT, draft.id)
    assert HAS in card_said(await settle(room, first, Decision.WAS_SENT), own)


async def test_the_first_letters_own_card_still_asked_once_the_guard_had_found_it(
    room: Room,
) -> None:
    """The second one was told to go from /outbox, taken back and changed."""
    first = await unknown(room)
    await room.list_outbox()
    await room.see()
    message = await room.live(CardKind.OUTBOX_LIST, "")
    assert message is not None
    assert await room.outbox.unknown(ANNA, HOME, message, first.id, first.revision, listed=True)
    assert await room.decide(first, Decision.SEND_AGAIN, listed=True)
    await room.see()
    await room.decide(await room.row(), Decision.UNDO)
    await changed(room)
    own = await room.live(CardKind.OUTBOX, first.id)
    assert own is not None
    room.portal.correspondence = (copy(first.first_wire_at or first.created_at),)
    assert (await room.go(OutboxState.CANCELLED)).why is Why.ANSWERED
    assert card_said(await room.see(), own).startswith("Sent to jane@client.example")
