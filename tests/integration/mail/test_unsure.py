"""A review may have arrived, and was repeated once: it waits for what its person does next."""

from datetime import timedelta
from itertools import count

from bot import policies
from bot.verdicts import Outcome, Verdict
from mail import delivery
from mail.draft_presses import Press
from storage import clock_jumps, notices, updates
from storage.records.drafts import Draft
from storage.records.notices import CardKind, Manner, Notice, NoticeKind
from tests.integration.bot.shapes import message
from tests.integration.mail.room import ANNA, HOME, Room

BOT = 42
_NUMBERS = count(1)


async def unsure_review(room: Room) -> Draft:
    """Telegram answered neither the message nor its repeat."""
    await room.begin("15", "Thanks")
    draft = await room.look_up()
    room.clock.move_on(timedelta(seconds=1))
    letter = await room.take()
    assert letter is not None
    await room.deliver(letter)
    review = await room.take()
    assert review is not None
    await room.database.write(
        lambda tx: notices.put_off(
            tx, review, notices.UNTIL_HEARD, may_have_arrived=True, alone=True
        )
    )
    return draft


async def heard(room: Room) -> None:
    """An update of Anna's is stored."""
    said = message(next(_NUMBERS), ANNA)
    await room.database.write(lambda tx: updates.keep(tx, BOT, [said]))


async def shown(room: Room) -> list[tuple[NoticeKind, bool]]:
    return [(one.kind, one.edited) for one in await room.see(after=timedelta(days=30))]


async def test_row_32_a_review_that_may_not_have_arrived_is_shown_with_the_next_thing_they_do(
    room: Room,
) -> None:
    await unsure_review(room)
    assert await shown(room) == []
    await heard(room)
    assert await shown(room) == [(NoticeKind.DRAFT, False)]
    await heard(room)
    assert await shown(room) == []


async def test_row_32_a_press_on_a_review_that_had_arrived_is_answered_in_it(room: Room) -> None:
    draft = await unsure_review(room)
    await heard(room)
    await room.press(draft, Press.BACK)
    assert await shown(room) == [(NoticeKind.DRAFT, True)]


async def test_row_32_a_review_that_had_arrived_is_not_shown_again_after_send(room: Room) -> None:
    draft = await unsure_review(room)
    await heard(room)
    assert await room.send(draft)
    assert await shown(room) == [(NoticeKind.OUTBOX, True)], "in the message that was pressed"


async def test_row_32_what_is_typed_meanwhile_shows_one_new_review(room: Room) -> None:
    await unsure_review(room)
    await heard(room)
    await room.say("And one more thing.")
    assert await shown(room) == [(NoticeKind.DRAFT, False)]


async def test_row_61_a_clock_that_was_set_back_sent_the_third_copy_by_itself(room: Room) -> None:
    await unsure_review(room)
    room.clock.jump(timedelta(hours=-1))
    await room.database.write(clock_jumps.settle)
    assert await shown(room) == []
    await heard(room)
    assert await shown(room) == [(NoticeKind.DRAFT, False)]


async def lost(room: Room) -> Notice:
    """Telegram does not answer the next notice, an edit."""
    edit = await room.take()
    assert edit is not None
    await room.database.write(lambda tx: notices.put_off(tx, edit, tx.now, may_have_arrived=True))
    return edit


async def is_sent_once_more(room: Room) -> bool:
    """If Telegram does not answer the next notice either, a new message."""
    sent = await room.take()
    assert sent is not None
    found = await room.load(sent)
    assert found is not None
    assert found.target is None
    again = policies.again(sent, Verdict(Outcome.UNCERTAIN), edits=False)
    return again == policies.PROMPT


async def test_row_32_a_lost_edit_used_up_the_repeat_of_the_message_sent_for_one_that_was_gone(
    room: Room,
) -> None:
    draft = await room.press(await room.review(), Press.BACK)
    await lost(room)
    edit = await room.take()
    gone = await room.live(CardKind.DRAFT, draft.id)
    assert edit is not None
    assert gone is not None
    await room.database.write(lambda tx: delivery.gone(tx, edit, gone))
    assert await is_sent_once_more(room)


async def test_row_32_a_lost_edit_used_up_the_repeat_of_the_new_message_that_was_asked_for(
    room: Room,
) -> None:
    await room.list_outbox()
    await room.see()
    await room.database.write(
        lambda tx: notices.owe(tx, ANNA, NoticeKind.OUTBOX_LIST, HOME, "", Manner.EDIT)
    )
    await lost(room)
    await room.list_outbox()
    assert await is_sent_once_more(room)
