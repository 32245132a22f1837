"""What people do in many flows before the point of the test."""

import asyncio
from collections.abc import Callable

from aiohttp import web

from sandbox import Sandbox
from sandbox.faults import Fault, Run
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.support.bot_process import BotProcess

JANE = "jane@client.example"
TEXT = "Thanks, it leaves on Thursday."
REPLY = "mail.message.reply"


def count_sends(sandbox: Sandbox) -> int:
    """How often the portal was asked to send, whatever came of it."""
    return sum(call.method == REPLY for call in sandbox.portal.calls)


async def review(person: Person, text: str = TEXT, letter: int = 15) -> Message:
    """The review of a quick answer."""
    said = person.say(f"/reply {letter} {text}")
    return await person.chat.wait_for("Check before it goes out", after=said.id)


async def send(person: Person, text: str = TEXT, letter: int = 15) -> Message:
    """Answers a letter; the card of the answer that is on its way."""
    card = await review(person, text, letter)
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


WHICH = "Which letter do you want to answer?"
SENDER = "Which address should it go from?"
RECIPIENTS = "Who should get it?"
SUBJECT_ASKED = "What is the subject?"
TEXT_ASKED = "Type your answer."
REVIEW = "Check before it goes out"
PROMPTS = (SENDER, RECIPIENTS, SUBJECT_ASKED, TEXT_ASKED)
SUPPORT = "support@linden-print.example"
SUBJECT = "Re: Delivery date for order 118"


async def at_step(person: Person, prompt: str) -> Message:
    """Begins a guided answer to letter 15 and presses on to this step."""
    said = person.say("/reply 15")
    card = await person.chat.wait_for(SENDER, after=said.id)
    for label, reached in zip((SUPPORT, "Jane Client", SUBJECT), PROMPTS[1:], strict=True):
        if prompt in card.text:
            break
        await person.press(card, label).answered()
        await person.chat.wait_until(shows(card, reached))
    return await person.chat.wait_for(prompt, after=said.id)


async def press(person: Person, card: Message, label: str, shown_then: str) -> None:
    """Presses a button and waits until the card shows this."""
    await person.press(card, label).answered()
    await person.chat.wait_until(shows(card, shown_then))


def shows(card: Message, piece: str) -> Callable[[object], bool]:
    """For `Chat.wait_until`: the card, which is edited in place, shows this."""
    return lambda _chat: piece in card.text


async def settled(person: Person) -> None:
    """Waits until all that the person said is handled: updates of one person keep their order."""
    said = person.say("/help")
    help_text = await person.chat.wait_for("I bring your Bitrix24 mail", after=said.id)
    for message in (said, help_text):
        person.chat.remove(message.id)


def hold(sandbox: Sandbox, method: str) -> asyncio.Event:
    """The portal answers the next call of this method only once the event is set."""
    let_go = asyncio.Event()

    async def act(request: web.Request, run: Run, fault: Fault) -> web.StreamResponse:
        await let_go.wait()
        return await run()

    sandbox.portal.faults.add("held", act, method, 1)
    return let_go
