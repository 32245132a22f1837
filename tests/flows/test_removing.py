"""Row 90: somebody who was let in is removed, with buttons open and letters on their way."""

import time

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import press, review, send, settled
from tests.flows.conftest import OLEG
from tests.support.bot_process import BotProcess

REMOVED = "The admins of this bot have removed you from it."


@pytest.fixture
def bot_settings() -> dict[str, str]:
    return {"UNDO_SECONDS": "60"}


@pytest.fixture
async def oleg(anna: Person, sandbox: Sandbox, bot: BotProcess) -> Person:
    """Let in by Anna's tap, and connected."""
    oleg = sandbox.telegram.person(OLEG, "Oleg", "en", "oleg")
    await settled(anna)
    oleg.say("/start")
    card = await anna.chat.wait_for(f"{OLEG} @oleg")
    await anna.press(card, "Let in").answered()
    await oleg.chat.wait_for("You were let in")
    oleg.say(f"/connect {sandbox.webhook}")
    await oleg.chat.wait_for("Connected to")
    return oleg


def card_about(oleg: Person, admin: Person) -> Message:
    (card,) = [message for message in admin.chat.from_bot if f"{oleg.id} @oleg" in message.text]
    return card


async def remove(admin: Person, oleg: Person) -> Message:
    card = card_about(oleg, admin)
    await admin.chat.wait_until(lambda _: card.buttons == ["Remove access"])
    await press(admin, card, "Remove access", f"Remove {OLEG} @oleg?")
    await press(admin, card, "Remove access", "Was removed")
    return card


async def test_row_90_all_buttons_die_at_once_and_what_is_held_is_cancelled(
    anna: Person, oleg: Person, sandbox: Sandbox
) -> None:
    held = await send(oleg)
    await oleg.chat.wait_until(lambda _: held.buttons == ["Undo"])
    open_review = await review(oleg, "Another one")
    before = len(oleg.chat.from_bot)
    wanted = [(open_review, label) for label in ("Send", "Edit", "Cancel")] + [(held, "Undo")]
    presses = [(card, card.button(label)["callback_data"]) for card, label in wanted]
    card = await remove(anna, oleg)
    removed_at = time.monotonic()
    toasts = [await oleg.press_data(message, data).answered() for message, data in presses]
    assert time.monotonic() - removed_at < 3  # a loose bound: machines differ
    assert toasts == ["You cannot use this bot at the moment."] * 4
    await oleg.chat.wait_for(REMOVED)
    cancelled = "Cancelled, because your access to this bot ended. It did not leave."
    await oleg.chat.wait_until(lambda _: held.text == cancelled)
    set_aside = "Set aside, because your access to this bot ended. It was not sent."
    await oleg.chat.wait_until(lambda _: open_review.text == set_aside)
    assert (held.buttons, open_review.buttons) == ([], [])
    said = oleg.say("/reply 15 and this")
    await oleg.chat.wait_for("You can ask again a day after that.", after=said.id)
    assert len(oleg.chat.from_bot) == before + 2
    assert sandbox.portal.sent == []
    assert card.buttons == []
    assert card.text.endswith("Was removed ❌")


async def test_the_question_says_what_is_lost_and_back_changes_nothing(
    anna: Person, oleg: Person
) -> None:
    await send(oleg)
    await review(oleg, "Another one")
    card = card_about(oleg, anna)
    await press(anna, card, "Remove access", "1 letter that has not left will be cancelled.")
    for line in ("1 draft will be set aside.", "1 webhook will be forgotten."):
        assert line in card.text
    await press(anna, card, "Back", "Was let in ✅")
    assert card.buttons == ["Remove access"]
    said = oleg.say("/accounts")
    await oleg.chat.wait_for("Your portals", after=said.id)


async def test_who_comes_back_begins_anew_and_old_buttons_stay_dead(
    anna: Person, oleg: Person, sandbox: Sandbox
) -> None:
    open_review = await review(oleg)
    send_data = open_review.button("Send")["callback_data"]
    await remove(anna, oleg)
    await oleg.chat.wait_for(REMOVED)
    said = anna.say("/invite")
    link = await anna.chat.wait_for("?start=", after=said.id)
    oleg.say(f"/start {link.text.rpartition('=')[2]}")
    await oleg.chat.wait_for("You were let in", after=open_review.id)
    assert "newest card" in await oleg.press_data(open_review, send_data).answered()
    said = oleg.say("/accounts")
    await oleg.chat.wait_for("No portal is connected.", after=said.id)
    assert sandbox.portal.sent == []


async def test_what_was_written_was_out_of_reach_after_coming_back(
    anna: Person, oleg: Person, sandbox: Sandbox
) -> None:
    cancelled = await review(oleg, "Never mind")
    await press(oleg, cancelled, "Cancel", "Set aside")
    await send(oleg, "Held then")
    await review(oleg, "Open then")
    await remove(anna, oleg)
    await oleg.chat.wait_for(REMOVED)
    said = anna.say("/invite")
    link = await anna.chat.wait_for("?start=", after=said.id)
    said = oleg.say(f"/start {link.text.rpartition('=')[2]}")
    await oleg.chat.wait_until(lambda chat: len(offered(oleg, said)) == 2)
    await settled(oleg)
    first, second = offered(oleg, said)
    toast = await oleg.press(first, "Bring back").answered()
    assert toast == "No Bitrix24 portal is connected. Please connect one with /connect."
    said = oleg.say(f"/connect {sandbox.webhook}")
    await oleg.chat.wait_for("Connected to", after=said.id)
    await oleg.press(first, "Bring back").answered()
    await oleg.press(second, "Bring back").answered()
    await oleg.chat.wait_for("Held then", after=said.id)
    await oleg.chat.wait_for("Open then", after=said.id)


def offered(person: Person, after: Message) -> list[Message]:
    """What can be brought back, of what was shown after this message."""
    return [
        message
        for message in person.chat.from_bot
        if message.id > after.id and message.buttons == ["Bring back"]
    ]


async def test_nobody_else_removes_by_a_forged_button(anna: Person, oleg: Person) -> None:
    card = card_about(oleg, anna)
    await anna.chat.wait_until(lambda _: card.buttons == ["Remove access"])
    data = card.button("Remove access")["callback_data"]
    toast = await oleg.press_data(oleg.chat.last, data).answered()
    assert toast == "Only an admin of this bot may do this."
    said = oleg.say("/accounts")
    await oleg.chat.wait_for("Your portals", after=said.id)
