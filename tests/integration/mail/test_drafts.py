"""The conversation about a letter that is being written."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bitrix24.errors import Failure, FailureCode, Refused
from handlers.review_card import review_card
from handlers.sentences import kept_sentence, sentence
from handlers.step_cards import draft_card
from mail.coming_cards import CARD_PAUSE
from mail.decisions import Decision
from mail.draft_presses import Press
from mail.drafts import Drafts
from mail.errors import (
    AlreadyApplied,
    BadValue,
    Closed,
    Closing,
    NotConnected,
    NothingAsked,
    Stale,
)
from mail.scenes import DraftScene
from mail.typed_text import KEEPS_TEXT
from storage import connections, drafts
from storage.records.connections import AttemptState, ConnectAttempt
from storage.records.drafts import DraftState, Field, Typed, Wants
from storage.records.notices import CardKind, Manner, NoticeKind
from storage.records.outbox import OutboxState
from storage.records.places import Place
from tests.integration.languages import EN
from tests.integration.mail.room import ANNA, HOME, JANE, LATER, OLEG, SUPPORT, Room, manners


async def test_a_reply_without_a_number_asks_for_the_letter(room: Room) -> None:
    assert await room.begin() is None
    draft = await room.draft()
    assert (draft.field, draft.wants, draft.guided) == (Field.LETTER, Wants.UNREAD, True)
    assert await room.owed() == [("draft", "new")]


async def test_a_reply_with_a_number_looks_for_that_letter(room: Room) -> None:
    assert await room.begin("15") is None
    draft = await room.draft()
    assert (draft.letter_number, draft.wants) == (15, Wants.LETTER)


async def test_a_link_to_a_letter_is_as_good_as_its_number(room: Room) -> None:
    assert await room.begin("https://acme.example/mail/message/15") is None
    assert (await room.draft()).letter_number == 15


async def test_a_bad_number_is_said_and_the_letter_asked_for(room: Room) -> None:
    refused = await room.begin("fifteen", "Thanks")
    assert refused is not None
    assert refused.field is Field.LETTER
    draft = await room.draft()
    assert (draft.wants, draft.letter_number) == (Wants.UNREAD, None)
    assert [part.html for part in draft.written.parts] == ["Thanks"]


async def test_a_number_with_text_leads_straight_to_the_review(room: Room) -> None:
    draft = await room.review("15", "Thanks, got it")
    assert (draft.field, draft.guided) == (Field.REVIEW, False)
    written = draft.written
    assert (written.sender, written.to, written.subject) == (SUPPORT, (JANE,), "Re: Order 118")
    assert [part.html for part in written.parts] == ["Thanks, got it"]


async def test_without_a_connection_nothing_begins(room: Room) -> None:
    await room.let_in(OLEG)
    with pytest.raises(NotConnected):
        await room.drafts.begin("bot:1", OLEG, Place(OLEG), "15", None)
    assert await room.owed() == []


async def test_who_is_not_connected_yet_was_sent_to_connect_once_more(room: Room) -> None:
    await room.let_in(OLEG)
    place, checking = Place(OLEG), AttemptState.CHECKING
    attempt = ConnectAttempt(
        "a" * 16, OLEG, place, checking, 1, None, None, None, None, room.clock.now
    )
    await room.database.write(lambda tx: connections.save_attempt(tx, attempt))
    with pytest.raises(NotConnected) as refused:
        await room.drafts.begin("bot:1", OLEG, Place(OLEG), "15", None)
    assert "is still being asked" in sentence(refused.value, EN)


@pytest.mark.parametrize("numbers", [("abc", "-1"), ("", ""), ("99", "abc"), ("abc", "15")])
async def test_each_slip_in_a_number_began_one_more_draft(
    room: Room, numbers: tuple[str, str]
) -> None:
    room.portal.found[99] = Refused(Failure(FailureCode.NOT_FOUND, 404))
    for number in numbers:
        await room.begin(number)
        await room.look_up()
    assert len(await room.database.read(lambda tx: drafts.newest(tx, ANNA, HOME))) == 1
    draft = await room.draft()
    assert (draft.letter is not None) is (numbers[-1] == "15")


@pytest.mark.parametrize("typed", ["", "Thanks, got it"])
async def test_what_was_typed_for_one_letter_is_not_given_to_the_next(
    room: Room, typed: str
) -> None:
    await room.begin("abc" if typed else "15", typed)
    first = await room.look_up()
    await room.begin("16", "Hello")
    second = await room.look_up()
    assert first.id != second.id
    assert [part.html for part in second.written.parts] == ["Hello"]
    assert (await room.draft(first.id)).state is DraftState.COMPOSING


async def test_the_guided_way_asks_every_step(room: Room) -> None:
    await room.begin("15")
    draft = await room.look_up()
    assert draft.field is Field.SENDER
    draft = await room.press(draft, Press.CHOOSE, "0")
    assert draft.field is Field.RECIPIENTS
    draft = await room.press(draft, Press.CHOOSE, "0")
    assert draft.field is Field.SUBJECT
    draft = await room.press(draft, Press.CHOOSE, "0")
    assert draft.field is Field.TEXT
    await room.say("Thanks")
    draft = await room.draft()
    assert (draft.field, draft.written.sender, draft.written.to) == (Field.REVIEW, SUPPORT, (JANE,))
    assert draft.written.subject == "Re: Order 118"


async def test_a_refused_value_changes_nothing(room: Room) -> None:
    await room.begin("15")
    draft = await room.look_up()
    with pytest.raises(BadValue) as refused:
        await room.say("nobody@else.example")
    assert refused.value.field is Field.SENDER
    assert await room.draft() == draft


async def test_every_field_opens_from_the_review_and_leads_back(room: Room) -> None:
    draft = await room.review()
    draft = await room.press(draft, Press.OPEN, Field.EDIT)
    draft = await room.press(draft, Press.OPEN, Field.RECIPIENTS)
    await room.say("bob@client.example")
    draft = await room.draft()
    assert (draft.field, draft.written.to) == (Field.REVIEW, ("bob@client.example",))
    draft = await room.press(draft, Press.OPEN, Field.COPIES)
    draft = await room.press(draft, Press.OPEN, Field.CC)
    await room.say("carol@client.example")
    draft = await room.draft()
    assert (draft.field, draft.written.cc) == (Field.REVIEW, ("carol@client.example",))
    draft = await room.press(draft, Press.OPEN, Field.CC)
    draft = await room.press(draft, Press.NONE)
    assert (draft.field, draft.written.cc) == (Field.REVIEW, ())


async def test_back_walks_through_the_steps_and_out(room: Room) -> None:
    await room.begin("15")
    draft = await room.look_up()
    draft = await room.press(draft, Press.CHOOSE, "0")
    draft = await room.press(draft, Press.BACK)
    assert (draft.field, draft.written.sender) == (Field.SENDER, SUPPORT)
    draft = await room.press(draft, Press.KEEP)
    assert draft.field is Field.RECIPIENTS
    draft = await room.press(draft, Press.BACK)
    draft = await room.press(draft, Press.BACK)
    assert (draft.field, draft.wants) == (Field.LETTER, Wants.UNREAD)
    draft = await room.press(draft, Press.BACK)
    assert draft.state is DraftState.ASIDE


async def test_back_from_looking_for_another_letter_shows_the_review_again(room: Room) -> None:
    draft = await room.review()
    draft = await room.press(draft, Press.OPEN, Field.LETTER)
    assert draft.wants is Wants.UNREAD
    draft = await room.press(draft, Press.BACK)
    assert (draft.field, draft.wants) == (Field.REVIEW, Wants.NOTHING)
    assert (await room.look_up()).field is Field.REVIEW


async def test_the_whole_text_is_a_page_of_the_review(room: Room) -> None:
    draft = await room.press(await room.review(), Press.WHOLE, "1")
    assert (draft.whole, draft.field) == (1, Field.REVIEW)
    assert (await room.press(draft, Press.OPEN, Field.REVIEW)).whole == 0


@pytest.mark.parametrize(
    ("press", "argument"),
    [
        (Press.CHOOSE, "0"),
        (Press.CHOOSE, "x"),
        (Press.USE, ""),
        (Press.NONE, ""),
        (Press.OPEN, "refusal"),
        (Press.OPEN, "x"),
        (Press.WHOLE, "x"),
        (Press.BRING_BACK, ""),
    ],
)
async def test_a_button_that_the_card_does_not_have_does_nothing(
    room: Room, press: Press, argument: str
) -> None:
    draft = await room.review()
    with pytest.raises(Stale):
        await room.press(draft, press, argument)
    assert await room.draft() == draft


async def test_a_press_on_an_older_revision_is_stale(room: Room) -> None:
    draft = await room.review()
    await room.say("One more thing")
    with pytest.raises(Stale):
        await room.press(draft, Press.CANCEL)


async def test_somebody_elses_draft_does_not_exist(room: Room) -> None:
    draft = await room.review()
    await room.settle(OLEG, "o" * 16)
    with pytest.raises(Stale):
        await room.drafts.press(
            "bot:x", OLEG, Place(OLEG), 9, draft.id, draft.revision, Press.CANCEL
        )
    with pytest.raises(Stale):
        await room.drafts.press("bot:x", OLEG, HOME, 9, draft.id, draft.revision, Press.CANCEL)
    assert await room.draft() == draft


async def test_a_press_in_another_chat_is_stale(room: Room) -> None:
    draft = await room.review()
    with pytest.raises(Stale):
        await room.drafts.press("bot:x", ANNA, Place(-5), 9, draft.id, draft.revision, Press.CANCEL)


async def test_a_press_on_another_drafts_card_is_stale(room: Room) -> None:
    first = await room.review("15")
    card = await room.live(CardKind.DRAFT, first.id)
    second = await room.review("16")
    assert card is not None
    with pytest.raises(Stale):
        await room.drafts.press("bot:x", ANNA, HOME, card, second.id, second.revision, Press.CANCEL)


async def test_a_press_on_a_card_whose_send_was_not_answered_counts(room: Room) -> None:
    await room.begin("15", "Thanks")
    draft = await room.look_up()
    pressed = room.message()
    await room.drafts.press(
        "bot:x", ANNA, HOME, pressed, draft.id, draft.revision, Press.OPEN, Field.EDIT
    )
    assert await room.live(CardKind.DRAFT, draft.id) == pressed


async def test_what_is_typed_while_looking_is_kept_in_order_and_taken_up(room: Room) -> None:
    await room.begin()
    await room.say("15")
    await room.say(SUPPORT)
    await room.say(JANE)
    assert [one.text for one in (await room.draft()).written.waiting] == ["15", SUPPORT, JANE]
    draft = await room.look_up()
    assert (draft.field, draft.written.waiting) == (Field.SUBJECT, ())
    assert (draft.written.sender, draft.written.to) == (SUPPORT, (JANE,))


async def test_what_does_not_fit_the_step_is_offered_by_a_button(room: Room) -> None:
    await room.begin("15")
    await room.say("Thanks")
    draft = await room.look_up()
    assert (draft.field, [one.text for one in draft.written.waiting]) == (Field.SENDER, ["Thanks"])
    with pytest.raises(BadValue):
        await room.press(draft, Press.USE)
    for _ in range(3):
        draft = await room.press(draft, Press.CHOOSE, "0")
    assert (draft.field, draft.written.subject) == (Field.REVIEW, "Re: Order 118")
    assert [part.html for part in draft.written.parts] == ["Thanks"]


async def test_text_goes_to_the_draft_that_was_asked_last(room: Room) -> None:
    first = await room.review("15", "First")
    second = await room.review("16", "Second")
    await room.say("More")
    assert len((await room.draft(first.id)).written.parts) == 1
    assert len((await room.draft(second.id)).written.parts) == 2


async def test_a_reply_to_an_older_card_picks_its_draft(room: Room) -> None:
    first = await room.review("15", "First")
    card = await room.live(CardKind.DRAFT, first.id)
    second = await room.review("16", "Second")
    await room.say("More", reply_to=card)
    assert len((await room.draft(first.id)).written.parts) == 2
    assert len((await room.draft(second.id)).written.parts) == 1
    await room.say("And more")
    assert len((await room.draft(first.id)).written.parts) == 3


async def test_a_reply_to_a_letters_card_is_a_quick_answer(room: Room) -> None:
    first = await room.review()
    assert first.letter is not None
    card = await room.live(CardKind.LETTER, first.letter)
    await room.say("Another answer", reply_to=card)
    second = await room.draft()
    assert second.id != first.id
    assert (second.field, second.letter, second.guided) == (Field.REVIEW, first.letter, False)


async def test_a_reply_waits_for_the_card_that_is_on_its_way(room: Room) -> None:
    first = await room.review("15", "First")
    await room.review("16", "Second")
    await room.say("One more", reply_to=await room.live(CardKind.DRAFT, first.id))
    room.clock.move_on(LATER)
    notice = await room.take()
    assert notice is not None
    found = await room.load(notice)
    assert found is not None
    coming = room.message() + 1

    async def arrive(seconds: float) -> None:
        room.slept.append(seconds)
        if len(room.slept) == 3:
            assert (await room.arrive(notice, found)).message == coming

    room.drafts = Drafts(room.database, room.new_id, arrive)
    before = len((await room.draft(first.id)).written.parts)
    await room.drafts.type(room.cause(), ANNA, HOME, Typed(900, "Again", "Again"), coming)
    assert room.slept == [CARD_PAUSE] * 3
    assert len((await room.draft(first.id)).written.parts) == before + 1


async def test_a_reply_to_what_is_no_card_waits_for_nothing(room: Room) -> None:
    draft = await room.review()
    await room.say("One more", reply_to=77)
    assert room.slept == []
    assert len((await room.draft(draft.id)).written.parts) == 2


async def test_where_nothing_is_asked_text_is_for_nobody(room: Room) -> None:
    with pytest.raises(NothingAsked):
        await room.say("Hello")


async def test_text_under_a_review_joins_the_body_and_a_burst_is_shown_once(room: Room) -> None:
    draft = await room.review(text="One")
    old = await room.live(CardKind.DRAFT, draft.id)
    for text in ("Two", "Three"):
        await room.say(text)
    assert await room.see(after=timedelta(0)) == []
    seen = await room.see()
    assert manners(seen) == [(NoticeKind.DRAFT, Manner.NEW), (NoticeKind.FOLD, Manner.EDIT)]
    assert seen[1].message == old
    assert [part.html for part in (await room.draft()).written.parts] == ["One", "Two", "Three"]


async def test_after_typed_text_comes_a_message_and_after_a_press_an_edit(room: Room) -> None:
    draft = await room.review()
    card = await room.live(CardKind.DRAFT, draft.id)
    await room.press(draft, Press.OPEN, Field.SUBJECT)
    seen = await room.see()
    assert [(one.message, one.edited) for one in seen] == [(card, True)]
    await room.say("About your order")
    seen = await room.see()
    assert manners(seen) == [(NoticeKind.DRAFT, Manner.NEW), (NoticeKind.FOLD, Manner.EDIT)]


@pytest.mark.parametrize(
    ("state", "closing"),
    [
        (OutboxState.HELD, Closing.HELD),
        (OutboxState.QUEUED, Closing.SENDING),
        (OutboxState.SENDING, Closing.SENDING),
        (OutboxState.VERIFYING, Closing.VERIFYING),
        (OutboxState.UNKNOWN, Closing.UNKNOWN),
        (OutboxState.DEFERRED, Closing.WAITING),
        (OutboxState.BLOCKED, Closing.WAITING),
        (OutboxState.SENT, Closing.ENDED),
        (OutboxState.ABANDONED, Closing.ENDED),
    ],
)
async def test_text_for_a_letter_that_was_told_to_go_changes_nothing(
    room: Room, state: OutboxState, closing: Closing
) -> None:
    row = await room.told_to_go()
    await room.database.write(
        lambda tx: tx.execute("UPDATE outbox SET state = :state", state=state.value)
    )
    before = await room.draft()
    card = await room.live(CardKind.OUTBOX, row.id)
    for reply_to in (None, card):
        if closing in KEEPS_TEXT:
            kept = await room.drafts.type(
                room.cause(), ANNA, HOME, Typed(77, "Wait", "Wait"), reply_to
            )
            assert kept == Closed(closing)
        else:
            with pytest.raises(Closed) as closed:
                await room.say("Wait", reply_to=reply_to)
            assert closed.value.closing is closing
    after = await room.draft()
    assert replace(after.written, waiting=()) == before.written
    assert (after.state, after.revision) == (before.state, before.revision)


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.SENDING])
async def test_a_letter_that_is_tried_once_more_was_told_to_be_on_its_way(
    room: Room, state: OutboxState
) -> None:
    """Its card says all the time that it waits."""
    await room.told_to_go()
    await room.database.write(
        lambda tx: tx.execute("UPDATE outbox SET state = :state, deferrals = 1", state=state.value)
    )
    kept = await room.drafts.type(room.cause(), ANNA, HOME, Typed(77, "PS", "PS"), None)
    assert kept == Closed(Closing.WAITING)


async def test_a_ps_typed_during_undo_had_to_be_typed_again(room: Room) -> None:
    row = await room.told_to_go(text="Thanks")
    kept = await room.drafts.type(room.cause(), ANNA, HOME, Typed(77, "PS", "PS"), None)
    assert kept == Closed(Closing.HELD)
    assert await room.drafts.edit(room.cause(), ANNA, HOME, Typed(77, "PS: soon", "PS: soon"))
    await room.restart()
    await room.decide(row, Decision.UNDO)
    draft = await room.draft()
    assert draft.field is Field.REVIEW
    assert [part.html for part in draft.written.parts] == ["Thanks"], "only if they want it"
    draft = await room.press(draft, Press.USE, "0")
    assert [part.html for part in draft.written.parts] == ["Thanks", "PS: soon"]
    assert draft.written.waiting == ()


async def test_an_address_with_a_slip_typed_while_looking_ended_up_in_the_text(room: Room) -> None:
    await room.begin("15")
    for text in (SUPPORT, "jane(at)client.example", "About order 118", "It left."):
        await room.say(text)
    draft = await room.look_up()
    assert draft.field is Field.RECIPIENTS
    draft = await room.press(draft, Press.CHOOSE, "0")
    draft = await room.press(draft, Press.USE, "1")
    assert (draft.field, draft.written.subject) == (Field.REVIEW, "About order 118")
    assert [part.html for part in draft.written.parts] == ["It left."]
    assert [one.text for one in draft.written.waiting] == ["jane(at)client.example"]
    draft = await room.press(draft, Press.USE, "0")
    assert len(draft.written.parts) == 2, "it can still be used"


async def test_addresses_that_fit_the_first_step_no_more_than_words_do_are_put_by(
    room: Room,
) -> None:
    await room.begin("15")
    for text in ("jane@client.example", "It left yesterday."):
        await room.say(text)
    draft = await room.look_up()
    assert draft.field is Field.SENDER
    for _ in range(3):
        draft = await room.press(draft, Press.CHOOSE, "0")
    assert [part.html for part in draft.written.parts] == ["It left yesterday."]
    assert [one.put_by for one in draft.written.waiting] == [True]


async def test_a_text_too_long_for_the_letter_waited_unseen_at_the_review(room: Room) -> None:
    await room.begin("15", "Thanks")
    for _ in range(25):
        await room.say("x" * 4096)
    draft = await room.look_up()
    assert (draft.field, len(draft.written.parts)) == (Field.REVIEW, 25)
    scene = DraftScene(draft, None, None)
    assert "Typed, but not in the letter:" in draft_card(scene, EN).content()[0]
    with pytest.raises(BadValue) as refused:
        await room.press(draft, Press.USE, "0")
    assert refused.value.code == "too_long"


async def test_a_text_too_long_for_the_letter_was_refused_and_kept_nowhere(room: Room) -> None:
    await room.review(text="Hello")
    for _ in range(24):
        await room.say("x" * 4096)
    await room.say("y" * 4096)
    draft = await room.draft()
    assert [one.text[:1] for one in draft.written.waiting] == ["y"]
    assert draft.written.waiting[0].put_by
    text, _entities = draft_card(DraftScene(draft, None, None), EN).content()
    assert "Typed, but not in the letter:\nyyy" in text


async def test_text_joined_the_letter_behind_a_part_that_was_refused(room: Room) -> None:
    await room.review(text="Hello")
    for piece in (*["x" * 4096] * 24, "y" * 4096, "TAIL"):
        await room.say(piece)
    draft = await room.draft()
    assert len(draft.written.parts) == 25
    assert [one.text[:4] for one in draft.written.waiting] == ["yyyy", "TAIL"]
    shown = draft_card(DraftScene(draft, None, None), EN)
    assert "TAIL" in shown.content()[0], "also below a long one"
    draft = await room.press(draft, Press.OPEN, Field.TEXT)
    await room.say("Shorter.")
    for _ in range(2):
        draft = await room.press(await room.draft(), Press.USE, "0")
    assert [part.html[:4] for part in draft.written.parts] == ["Shor", "yyyy", "TAIL"]


async def test_the_refusal_of_a_text_that_is_too_long_says_that_it_is_kept(room: Room) -> None:
    await room.review(text="Hello")
    for _ in range(24):
        await room.say("x" * 4096)
    kept = await room.drafts.type(room.cause(), ANNA, HOME, room.typed("y" * 4096), None)
    assert isinstance(kept, BadValue)
    said = kept_sentence(kept, EN)
    assert said.startswith("The text has 102,405 characters")
    assert "What you typed is kept" in said
    later = await room.drafts.type(room.cause(), ANNA, HOME, room.typed("TAIL"), None)
    assert later is None, "the review shows it"


async def test_text_for_a_draft_that_was_set_aside_brings_it_back_by_a_button(room: Room) -> None:
    draft = await room.press(await room.review(text="Thanks"), Press.CANCEL)
    with pytest.raises(Closed) as closed:
        await room.say("PS")
    assert (closed.value.closing, closed.value.other) == (Closing.ASIDE, None)
    assert closed.value.aside == await room.live(CardKind.DRAFT, draft.id)
    assert "Bring back with this text" in sentence(closed.value, EN)
    for _ in range(2):  # the second press adds it again, as a message of its own would
        await room.drafts.type(
            room.cause(), ANNA, HOME, room.typed("PS"), closed.value.aside, brings_back=True
        )
    draft = await room.draft(draft.id)
    assert (draft.state, draft.field) == (DraftState.COMPOSING, Field.REVIEW)
    assert [part.html for part in draft.written.parts] == ["Thanks", "PS", "PS"]


async def test_text_for_a_step_that_was_set_aside_waits_for_its_own(room: Room) -> None:
    draft = await room.press(await room.review(text="Thanks"), Press.OPEN, Field.RECIPIENTS)
    draft = await room.press(draft, Press.CANCEL)
    card = await room.live(CardKind.DRAFT, draft.id)
    typed = room.typed("See you on Thursday")
    await room.drafts.type(room.cause(), ANNA, HOME, typed, card, brings_back=True)
    draft = await room.draft(draft.id)
    assert (draft.state, draft.field) == (DraftState.COMPOSING, Field.RECIPIENTS)
    assert [one.text for one in draft.written.waiting] == ["See you on Thursday"]


async def test_a_draft_whose_letter_was_not_found_was_offered_any_text(room: Room) -> None:
    room.portal.found[99] = Refused(Failure(FailureCode.NOT_FOUND, 404))
    other = await room.review("99", "Where is it")
    assert (other.field, other.wants) == (Field.LETTER, Wants.NOTHING)
    await room.press(await room.review("15", "Thanks"), Press.CANCEL)
    with pytest.raises(Closed) as closed:
        await room.say("PS")
    assert closed.value.other is None


async def test_words_typed_where_the_letter_is_asked_for_again_were_lost(room: Room) -> None:
    draft = await room.press(await room.review(text="Thanks"), Press.OPEN, Field.LETTER)
    draft = await room.look_up()
    assert draft.field is Field.LETTER
    typed = room.typed("See you on Thursday")
    refused = await room.drafts.type(room.cause(), ANNA, HOME, typed, None)
    assert isinstance(refused, BadValue)
    assert "is kept" in kept_sentence(refused, EN)
    kept = await room.draft()
    assert (kept.field, kept.revision) == (Field.LETTER, draft.revision + 1)
    assert kept.written.choices == draft.written.choices
    card = draft_card(DraftScene(kept, None, None), EN)
    assert "See you on Thursday" in card.content()[0]
    assert "Use" not in str(card.keyboard)
    await room.say("16")
    there = await room.look_up()
    assert (there.field, there.letter_number) == (Field.REVIEW, 16)
    assert "Use this text" in str(draft_card(DraftScene(there, None, None), EN).keyboard)


async def test_a_slip_in_a_letters_number_is_asked_for_again(room: Room) -> None:
    await room.press(await room.review(text="Thanks"), Press.OPEN, Field.LETTER)
    await room.look_up()
    with pytest.raises(BadValue):
        await room.say("15a")
    assert (await room.draft()).written.waiting == ()


async def test_a_message_edited_to_nothing_leaves_the_letter_as_it_is(room: Room) -> None:
    await room.review(text="One")
    message = await room.say("Two")
    with pytest.raises(BadValue) as refused:
        await room.edit(message, "\u200b")
    assert "keeps what it said before" in sentence(refused.value, EN)
    assert [part.html for part in (await room.draft()).written.parts] == ["One", "Two"]


async def test_an_edited_message_changes_its_part(room: Room) -> None:
    await room.review(text="One")
    message = await room.say("Two")
    assert await room.drafts.edit("bot:e", ANNA, HOME, Typed(message, "Zwei", "Zwei"))
    assert [part.html for part in (await room.draft()).written.parts] == ["One", "Zwei"]


async def test_an_edit_of_what_was_set_aside_had_to_be_made_again(room: Room) -> None:
    draft = await room.review(text="One")
    message = await room.say("Two")
    await room.press(await room.draft(), Press.CANCEL)
    for version in ("Twoo", "Zwei"):
        told = await room.edit(message, version)
        assert isinstance(told, Closed)
        assert "“Bring back”" in kept_sentence(told, EN)
    back = await room.press(await room.draft(), Press.BRING_BACK)
    card = review_card(DraftScene(back, None, None), EN)
    assert "Typed, but not in the letter:\nZwei" in card.content()[0]
    back = await room.press(back, Press.USE, "0")
    assert [part.html for part in back.written.parts] == ["One", "Zwei"]
    assert back.id == draft.id


async def test_an_edited_message_changes_the_field_it_was_typed_for(room: Room) -> None:
    await room.press(await room.review(), Press.OPEN, Field.SUBJECT)
    message = await room.say("Your ordr")
    assert await room.drafts.edit("bot:e", ANNA, HOME, Typed(message, "Your order", ""))
    draft = await room.draft()
    assert (draft.written.subject, draft.field) == ("Your order", Field.REVIEW)


async def test_an_edited_message_changes_what_waits(room: Room) -> None:
    await room.begin("15")
    message = await room.say("sales@acme.example")
    assert await room.drafts.edit("bot:e", ANNA, HOME, Typed(message, SUPPORT, ""))
    assert (await room.look_up()).written.sender == SUPPORT


async def test_a_message_whose_field_was_pressed_anew_changes_it_no_more(room: Room) -> None:
    await room.press(await room.review(), Press.OPEN, Field.RECIPIENTS)
    message = await room.say("bob@client.example")
    draft = await room.press(await room.draft(), Press.OPEN, Field.RECIPIENTS)
    await room.press(draft, Press.CHOOSE, "0")
    assert not await room.drafts.edit("bot:e", ANNA, HOME, Typed(message, "eve@x.example", ""))
    assert (await room.draft()).written.to == (JANE,)


async def test_a_message_of_no_draft_is_not_a_part(room: Room) -> None:
    await room.review()
    assert not await room.drafts.edit("bot:e", ANNA, HOME, Typed(7, "Hello", "Hello"))


async def test_an_edit_during_undo_had_to_be_made_again(room: Room) -> None:
    await room.review(text="One")
    message = await room.say("Two")
    await room.send(await room.draft())
    assert await room.edit(message, "Zwei") == Closed(Closing.HELD)
    assert await room.edit(message, "Zwei!") is True, "it is kept, as was said"
    draft = await room.draft()
    assert [part.html for part in draft.written.parts] == ["One", "Two"]
    await room.decide(await room.row(), Decision.UNDO)
    draft = await room.press(await room.draft(), Press.USE, "0")
    assert [part.html for part in draft.written.parts] == ["One", "Zwei!"]
    assert draft.written.waiting == ()


async def test_an_edit_after_undo_leaves_no_older_version_behind(room: Room) -> None:
    await room.review(text="One")
    message = await room.say("Two")
    await room.send(await room.draft())
    await room.edit(message, "Zwei")
    await room.decide(await room.row(), Decision.UNDO)
    await room.edit(message, "Deux")
    written = (await room.draft()).written
    assert [part.html for part in written.parts] == ["One", "Deux"]
    assert written.waiting == ()


async def test_a_message_emptied_during_undo_changes_nothing(room: Room) -> None:
    await room.review(text="One")
    message = await room.say("Two")
    await room.send(await room.draft())
    with pytest.raises(Closed) as closed:
        await room.edit(message, " ")
    assert closed.value.closing is Closing.HELD
    assert (await room.draft()).written.waiting == ()


async def test_a_ps_that_is_mended_after_the_letter_left_is_shown_anew(room: Room) -> None:
    await room.told_to_go(text="Thanks")
    message = await room.say("PS: sonn")
    await room.go(OutboxState.SENT)
    await room.see()
    assert await room.edit(message, "PS: soon") is True
    assert await room.owed() == [("outbox", "edit")]
    assert [one.text for one in (await room.draft()).written.waiting] == ["PS: soon"]


async def test_cancel_without_a_draft_is_said(room: Room) -> None:
    assert not await room.drafts.cancel(room.cause(), ANNA, HOME)


@pytest.mark.parametrize("field", [Field.SENDER, Field.RECIPIENTS, Field.SUBJECT, Field.TEXT])
async def test_a_cancelled_draft_comes_back_where_it_was(room: Room, field: Field) -> None:
    draft = await room.review(text="Thanks, got it")
    draft = await room.press(draft, Press.OPEN, field)
    assert await room.drafts.cancel(room.cause(), ANNA, HOME)
    aside = await room.draft()
    assert aside.state is DraftState.ASIDE
    seen = await room.see()
    assert manners(seen)[0] == (NoticeKind.DRAFT, Manner.NEW)
    back = await room.press(aside, Press.BRING_BACK)
    assert (back.state, back.field) == (DraftState.COMPOSING, field)
    assert back.written == draft.written


async def test_of_several_cancelled_drafts_only_the_newest_was_led_back_to(room: Room) -> None:
    old = await room.review("16", "Old")
    await room.drafts.cancel(room.cause(), ANNA, HOME)
    room.clock.move_on(timedelta(days=2))
    first, second = await room.review("15", "First"), await room.review("16", "Second")
    for _ in range(2):
        assert await room.drafts.cancel(room.cause(), ANNA, HOME)
    await room.see()
    await room.drafts.show_aside(room.cause(), ANNA, HOME)
    seen = [one.scene for one in await room.see() if not one.edited]
    shown = [scene.draft.id for scene in seen if isinstance(scene, DraftScene)]
    assert shown == [second.id, first.id], "the one that was cancelled last stands last"
    assert old.id not in shown
    for one in (first, second):
        back = await room.press(await room.draft(one.id), Press.BRING_BACK)
        assert back.state is DraftState.COMPOSING


async def test_what_was_set_aside_is_not_shown_below_what_is_being_written(room: Room) -> None:
    await room.review("15", "First")
    await room.drafts.cancel(room.cause(), ANNA, HOME)
    await room.review("16", "Second")
    await room.drafts.show_aside(room.cause(), ANNA, HOME)
    assert await room.owed() == []


async def test_answers_to_one_letter_that_were_set_aside_looked_alike(room: Room) -> None:
    draft = await room.press(await room.review(text="It leaves on\nThursday. " * 9), Press.CANCEL)
    said = draft_card(DraftScene(draft, None, None), EN).content()[0]
    assert said.splitlines()[-1].startswith("It leaves on Thursday. It leaves")
    assert len(said.splitlines()[-1]) <= 60


async def test_a_draft_cancelled_while_looking_comes_back_looking(room: Room) -> None:
    await room.begin("15")
    await room.say(SUPPORT)
    draft = await room.press(await room.draft(), Press.CANCEL)
    assert draft.wants is Wants.NOTHING
    draft = await room.press(draft, Press.BRING_BACK)
    assert draft.wants is Wants.LETTER
    draft = await room.look_up()
    assert (draft.field, draft.written.sender) == (Field.RECIPIENTS, SUPPORT)


async def test_a_draft_without_a_connection_does_not_come_back(room: Room) -> None:
    draft = await room.press(await room.review(), Press.CANCEL)
    await room.disconnect()
    with pytest.raises(NotConnected):
        await room.press(draft, Press.BRING_BACK)


@pytest.mark.parametrize("host", ["acme.example", "other.example"])
async def test_what_was_typed_over_a_removed_connection_was_out_of_reach_over_another(
    room: Room, host: str
) -> None:
    """Letter 15 of another portal is another letter; a sender is chosen anew in any case."""
    draft = await room.press(await room.review(text="Thanks"), Press.CANCEL)
    await room.disconnect()
    await room.settle_over(host)
    draft = await room.press(draft, Press.BRING_BACK)
    if host == "acme.example":
        assert (draft.wants, draft.letter_number) == (Wants.LETTER, 15)
        draft = await room.look_up()
    else:
        assert (draft.wants, draft.letter_number) == (Wants.UNREAD, None)
        await room.look_up()
        await room.say("15")
        draft = await room.look_up()
    assert (draft.field, draft.written.sender) == (Field.REVIEW, "oleg@acme.example")
    assert [part.html for part in draft.written.parts] == ["Thanks"]


async def test_a_draft_whose_letter_was_forgotten_comes_back_and_looks_for_it(room: Room) -> None:
    draft = await room.press(await room.review(text="Thanks"), Press.CANCEL)
    await room.disconnect()
    await room.settle()
    draft = await room.press(draft, Press.BRING_BACK)
    assert (draft.wants, draft.letter_number) == (Wants.LETTER, 15)
    draft = await room.look_up()
    assert (draft.field, draft.written.subject) == (Field.REVIEW, "Re: Order 118")
    assert [part.html for part in draft.written.parts] == ["Thanks"]


async def test_one_update_has_one_effect(room: Room) -> None:
    draft = await room.review(text="One")
    typed = room.typed("Two")
    await room.drafts.type("bot:same", ANNA, HOME, typed, None)
    after, owed = await room.draft(), await room.owed()
    for _ in range(2):
        with pytest.raises(AlreadyApplied):
            await room.drafts.type("bot:same", ANNA, HOME, typed, None)
    with pytest.raises(AlreadyApplied):
        await room.drafts.press("bot:same", ANNA, HOME, 9, after.id, after.revision, Press.CANCEL)
    with pytest.raises(AlreadyApplied):
        await room.drafts.begin("bot:same", ANNA, HOME, "15", None)
    with pytest.raises(AlreadyApplied):
        await room.outbox.send("bot:same", ANNA, HOME, 9, draft.id, after.revision)
    with pytest.raises(AlreadyApplied):
        await room.outbox.decide("bot:same", ANNA, HOME, 9, "none", 1, Decision.SEND_AGAIN)
    with pytest.raises(AlreadyApplied):
        await room.drafts.edit("bot:same", ANNA, HOME, replace(typed, text="Three"))
    assert (await room.draft(), await room.owed(), await room.rows()) == (after, owed, [])


async def test_a_refused_update_may_come_again(room: Room) -> None:
    """What was refused had no effect, so its cause is not used up."""
    await room.begin("15")
    await room.look_up()
    with pytest.raises(BadValue):
        await room.drafts.type("bot:same", ANNA, HOME, Typed(9, "nobody@x.example", ""), None)
    await room.drafts.type("bot:same", ANNA, HOME, Typed(9, SUPPORT, ""), None)
    assert (await room.draft()).field is Field.RECIPIENTS


async def test_undo_opens_the_review_and_text_joins_again(room: Room) -> None:
    row = await room.told_to_go(text="One")
    await room.decide(row, Decision.UNDO)
    await room.say("Two")
    draft = await room.draft()
    assert (draft.field, [part.html for part in draft.written.parts]) == (
        Field.REVIEW,
        ["One", "Two"],
    )


async def test_a_forged_page_beyond_all_numbers_is_stale(room: Room) -> None:
    draft = await room.review()
    with pytest.raises(Stale):
        await room.press(draft, Press.WHOLE, "9" * 30)


async def test_back_goes_on_backwards_from_the_review(room: Room) -> None:
    draft = await room.review()
    fields = []
    for _ in range(5):
        draft = await room.press(draft, Press.BACK)
        fields.append(draft.field)
    assert fields == [
        Field.TEXT,
        Field.SUBJECT,
        Field.RECIPIENTS,
        Field.SENDER,
        Field.LETTER,
    ]


async def test_back_from_a_field_that_was_opened_leads_to_the_review(room: Room) -> None:
    draft = await room.press(await room.review(), Press.OPEN, Field.SUBJECT)
    assert (await room.press(draft, Press.BACK)).field is Field.REVIEW
