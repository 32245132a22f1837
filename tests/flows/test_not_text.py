"""Pictures, voice and the like get one hint; a caption can be taken as text."""

from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.telegram import contents
from sandbox.telegram.people import Person
from tests.flows.acting import REVIEW, SENDER, TEXT_ASKED, at_step, press, review, settled

HINT = "I can only work with text."
OFFER = "the caption can go into your letter"

FILE = {"file_id": "a", "file_unique_id": "b", "duration": 5}
SIZE = {"width": 5, "height": 5}
CONTENTS = (
    contents.photo(),
    contents.document(),
    contents.sticker(),
    contents.voice(),
    contents.location(),
    contents.contact(),
    contents.dice(),
    {"audio": FILE}, {"video": FILE | SIZE}, {"animation": FILE | SIZE},
    {"video_note": FILE | {"length": 5}},
    {"venue": {"title": "Press", "address": "Linden 1"} | contents.location()},
    {"game": {"title": "Chess", "description": "", "photo": []}},
    {"story": {"id": 1, "chat": {"id": 1, "type": "private"}}},
    {"paid_media": {"star_count": 1, "paid_media": []}},
    {"poll": {"id": "1", "question": "Tea?", "options": [], "total_voter_count": 0}
     | dict.fromkeys(("is_closed", "is_anonymous", "allows_multiple_answers"), False)
     | dict.fromkeys(("allows_revoting", "members_only"), False) | {"type": "regular"}},
)  # fmt: skip


async def test_row_15_what_is_no_text_gets_one_hint_and_changes_nothing(connected: Person) -> None:
    card = await at_step(connected, TEXT_ASKED)
    for content in CONTENTS:
        connected.send(content)
    await settled(connected)
    hints = [message for message in connected.chat.from_bot if message.id > card.id]
    assert len(hints) == len(CONTENTS)
    assert all(HINT in hint.text and not hint.buttons for hint in hints)
    assert TEXT_ASKED in card.text


async def test_row_15_an_album_gets_one_hint(connected: Person) -> None:
    connected.send_album([contents.photo() for _ in range(10)])
    hint = await connected.chat.wait_for(HINT)
    await settled(connected)
    assert [m.id for m in connected.chat.from_bot][1:] == [hint.id]


async def test_an_album_with_a_caption_gets_one_offer(connected: Person) -> None:
    connected.send_album([contents.photo("Here is the damage."), contents.photo()])
    offer = await connected.chat.wait_for(OFFER)
    await settled(connected)
    assert [m.id for m in connected.chat.from_bot][1:] == [offer.id]


