"""A person's connections: which one letters go through, names, tests, what leaving one costs."""

from datetime import timedelta

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import (
    JANE,
    TEXT,
    count_sends,
    hold,
    press,
    restart,
    review,
    send,
    shows,
)
from tests.support.bot_process import BotProcess


@pytest.fixture
async def twice_connected(connected: Person, sandbox: Sandbox) -> Person:
    """Anna, who may also write as Oleg; his connection is the active one."""
    said = connected.say(f"/connect {sandbox.portal.address('second')}")
    await connected.chat.wait_for("Connected to", after=said.id)
    return connected


ONLY = ["Test", "Rename", "Remove", "Switch the reply guard off"]  # with one connection


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


async def test_what_was_set_aside_was_out_of_reach_over_another_account(
    connected: Person, sandbox: Sandbox
) -> None:
    """It was said that no portal is connected, though one was."""
    anna, chat = connected, connected.chat
    draft = await review(anna)
    anna.say("/disconnect")
    await press(anna, await chat.wait_for("Disconnect ", after=draft.id), "Disconnect", "No portal")
    said = anna.say(f"/connect {sandbox.portal.address('second')}")
    await chat.wait_for("Connected to", after=said.id)
    await chat.wait_until(lambda _: draft.buttons == ["Bring back"])
    await anna.press(draft, "Bring back").answered()
    card = await chat.wait_for("Check before it goes out", after=said.id)
    assert TEXT in card.text
    await press(anna, card, "Send", f"Sent to {JANE}")
    assert [letter.employee_id for letter in sandbox.portal.sent] == [7]


