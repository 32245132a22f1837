"""What people do in many flows before the point of the test."""

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.support.bot_process import BotProcess

JANE = "jane@client.example"
TEXT = "Thanks, it leaves on Thursday."
REPLY = "mail.message.reply"


def count_sends(sandbox: Sandbox) -> int:
    """How often the portal was asked to send, whatever came of it."""
    return sum(call.method == REPLY for call in sandbox.portal.calls)


async def review(person: Person, text: str = TEXT) -> Message:
    """The review of a quick answer to letter 15."""
    said = person.say(f"/reply 15 {text}")
    return await person.chat.wait_for("Check before it goes out", after=said.id)


async def send(person: Person, text: str = TEXT) -> Message:
    """Answers letter 15; the card of the letter that is on its way."""
    card = await review(person, text)
    await person.press(card, "Send").answered()
    return card


async def restart(bot: BotProcess, *, hard: bool = False) -> None:
    """Stops and starts the bot; `hard`: without a chance to tidy up."""
    if hard:
        await bot.kill()
    else:
        await bot.stop()
    await bot.start()


def shown(person: Person) -> list[str]:
    """First lines of all that the bot shows, oldest first."""
    return [message.text.partition("\n")[0] for message in person.chat.from_bot]
