"""Refused: said field by field, everything kept, and each button leads to what must be mended."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, count_sends, review, send

V3 = "BITRIX_REST_V3_EXCEPTION_"
VALIDATION = f"{V3}VALIDATION_REQUESTVALIDATIONEXCEPTION"


def objecting_to(field: str, text: str = "said by the portal") -> dict[str, object]:
    validation = [{"field": field, "message": text}]
    return {"error": {"code": VALIDATION, "message": "no", "validation": validation}}


def flat(code: str) -> dict[str, str]:
    return {"error": code, "error_description": "said by the portal"}


async def refused(person: Person, sandbox: Sandbox, status: int, body: object) -> Message:
    """The message that tells of the refusal of the next send."""
    sandbox.faults.reply_with(status, body, method=REPLY, times=1)
    card = await send(person)
    return await person.chat.wait_for("Not sent:", after=card.id)


async def sent_from(person: Person, sandbox: Sandbox, card: Message) -> None:
    """Sends from this review, and sees the letter leave."""
    await person.press(card, "Send").answered()
    await person.chat.wait_until(lambda _: card.text.startswith("Sent to"))
    assert count_sends(sandbox) == 2
    assert len(sandbox.portal.sent) == 1


# The field that the portal names: the buttons, the start of what is said, what to press or type to
# mend it.
FIELDS: dict[str, tuple[list[str], str, str]] = {
    "from": (["Sender"], "From:", "anna@linden-print.example"),
    "to": (["Recipients"], "To:", "jane.client@client.example"),
    "cc": (["Cc"], "Cc:", "sam@client.example"),
    "bcc": (["Bcc"], "Bcc:", "sam@client.example"),
    "subject": (["Subject"], "Subject:", "Order 118"),
    "body": (["Text"], "Text:", "It leaves on Friday."),
    "NO_RECIPIENTS": (["Recipients", "Cc/Bcc"], "To:", JANE),
    "RESOLVE_RECIPIENTS_ERROR": (["Recipients", "Cc/Bcc"], "To, Cc or Bcc:", JANE),
    "MESSAGE_REPLY_FAILED": (["Letter"], "Letter:", "15"),
    "replyToMessageId": (["Letter"], "Letter:", "15"),
}


@pytest.mark.parametrize("field", FIELDS)
async def test_a_field_is_mended_by_typing(connected: Person, sandbox: Sandbox, field: str) -> None:
    """The text answers the field that was refused, and never joins the letter's text."""
    anna, chat = connected, connected.chat
    buttons, said, value = FIELDS[field]
    told = await refused(anna, sandbox, 400, objecting_to(field))
    assert told.text.startswith(f"Not sent: {said}")
    assert told.text.splitlines()[0].endswith("❌")
    assert "Everything you wrote is kept." in told.text
    assert told.buttons[: len(buttons)] == buttons
    assert told.buttons[-1] == "Cancel"
    typed = anna.say(value)
    again = await chat.wait_for("Check before it goes out", after=typed.id)
    assert value == "15" or value in again.text
    if field != "body":
        assert TEXT in again.text
    await chat.wait_until(lambda _: told.buttons == [])
    await sent_from(anna, sandbox, again)


@pytest.mark.parametrize("field", ["from", "bcc", "NO_RECIPIENTS", "MESSAGE_REPLY_FAILED"])
async def test_a_field_is_mended_by_its_button(
    connected: Person, sandbox: Sandbox, field: str
) -> None:
    anna, chat = connected, connected.chat
    buttons, _said, value = FIELDS[field]
    told = await refused(anna, sandbox, 400, objecting_to(field))
    assert await anna.press(told, buttons[0]).answered() == ""
    await chat.wait_until(lambda _: "Back" in told.buttons)
    assert chat.last is told, "after a press the message is edited"
    typed = anna.say(value)
    again = await chat.wait_for("Check before it goes out", after=typed.id)
    await sent_from(anna, sandbox, again)


