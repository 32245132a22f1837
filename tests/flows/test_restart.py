"""The bot is stopped or killed at every stage: nothing typed is lost, nothing happens twice, and
what is owed is told after the start."""

import asyncio

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, hold, review, send, settled
from tests.support.bot_process import BotProcess

HARD = pytest.mark.parametrize("hard", [False, True], ids=["stopped", "killed"])


@pytest.fixture
def undo() -> int:
    """Seconds of Undo; tests of it override it."""
    return 0


@pytest.fixture
def bot_settings(undo: int) -> dict[str, str]:
    return {"UNDO_SECONDS": str(undo)}


async def end(bot: BotProcess, person: Person, *, hard: bool) -> None:
    """Stops the bot; hard: kills it, once it has stored what Telegram answered so far."""
    if not hard:
        assert await bot.stop() == 0
        return
    await settled(person)
    await bot.kill()


@HARD
async def test_each_step_goes_on_after_a_restart(
    connected: Person, sandbox: Sandbox, bot: BotProcess, hard: bool
) -> None:
    """The old cards' buttons work, typed text is taken, and no card is shown twice."""
    anna, chat = connected, connected.chat
    anna.say("/reply")
    letters = await chat.wait_for("Which letter")
    await end(bot, anna, hard=hard)
    await bot.start()
    await anna.press(letters, next(b for b in letters.buttons if "118" in b)).answered()
    sender = await chat.wait_for("Which address should it go from?")
    await end(bot, anna, hard=hard)
    await bot.start()
    await anna.press(sender, "support@linden-print.example").answered()
    recipients = await chat.wait_for("Who should get it?")
    await end(bot, anna, hard=hard)
    await bot.start()
    anna.say(JANE)
    subject = await chat.wait_for("What is the subject?")
    assert subject is not recipients
    await end(bot, anna, hard=hard)
    await bot.start()
    await anna.press(subject, "Re: Delivery date for order 118").answered()
    asked = await chat.wait_for("Type your answer.")
    await end(bot, anna, hard=hard)
    await bot.start()
    anna.say(TEXT)
    card = await chat.wait_for("Check before it goes out", after=asked.id)
    await end(bot, anna, hard=hard)
    await bot.start()
    await anna.press(card, "Send").answered()
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    await end(bot, anna, hard=hard)
    await bot.start()
    anna.say("One more")
    await chat.wait_for("This letter is finished.")
    assert [letter.body for letter in sandbox.portal.sent] == [TEXT]
    shown = [message.text for message in chat.from_bot if "/help" not in message.text]
    assert len(shown) == len(set(shown)), "no card was shown twice"


@HARD
async def test_what_is_said_and_pressed_meanwhile_is_handled_at_the_start(
    connected: Person, sandbox: Sandbox, bot: BotProcess, hard: bool
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna, "First")
    await end(bot, anna, hard=hard)
    anna.say("Second")
    anna.say("Third")
    await bot.start()
    again = await chat.wait_for("Third", after=card.id)
    await chat.wait_until(lambda _: card.buttons == [])
    await end(bot, anna, hard=hard)
    anna.press(again, "Send")
    await bot.start()
    await chat.wait_until(lambda _: again.text.startswith("Sent to"))
    (letter,) = sandbox.portal.sent
    assert letter.body == "First<br><br>Second<br><br>Third"


