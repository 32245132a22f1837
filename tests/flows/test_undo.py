"""Undo: for a few seconds after Send nothing has left, and one press gets the draft back."""

import asyncio

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, review, send, shown


class TestHeldForLong:
    @pytest.fixture
    def bot_settings(self) -> dict[str, str]:
        return {"UNDO_SECONDS": "30"}

    async def test_undo_opens_the_review_with_everything(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        card = await send(anna)
        await chat.wait_until(lambda _: card.text.startswith("Goes out in 30 s ⏳"))
        assert card.buttons == ["Undo"]
        assert JANE in card.text
        assert await anna.press(card, "Undo").answered() == ""
        await chat.wait_until(lambda _: "Send" in card.buttons)
        assert TEXT in card.text
        assert chat.last is card, "after a press the message is edited"
        anna.say("And thank you.")
        again = await chat.wait_for("And thank you.")
        await chat.wait_until(lambda _: card.buttons == [])
        assert again.buttons == ["Send", "Edit", "Back", "Cancel"]
        assert count_sends(sandbox) == 0

    async def test_undone_twice_and_sent_again_from_the_same_card(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        card = await send(anna)
        for _turn in range(2):
            await chat.wait_until(lambda _: card.buttons == ["Undo"])
            await anna.press(card, "Undo").answered()
            await chat.wait_until(lambda _: "Send" in card.buttons)
            await anna.press(card, "Send").answered()
        await chat.wait_until(lambda _: card.buttons == ["Undo"])
        assert [line.split()[0] for line in shown(anna)] == ["Connected", "✉️", "Goes"]
        assert count_sends(sandbox) == 0

    async def test_undo_pressed_twice_is_one_undo(self, connected: Person) -> None:
        anna, chat = connected, connected.chat
        card = await send(anna)
        await chat.wait_until(lambda _: card.buttons == ["Undo"])
        data = card.button("Undo")["callback_data"]
        first, second = (anna.press_data(card, data) for _ in range(2))
        assert await first.answered() == ""
        assert "newest card" in await second.answered()
        await chat.wait_until(lambda _: "Send" in card.buttons)

    async def test_typed_text_and_edits_are_told_to_undo_first(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        said = anna.say(f"/reply 15 {TEXT}")
        card = await chat.wait_for("Check before it goes out", after=said.id)
        await anna.press(card, "Send").answered()
        typed = anna.say("One more thing")
        hint = await chat.wait_for("Please press “Undo” first, then change it.")
        anna.edit(said, "/reply 15 Something else")
        await chat.wait_for("Please press “Undo” first, then change it.", after=hint.id)
        await anna.press(card, "Undo").answered()
        await chat.wait_until(lambda _: "Send" in card.buttons)
        assert "Typed, but not in the letter:\nOne more thing\nSomething else" in card.text
        assert typed.id < chat.last.id
        await anna.press(card, "Use “One more thing”").answered()
        await chat.wait_until(lambda _: "Use this text" in card.buttons)
        assert f"{TEXT}\n\nOne more thing" in card.text
        await anna.press(card, "Use this text").answered()
        await chat.wait_until(lambda _: "Use this text" not in card.buttons)
        assert "Something else\n\nOne more thing" in card.text

    async def test_another_draft_can_be_written_meanwhile(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        held = await send(anna, "First")
        await chat.wait_until(lambda _: held.buttons == ["Undo"])
        other = await review(anna, "Second")
        assert held.buttons == ["Undo"]
        await anna.press(held, "Undo").answered()
        await chat.wait_until(lambda _: "First" in held.text)
        assert "Send" in other.buttons
        assert "Second" in other.text


class TestHeldForASecond:
    @pytest.fixture
    def bot_settings(self) -> dict[str, str]:
        return {"UNDO_SECONDS": "1"}

    async def test_it_goes_by_itself_after_the_time(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        card = await send(anna)
        await chat.wait_until(lambda _: card.buttons == ["Undo"])
        edits = len([call for call in chat.log if call.method.lower() == "editmessagetext"])
        assert count_sends(sandbox) == 0
        await chat.wait_for(f"Sent to {JANE}")
        assert card.text.startswith("Sent to")
        later = [call for call in chat.log if call.method.lower() == "editmessagetext"]
        assert len(later) == edits + 1, "the seconds are not counted down by edits"

    async def test_undo_comes_too_late_once_it_is_on_its_way(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        sandbox.faults.hang(method=REPLY)
        card = await send(anna)
        await chat.wait_until(lambda _: card.buttons == ["Undo"])
        data = card.button("Undo")["callback_data"]
        await sandbox.portal.wait_for_call(REPLY)
        late = anna.press_data(card, data)
        assert await late.answered() == "Too late: the letter is on its way."
        await chat.wait_for("Sending…")

    async def test_undo_at_the_last_moment_either_way_tells_the_truth(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        """Whoever wins, the card says what happened."""
        anna, chat = connected, connected.chat
        card = await send(anna)
        await chat.wait_until(lambda _: card.buttons == ["Undo"])
        data = card.button("Undo")["callback_data"]
        await asyncio.sleep(0.96)
        toast = await anna.press_data(card, data).answered()
        if toast:
            await chat.wait_for(f"Sent to {JANE}")
            assert count_sends(sandbox) == 1
        else:
            await chat.wait_until(lambda _: "Send" in card.buttons)
            assert count_sends(sandbox) == 0


async def test_without_undo_it_goes_at_once(connected: Person, sandbox: Sandbox) -> None:
    anna = connected
    await send(anna)
    await anna.chat.wait_for(f"Sent to {JANE}")
    shown_texts = [
        call.parameters.get("text", "") for call in anna.chat.log if "text" in call.parameters
    ]
    assert not any("Goes out in" in text for text in shown_texts)