async def test_a_removed_connection_takes_only_its_own_letters(
    twice_connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = twice_connected, twice_connected.chat
    sandbox.faults.unavailable(method="mail.message.reply")
    said = anna.say(f"/reply 19 {TEXT}")
    card = await chat.wait_for("Check before it goes out", after=said.id)
    await anna.press(card, "Send").answered()
    told = await chat.wait_for("Not sent:", after=card.id)
    shown = await accounts(anna)
    await press(anna, shown, label(shown, "Remove", "Anna"), "Disconnect")
    assert "cancelled" not in shown.text
    await press(anna, shown, "Disconnect", "Your portals")
    assert told.buttons == ["Try again", "Cancel"]
    sandbox.faults.off()
    await chat.wait_for("Sent to", after=card.id)


async def test_an_old_accounts_card_does_not_disconnect(twice_connected: Person) -> None:
    anna = twice_connected
    first = await accounts(anna)
    ask = first.button(label(first, "Remove", "Oleg"))["callback_data"]
    second = await accounts(anna)
    await press(anna, second, label(second, "Use", "Anna"), "Anna Berg · active")
    assert "newest card" in await anna.press_data(first, ask).answered()


async def test_a_portal_gets_a_name(connected: Person, sandbox: Sandbox) -> None:
    anna, chat, host = connected, connected.chat, sandbox.portal_host
    card = await accounts(anna)
    assert card.buttons == ONLY
    await press(anna, card, "Rename", f"What do you want to call {host}, Anna Berg?")
    assert card.buttons == ["Back", "Cancel"]
    for bad, why in (
        ("x" * 41, "The name has 41 characters; at most 40 are possible. For example: Support"),
        ("two\nlines", "The name must be one line. For example: Support"),
        ("\u2060", "The name is empty. For example: Support"),
    ):
        said = anna.say(bad)
        assert (await chat.wait_for("For example", after=said.id)).text == why
    said = anna.say(" Print shop ")
    named = await chat.wait_for("Your portals", after=said.id)
    assert f"Print shop ({host}), Anna Berg · active ✅" in named.text
    await chat.wait_until(lambda _: card.buttons == [])
    said = anna.say(f"/reply 15 {TEXT}")
    await chat.wait_for("Check before it goes out", after=said.id)
    again = await accounts(anna)
    assert "Print shop" in again.text


@pytest.mark.parametrize("label", ["Back", "Cancel"])
async def test_a_name_need_not_be_given(connected: Person, label: str) -> None:
    """The letter that was being written gets the text that is typed next."""
    anna, chat = connected, connected.chat
    await review(anna)
    card = await accounts(anna)
    await press(anna, card, "Rename", "What do you want to call")
    await press(anna, card, label, "Your portals")
    assert card.buttons == ONLY
    said = anna.say("And one more thing")
    joined = await chat.wait_for("Check before it goes out", after=said.id)
    assert "And one more thing" in joined.text


async def test_a_name_is_left_by_command_too(connected: Person) -> None:
    anna, chat = connected, connected.chat
    card = await accounts(anna)
    await press(anna, card, "Rename", "What do you want to call")
    said = anna.say("/cancel")
    await chat.wait_for("Your portals", after=said.id)
    said = anna.say("/cancel")
    await chat.wait_for("There is nothing to cancel.", after=said.id)


async def test_a_reply_to_another_card_is_no_name(connected: Person) -> None:
    anna, chat = connected, connected.chat
    draft = await review(anna)
    card = await accounts(anna)
    await press(anna, card, "Rename", "What do you want to call")
    said = anna.say("For the letter", reply_to=draft)
    joined = await chat.wait_for("Check before it goes out", after=said.id)
    assert "For the letter" in joined.text


async def test_a_name_is_asked_for_over_a_restart(connected: Person, bot: BotProcess) -> None:
    anna, chat = connected, connected.chat
    card = await accounts(anna)
    await press(anna, card, "Rename", "What do you want to call")
    await restart(bot, hard=True)
    said = anna.say("Print shop")
    named = await chat.wait_for("Your portals", after=said.id)
    assert "Print shop (" in named.text


async def test_a_name_stays_when_the_portal_is_connected_again(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    await press(anna, await accounts(anna), "Rename", "What do you want to call")
    said = anna.say("Print shop")
    await chat.wait_for("Your portals", after=said.id)
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected to", after=said.id)
    assert "Print shop (" in (await accounts(anna)).text


async def test_a_portal_is_tested(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, "mail.mailbox.list")
    card = await accounts(anna)
    await press(anna, card, "Test", f"Asking {sandbox.portal_host}…")
    assert await anna.press(card, "Test").answered() == "", "pressed twice it asks once"
    let_go.set()
    await chat.wait_until(shows(card, "It works: 2 mailboxes, 2 senders ✅"))
    assert chat.last is card
    assert card.buttons == ONLY
    assert "It works" not in (await accounts(anna)).text, "it was so then, not for ever"


async def test_a_test_says_what_is_wrong_and_works_later(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    card = await accounts(anna)
    sandbox.faults.unauthorized()
    await anna.press(card, "Test").answered()
    await chat.wait_until(shows(card, "The portal does not accept the webhook"))
    sandbox.faults.off()
    await sandbox.close_portal()
    await anna.press(card, "Test").answered()
    await chat.wait_until(shows(card, "The portal cannot be reached."))
    await sandbox.open_portal()
    await anna.press(card, "Test").answered()
    await chat.wait_until(shows(card, "It works: "))
    assert "❌" not in card.text


async def test_a_test_goes_on_after_a_restart(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await accounts(anna)
    fault = sandbox.faults.hang(method="mail.mailbox.list")
    await press(anna, card, "Test", "Asking")
    await bot.kill()
    sandbox.faults.off(fault.kind)
    await bot.start()
    await chat.wait_until(shows(card, "It works: "))


async def test_each_portal_is_tested_and_named_for_itself(
    twice_connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = twice_connected, twice_connected.chat
    card = await accounts(anna)
    await anna.press(card, label(card, "Test", "Anna")).answered()
    await chat.wait_until(shows(card, "It works: "))
    assert card.text.count("It works") == 1
    await press(anna, card, label(card, "Rename", "Oleg"), "What do you want to call")
    said = anna.say("Oleg's")
    named = await chat.wait_for("Your portals", after=said.id)
    assert "Remove Oleg's" in named.buttons
    assert any(one.startswith(f"Remove {sandbox.portal_host}, Anna") for one in named.buttons)


async def test_the_reply_guard_is_switched_off_for_one_connection(
    connected: Person, sandbox: Sandbox
) -> None:
    anna = connected
    shown = await accounts(anna)
    await press(anna, shown, "Switch the reply guard off", "Reply guard off:")
    card = await review(anna)
    sandbox.portal.receive(
        "support@linden-print.example",
        "Linden Print support <support@linden-print.example>",
        "Re: Delivery date for order 118",
        "I answered from Bitrix24.",
        to=JANE,
        date=sandbox.portal.clock() + timedelta(seconds=1),  # portals give whole seconds
        answers=15,
        folder="Sent",
    )
    await press(anna, card, "Send", f"Sent to {JANE}")
    await press(anna, shown, "Switch the reply guard on", "Reply guard on:")
