"""The operator changes the secret key: a start with both, and then the new one alone."""

from sandbox import Sandbox
from sandbox.telegram.people import Person
from storage.sealing import new_key
from tests.flows.acting import REVIEW, TEXT, press, review
from tests.support.bot_process import BotProcess

DOES_NOT_FIT = 78


async def test_row_84_after_a_start_with_both_keys_the_new_one_alone_works(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await review(anna)
    await bot.stop()
    old, new = bot.settings["SECRET_KEY"], new_key()
    logged = len(bot.log)
    bot.settings["SECRET_KEY"] = f"{new},{old}"
    await bot.start()
    said = anna.say("It comes by van.")
    card = await chat.wait_for(REVIEW, after=said.id)
    await bot.stop()
    assert "the older keys of SECRET_KEY are not needed any more" in bot.log[logged:]

    bot.settings["SECRET_KEY"] = old
    await bot.start()
    assert await bot.ended(within=10) == DOES_NOT_FIT
    assert "SECRET_KEY" in bot.log.splitlines()[-1]

    bot.settings["SECRET_KEY"] = new
    await bot.start()
    await press(anna, card, "Send", "Sent to")
    (letter,) = sandbox.portal.sent
    assert TEXT in letter.body
    assert "It comes by van." in letter.body
    await bot.stop()
    assert old not in bot.log
    assert new not in bot.log


async def test_a_new_key_beside_a_wrong_old_one_is_78(connected: Person, bot: BotProcess) -> None:
    await bot.stop()
    bot.settings["SECRET_KEY"] = f"{new_key()},{new_key()}"
    await bot.start()
    assert await bot.ended(within=10) == DOES_NOT_FIT
    assert "SECRET_KEY" in bot.log.splitlines()[-1]