async def test_two_captions_of_one_album_got_two_hints(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    await at_step(anna, TEXT_ASKED)
    first, second = contents.photo("Here is the damage."), contents.photo("And the box.")
    *_, last = anna.send_album([contents.photo(), first, second])
    offer = await chat.wait_for("the captions can go into your letter")
    await settled(anna)
    assert [m.id for m in chat.from_bot if m.id > last.id] == [offer.id]
    presses = [anna.press(offer, "Use this text") for _ in range(2)]
    assert [await one.answered() for one in presses] == ["", ""]
    card = await chat.wait_for("Here is the damage.\n\nAnd the box.", after=offer.id)
    await anna.press(card, "Send").answered()
    body = (await sandbox.portal.wait_for_sent()).body
    assert (body.count("damage"), body.count("box")) == (1, 1)


async def test_a_pinned_message_is_nothing_to_talk_about(connected: Person) -> None:
    connected.send({"pinned_message": connected.chat.from_bot[0].as_reply_target()})
    await settled(connected)
    assert len(connected.chat.from_bot) == 1


@pytest.mark.parametrize(
    "make", [contents.photo, lambda caption: contents.document("a.pdf", caption)]
)
async def test_a_caption_is_taken_as_text_by_a_button(
    connected: Person, sandbox: Sandbox, make: Any
) -> None:
    anna, chat = connected, connected.chat
    await at_step(anna, TEXT_ASKED)
    bold = [{"type": "bold", "offset": 0, "length": 4}]
    picture = anna.send(make("Here is the damage.") | {"caption_entities": bold})
    offer = await chat.wait_for(OFFER)
    assert (offer.reply_to, offer.buttons) == (picture.id, ["Use this text"])
    await anna.press(offer, "Use this text").answered()
    card = await chat.wait_for(REVIEW)
    await chat.wait_until(lambda chat: offer.buttons == [])
    await anna.press(card, "Send").answered()
    assert (await sandbox.portal.wait_for_sent()).body == "<b>Here</b> is the damage."


async def test_a_caption_that_was_edited_went_out_as_it_stood_before(connected: Person) -> None:
    anna, chat = connected, connected.chat
    await review(anna, "Hello Jane,")
    picture, other = anna.send(contents.photo("Here it is.")), anna.send(contents.photo("Not this"))
    offer = await chat.wait_for(OFFER)
    await anna.press(offer, "Use this text").answered()
    card = await chat.wait_for("Hello Jane,\n\nHere it is.", after=offer.id)
    anna.edit(picture, "Here is the damage.")
    card = await chat.wait_for("Hello Jane,\n\nHere is the damage.", after=card.id)
    anna.edit(other, "Nor this")
    anna.edit(picture, " ")
    await settled(anna)
    (refused,) = [message.text for message in chat.from_bot if message.id > card.id]
    assert refused.startswith("There is nothing to read in that message any more")


async def test_a_caption_is_not_taken_without_the_button(connected: Person) -> None:
    first = await review(connected)
    connected.send(contents.photo("Here is the damage."))
    await connected.chat.wait_for(OFFER)
    connected.say("Bye")
    card = await connected.chat.wait_for("Bye", after=first.id)
    assert "damage" not in card.text


async def test_a_caption_pressed_twice_is_one_text(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    first = await review(anna, "Hello Jane,")
    anna.send(contents.photo("Here it is."))
    offer = await chat.wait_for(OFFER)
    presses = [anna.press(offer, "Use this text") for _ in range(2)]
    assert [await one.answered() for one in presses] == ["", ""]
    card = await chat.wait_for("Here it is.", after=offer.id)
    assert card.text.count("Here it is.") == 1
    assert first.id != card.id


async def test_a_caption_that_does_not_fit_stays_on_offer(connected: Person) -> None:
    anna, chat = connected, connected.chat
    card = await at_step(anna, SENDER)
    anna.send(contents.photo("Here is the damage."))
    offer = await chat.wait_for(OFFER)
    toast = await anna.press(offer, "Use this text").answered()
    assert toast.startswith("You cannot write from")
    assert "Use this text" in offer.buttons
    assert SENDER in card.text


async def test_a_captioned_picture_that_replies_to_a_letter_answers_it(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    anna.say("/reply 16")
    letter = await chat.wait_for("✉️ Letter 16")
    await press(anna, await chat.wait_for(SENDER), "Cancel", "Set aside")
    anna.send(contents.photo("Here is the receipt."), reply_to=letter)
    offer = await chat.wait_for(OFFER)
    await anna.press(offer, "Use this text").answered()
    card = await chat.wait_for(REVIEW, after=offer.id)
    assert "To: orlov@polygraf.example" in card.text


async def test_a_caption_after_cancel_is_offered_to_the_older_letter(connected: Person) -> None:
    anna, chat = connected, connected.chat
    jane = await review(anna, "Hello Jane,")
    newer = await review(anna, "Another one")
    await press(anna, newer, "Cancel", "Set aside")
    anna.send(contents.photo("Here it is."))
    offer = await chat.wait_for(OFFER)
    await press(anna, offer, "Use this text", "Still being written: Re: Delivery date")
    await anna.press(offer, "Use this text").answered()
    card = await chat.wait_for("Hello Jane,\n\nHere it is.", after=jane.id)
    assert "Another one" not in card.text


async def test_a_caption_whose_picture_was_deleted_is_gone(connected: Person) -> None:
    anna, chat = connected, connected.chat
    await review(anna)
    picture = anna.send(contents.photo("Here it is."))
    offer = await chat.wait_for(OFFER)
    data = str(offer.button("Use this text")["callback_data"])
    anna.delete(picture)
    toast = await anna.press_data(offer, data, inaccessible=True).answered()
    assert toast.startswith("This has changed since.")