@HARD
async def test_a_look_up_is_asked_again(
    connected: Person, sandbox: Sandbox, bot: BotProcess, hard: bool
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.hang(method="mail.message.get")
    said = anna.say(f"/reply 15 {TEXT}")
    looking = await chat.wait_for("Looking", after=said.id)
    await end(bot, anna, hard=hard)
    sandbox.faults.off("hang")
    await bot.start()
    card = await chat.wait_for("Check before it goes out", after=looking.id)
    assert TEXT in card.text
    await chat.wait_until(lambda _: "Delivery date" in looking.text)


@HARD
@pytest.mark.parametrize("undo", [2])
async def test_a_held_letter_goes_by_its_time(
    connected: Person, sandbox: Sandbox, bot: BotProcess, hard: bool
) -> None:
    anna, chat = connected, connected.chat
    card = await send(anna)
    await chat.wait_until(lambda _: card.buttons == ["Undo"])
    await end(bot, anna, hard=hard)
    await bot.start()
    assert count_sends(sandbox) == 0
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1


@HARD
@pytest.mark.parametrize("undo", [30])
async def test_undo_works_after_a_restart(
    connected: Person, sandbox: Sandbox, bot: BotProcess, hard: bool
) -> None:
    anna, chat = connected, connected.chat
    card = await send(anna)
    await chat.wait_until(lambda _: card.buttons == ["Undo"])
    await end(bot, anna, hard=hard)
    await bot.start()
    await anna.press(card, "Undo").answered()
    await chat.wait_until(lambda _: "Send" in card.buttons)
    assert TEXT in card.text
    assert count_sends(sandbox) == 0


@pytest.mark.parametrize("undo", [2])
async def test_undo_pressed_while_the_bot_was_down_is_heard_before_the_letter_leaves(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await send(anna)
    await chat.wait_until(lambda _: card.buttons == ["Undo"])
    await end(bot, anna, hard=False)
    pressed = anna.press(card, "Undo")
    await asyncio.sleep(2)
    await bot.start()
    assert await pressed.answered() == ""
    await chat.wait_until(lambda _: "Send" in card.buttons)
    assert count_sends(sandbox) == 0


async def test_killed_while_sending_nobody_knows_and_it_is_told(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.hang(method=REPLY)
    card = await send(anna)
    await sandbox.portal.wait_for_call(REPLY)
    await bot.kill()
    sandbox.faults.off()
    await bot.start()
    told = await chat.wait_for("It is not known whether the letter", after=card.id)
    assert "The bot was stopped while the letter was on its way." in told.text
    assert told.buttons == ["Check again", "It was sent", "Send again", "Leave it"]
    assert told.reply_to == card.id
    await chat.wait_until(lambda _: "told below" in card.text)
    await end(bot, anna, hard=True)
    await bot.start()
    anna.say("hello")
    await chat.wait_for("Please say on its card what to do about it.")
    assert count_sends(sandbox) == 1, "it is never repeated"
    await anna.press(told, "It was sent").answered()
    await chat.wait_until(lambda _: told.text.startswith(f"Sent to {JANE}"))


async def test_stopped_while_sending_the_answer_is_waited_for(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.slow(0.5, method=REPLY)
    card = await send(anna)
    await sandbox.portal.wait_for_call(REPLY)
    assert await bot.stop() == 0
    assert len(sandbox.portal.sent) == 1
    await bot.start()
    await chat.wait_until(lambda _: card.text.startswith(f"Sent to {JANE}"))
    assert count_sends(sandbox) == 1


@HARD
async def test_what_is_owed_while_telegram_is_away_is_told_later(
    connected: Person, sandbox: Sandbox, bot: BotProcess, hard: bool
) -> None:
    """The letter is refused while nobody can be told; it is told once Telegram is back."""
    anna, chat = connected, connected.chat
    let_go = hold(sandbox, REPLY)
    card = await send(anna)
    await sandbox.portal.wait_for_call(REPLY)
    await sandbox.close_telegram()
    sandbox.portal.refuse_next_send("Daily limit exceeded")
    let_go.set()
    await (bot.kill() if hard else bot.stop())
    await sandbox.open_telegram()
    await bot.start()
    told = await chat.wait_for(lambda message: message.reply_to == card.id)
    expected = ("Not sent:", "It is not known") if hard else "Not sent: Letter: Bitrix24 did not"
    assert told.text.startswith(expected), "killed, it may not know the answer any more"
    assert count_sends(sandbox) == 1


async def test_telegram_away_for_a_moment_loses_nothing(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    sandbox.faults.unavailable(method=REPLY)
    anna.press(card, "Send")
    await sandbox.portal.wait_for_call(REPLY)
    await sandbox.close_telegram()
    anna.say("meanwhile")
    await sandbox.open_telegram()
    told = await chat.wait_for("Not sent:", after=card.id, within=10)
    hints = ("Please press “Cancel” on its card first", "The letter is on its way")
    await chat.wait_for(lambda message: any(hint in message.text for hint in hints), within=10)
    assert told.buttons == ["Try again", "Cancel"]
    sandbox.faults.off()
    await chat.wait_until(lambda _: told.text.startswith("Sent to"))
    assert sum("Not sent:" in message.text for message in chat.from_bot) <= 2
