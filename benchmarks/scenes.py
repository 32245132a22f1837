"""What happens at the other side: people of the sandbox who write and press, and a portal's faults.

Each scene is played in the server's process; arguments and result are JSON.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sandbox import Sandbox
from sandbox.portal.limits import Bucket
from sandbox.telegram.chats import ApiCall
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from sandbox.telegram.presses import Press

REVIEW = "Check before it goes out"
SUPPORT = "support@linden-print.example"
JANE = "jane@client.example"
ANNA = 1001
STEPS = (
    ("Which address should it go from?", SUPPORT),
    ("Who should get it?", "Jane Client"),
    ("What is the subject?", "Re: Delivery date for order 118"),
)
LETTER_CARD = 1  # the id of the message that shows a letter, the first of its chat
LOOK = 0.005  # seconds between two looks whether it is over
PATIENCE = 120.0


async def nothing(_sandbox: Sandbox) -> None:
    """To ask for the CPU time alone."""


async def webhook(sandbox: Sandbox) -> str:
    """The address that Anna would paste."""
    return sandbox.webhook


async def polled(sandbox: Sandbox) -> None:
    """Until the bot asks for updates for the first time."""
    await sandbox.telegram.changes.until(lambda: _polls(sandbox), PATIENCE)


def _polls(sandbox: Sandbox) -> bool:
    return any(call.method == "getupdates" for call in sandbox.telegram.calls)


async def crowd(sandbox: Sandbox, first: int, count: int) -> None:
    """People in whose chats a letter is shown."""
    telegram = sandbox.telegram
    for person_id in range(first, first + count):
        person = telegram.person(person_id, f"Person {person_id}")
        card = {"from": telegram.bot, "date": telegram.now(), "text": "A letter"}
        person.chat.open = True
        person.chat.add(card)


async def answers(sandbox: Sandbox, first: int, count: int, each: int) -> dict[str, Any]:
    """Everybody replies to the letter's card, `each` times, all at once.

    Seconds until the last review is there, the bot's calls by method, and what they said.
    """
    calls = sandbox.telegram.calls
    before = len(calls)
    for number in range(each):
        for person in _people(sandbox, first, count):
            person.say(f"Thanks, it leaves on Thursday. ({number})", reply_to=LETTER_CARD)
    began = time.perf_counter()
    reviews = 0
    seen = before
    while reviews < count * each:
        await _look_again(began)
        reviews += sum(map(_is_review, calls[seen:]))
        seen = len(calls)
    seconds = time.perf_counter() - began
    methods = Counter(call.method for call in calls[before:] if call.method != "getupdates")
    said = {_said(call) for call in calls[before:] if _is_review(call)}
    return {"seconds": seconds, "calls": dict(methods), "said": sorted(said)}


async def _look_again(began: float) -> None:
    if time.perf_counter() - began > PATIENCE:
        raise TimeoutError("what was waited for did not come")
    await asyncio.sleep(LOOK)


def _is_review(call: ApiCall) -> bool:
    return call.method == "sendmessage" and REVIEW in call.parameters["text"]


def _said(call: ApiCall) -> str:
    """Everything that a person sees of it."""
    told = call.parameters
    rows = told["reply_markup"]["inline_keyboard"]
    labels = [[button["text"] for button in row] for row in rows]
    return json.dumps([told["text"], told["entities"], labels])


def _people(sandbox: Sandbox, first: int, count: int) -> Iterator[Person]:
    return (sandbox.telegram.people[number] for number in range(first, first + count))


async def bucket(sandbox: Sandbox, size: int, per_second: int) -> None:
    """The portal minds its limit from now on."""
    sandbox.portal.bucket = Bucket(size, per_second)


async def refused(sandbox: Sandbox) -> int:
    """How many calls the bucket refused."""
    return sandbox.portal.bucket.refused if sandbox.portal.bucket else 0


async def letters(sandbox: Sandbox, first: int, count: int) -> None:
    """Letters come in, by these numbers."""
    for number in range(first, first + count):
        sandbox.portal.receive(SUPPORT, JANE, f"Order {number}", "Hello", letter_id=number)


async def hang(sandbox: Sandbox) -> None:
    """The portal answers nothing any more."""
    sandbox.faults.hang()


async def end_faults(sandbox: Sandbox) -> None:
    """All calls that hang are dropped."""
    sandbox.faults.off()


async def presses(
    sandbox: Sandbox, first: int, count: int, label: str, per_second: int
) -> list[float]:
    """Everybody presses this button of the newest card, one after another, whatever the bot does.

    Seconds until each was answered.
    """
    began = time.perf_counter()
    made: list[Press] = []
    for number, person in enumerate(_people(sandbox, first, count)):
        await asyncio.sleep(max(began + number / per_second - time.perf_counter(), 0))
        made.append(person.press(person.chat.last, label))
    for press in made:
        await press.answered(PATIENCE)
    return [(press.answered_at - press.at).total_seconds() for press in made if press.answered_at]


async def connect(sandbox: Sandbox) -> None:
    """Anna connects her portal."""
    anna = sandbox.telegram.person(ANNA, "Anna")
    anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Connected", PATIENCE)


async def guided(sandbox: Sandbox, number: int | None) -> list[str]:
    """Anna answers letter 15 step by step; the portal's methods that were called for it."""
    anna, before = sandbox.telegram.people[ANNA], len(sandbox.portal.calls)
    said = anna.say(f"/reply {number}" if number else "/reply")
    if number is None:
        card = await anna.chat.wait_for("Which letter", PATIENCE, after=said.id)
        unread = next(each for each in card.buttons if "Delivery date" in each)
        anna.press(card, unread)
    for prompt, label in STEPS:
        card = await anna.chat.wait_for(prompt, PATIENCE, after=said.id)
        anna.press(card, label)
    await anna.chat.wait_for("Type your answer.", PATIENCE, after=said.id)
    said = anna.say("Thanks, it leaves on Thursday.")
    return await _told_to_go(sandbox, anna, said, before)


async def quick(sandbox: Sandbox) -> list[str]:
    """Anna answers by replying to the letter's card; the methods that were called for it."""
    anna, before = sandbox.telegram.people[ANNA], len(sandbox.portal.calls)
    card = await anna.chat.wait_for("✉️ Letter 15", PATIENCE)
    said = anna.say("And one thing more.", reply_to=card)
    return await _told_to_go(sandbox, anna, said, before)


async def _told_to_go(sandbox: Sandbox, anna: Person, said: Message, before: int) -> list[str]:
    review = await anna.chat.wait_for(REVIEW, PATIENCE, after=said.id)
    anna.press(review, "Send")
    await anna.chat.wait_for("Sent to", PATIENCE, after=said.id)
    return [call.method for call in sandbox.portal.calls[before:]]
