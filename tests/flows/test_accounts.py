"""Several connections of one person: which one letters go through, and what leaving one costs."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, TEXT, count_sends, press, review, send
from tests.support.bot_process import BotProcess


@pytest.fixture
async def twice_connected(connected: Person, sandbox: Sandbox) -> Person:
    """Anna, who may also write as Oleg; his connection is the active one."""
    said = connected.say(f"/connect {sandbox.portal.address('second')}")
    await connected.chat.wait_for("Connected to", after=said.id)
    return connected


def label(card: Message, start: str, name: str) -> str:
    """The button with this start that names this person."""
    return next(one for one in card.buttons if one.startswith(start) and name in one)


async def accounts(person: Person) -> Message:
    said = person.say("/accounts")
    return await person.chat.wait_for("Your portals", after=said.id)


async def test_new_letters_go_through_the_active_connection(
    twice_connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = twice_connected, twice_connected.chat
    said = anna.say(f"/reply 19 {TEXT}")
    card = await chat.wait_for("Check before it goes out", after=said.id)
    assert "oleg@linden-print.example" in card.text
    shown = await accounts(anna)
    await press(anna, shown, label(shown, "Use", "Anna"), "active")
    await press(anna, card, "Send", "Sent to")
    await press(anna, await review(anna), "Send", f"Sent to {JANE}")
    assert [letter.employee_id for letter in sandbox.portal.sent] == [7, 1], (
        "a draft keeps the connection that it was begun with"
    )


async def test_disconnect_without_a_connection(anna: Person, bot: BotProcess) -> None:
    anna.say("/disconnect")
    await anna.chat.wait_for("No Bitrix24 portal is connected.")


class TestWithUndo:
    @pytest.fixture
    def bot_settings(self) -> dict[str, str]:
        return {"UNDO_SECONDS": "30"}

    async def test_disconnect_says_what_it_costs_and_does_it(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        held = await send(anna, "held")
        await chat.wait_until(lambda _: held.buttons == ["Undo"])
        draft = await review(anna, "written")
        anna.say("/disconnect")
        asked = await chat.wait_for("Disconnect ", after=draft.id)
        assert asked.text.startswith(f"Disconnect {sandbox.portal_host}, Anna Berg?")
        assert "1 letter that has not left will be cancelled." in asked.text
        assert "1 draft will be set aside." in asked.text
        assert asked.buttons == ["Disconnect", "Back"]
        assert held.buttons == ["Undo"], "nothing has happened yet"
        await anna.press(asked, "Disconnect").answered()
        await chat.wait_until(lambda _: "No portal is connected." in asked.text)
        cancelled = "Cancelled, because the portal was disconnected. It did not leave."
        await chat.wait_until(lambda _: held.text.startswith(cancelled))
        await chat.wait_until(lambda _: draft.buttons == ["Bring back"])
        assert held.buttons == []
        assert "Undo" not in str(chat.messages)
        assert count_sends(sandbox) == 0
        anna.say("/reply 15")
        await chat.wait_for("No Bitrix24 portal is connected.", after=asked.id)

    async def test_back_changes_nothing(self, connected: Person) -> None:
        anna, chat = connected, connected.chat
        held = await send(anna)
        anna.say("/disconnect")
        asked = await chat.wait_for("Disconnect ", after=held.id)
        await press(anna, asked, "Back", "Your portals")
        await chat.wait_until(lambda _: held.buttons == ["Undo"])

    async def test_what_was_set_aside_comes_back_after_connecting_again(
        self, connected: Person, sandbox: Sandbox
    ) -> None:
        anna, chat = connected, connected.chat
        draft = await review(anna)
        anna.say("/disconnect")
        asked = await chat.wait_for("Disconnect ", after=draft.id)
        await anna.press(asked, "Disconnect").answered()
        await chat.wait_until(lambda _: draft.buttons == ["Bring back"])
        said = anna.say(f"/connect {sandbox.webhook}")
        await chat.wait_for("Connected to", after=said.id)
        await anna.press(draft, "Bring back").answered()
        card = await chat.wait_for("Check before it goes out", after=draft.id)
        assert TEXT in card.text
        await press(anna, card, "Send", "Goes out in 30 s")


async def test_a_removed_connection_takes_only_its_own_letters(
    twice_connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = twice_connected, twice_connected.chat
    sandbox.faults.unavailable(method="mail.message.reply", times=1)
    said = anna.say(f"/reply 19 {TEXT}")
    card = await chat.wait_for("Check before it goes out", after=said.id)
    await anna.press(card, "Send").answered()
    told = await chat.wait_for("Not sent:", after=card.id)
    shown = await accounts(anna)
    await press(anna, shown, label(shown, "Remove", "Anna"), "Disconnect")
    assert "cancelled" not in shown.text
    await press(anna, shown, "Disconnect", "Your portals")
    assert told.buttons == ["Try again", "Cancel"]
    await press(anna, told, "Try again", "Sent to")


async def test_an_old_accounts_card_does_not_disconnect(twice_connected: Person) -> None:
    anna = twice_connected
    first = await accounts(anna)
    ask = first.button(label(first, "Remove", "Oleg"))["callback_data"]
    second = await accounts(anna)
    await press(anna, second, label(second, "Use", "Anna"), "Anna Berg · active")
    assert "newest card" in await anna.press_data(first, ask).answered()