async def test_without_a_field_the_review_is_opened(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    body = {"error": {"code": VALIDATION, "message": "Something is wrong"}}
    told = await refused(anna, sandbox, 400, body)
    assert told.text.startswith("Not sent: Bitrix24 objects to something")
    assert "Something is wrong" in told.text
    assert told.buttons == ["Review", "Cancel"]
    anna.say("More text")
    await chat.wait_for("Please press “Review” first")
    assert await anna.press(told, "Review").answered() == ""
    await chat.wait_until(lambda _: "Send" in told.buttons)
    assert TEXT in told.text
    assert "Typed, but not in the letter:\nMore text" in told.text
    await sent_from(anna, sandbox, told)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (403, flat(f"{V3}ACCESSDENIEDEXCEPTION"), "you have no access to this"),
        (404, flat("ERROR_METHOD_NOT_FOUND"), "has no mail over REST 3.0"),
        (400, flat(f"{V3}INVALIDIDEMPOTENCYKEYEXCEPTION"), "keeps a letter from leaving twice"),
        (400, flat(f"{V3}ENTITYNOTFOUNDEXCEPTION"), "was not found on the portal"),
    ],
    ids=["no right", "no such method", "key refused", "letter gone"],
)
async def test_other_refusals_keep_everything_too(
    connected: Person, sandbox: Sandbox, status: int, body: object, said: str
) -> None:
    anna, chat = connected, connected.chat
    told = await refused(anna, sandbox, status, body)
    assert told.text.startswith("Not sent: ")
    assert said in told.text
    await anna.press(told, "Review").answered()
    await chat.wait_until(lambda _: "Send" in told.buttons)
    await sent_from(anna, sandbox, told)


async def test_two_fields_are_told_at_once(connected: Person, sandbox: Sandbox) -> None:
    body = {
        "error": {
            "code": VALIDATION,
            "message": "no",
            "validation": [
                {"field": "subject", "message": "too long"},
                {"field": "to", "message": "unknown"},
            ],
        }
    }
    told = await refused(connected, sandbox, 400, body)
    assert "“too long”" in told.text
    assert "“unknown”" in told.text
    assert told.buttons == ["Subject", "Recipients", "Review", "Cancel"]


@pytest.mark.parametrize("profile", ["docs", "observed"])
async def test_a_limit_is_told_in_the_portals_words_and_the_answer_goes_later(
    connected: Person, sandbox: Sandbox
) -> None:
    """Nothing needs mending: the answer is found in the review, as it was."""
    anna, chat = connected, connected.chat
    sandbox.portal.refuse_next_send("Daily limit of 50 letters exceeded")
    card = await send(anna)
    told = await chat.wait_for("Not sent:", after=card.id)
    assert "“Daily limit of 50 letters exceeded”" in told.text
    assert told.reply_to == card.id
    await chat.wait_until(lambda _: card.text.startswith("It did not go out"))
    assert "Review" in told.buttons
    await anna.press(told, "Review").answered()
    await chat.wait_until(lambda _: "Send" in told.buttons)
    await sent_from(anna, sandbox, told)


async def test_a_refused_answer_can_be_cancelled_and_brought_back(
    connected: Person, sandbox: Sandbox
) -> None:
    anna, chat = connected, connected.chat
    told = await refused(anna, sandbox, 400, objecting_to("subject"))
    await anna.press(told, "Cancel").answered()
    await chat.wait_until(lambda _: told.buttons == ["Bring back"])
    await anna.press(told, "Bring back").answered()
    await chat.wait_until(lambda _: "Cancel" in told.buttons)
    anna.say("Order 118")
    again = await chat.wait_for("Check before it goes out", after=told.id)
    assert TEXT in again.text
    assert "Order 118" in again.text


async def test_the_old_cards_buttons_are_gone_after_a_refusal(
    connected: Person, sandbox: Sandbox
) -> None:
    anna = connected
    sandbox.faults.reply_with(400, objecting_to("to"), method=REPLY, times=1)
    card = await review(anna)
    send_data = card.button("Send")["callback_data"]
    await anna.press(card, "Send").answered()
    told = await anna.chat.wait_for("Not sent:", after=card.id)
    assert "newest card" in await anna.press_data(card, send_data).answered()
    assert anna.chat.last is told
    assert count_sends(sandbox) == 1


async def test_what_the_portal_says_is_cut_and_cannot_be_tapped(
    connected: Person, sandbox: Sandbox
) -> None:
    words = "see /start of @linden " + sandbox.webhook + " " + "long " * 200
    told = await refused(connected, sandbox, 400, objecting_to("MESSAGE_REPLY_FAILED", words))
    assert len(told.text) < 700
    assert sandbox.portal.webhooks["active"].code not in told.text
    kinds = {entity["type"] for entity in told.entities}
    assert not kinds & {"bot_command", "mention", "url"}
