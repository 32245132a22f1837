"""The main job: connect a webhook, answer a letter, see it leave."""

from sandbox import Sandbox
from sandbox.telegram.people import Person


async def test_anna_answers_a_letter_step_by_step(connected: Person, sandbox: Sandbox) -> None:
    anna, chat = connected, connected.chat
    anna.say("/reply 15")
    sender = await chat.wait_for("Which address should it go from?")
    await anna.press(sender, "support@linden-print.example").answered()
    recipients = await chat.wait_for("Who should get it?")
    await anna.press(recipients, "Jane Client").answered()
    subject = await chat.wait_for("What is the subject?")
    await anna.press(subject, subject.buttons[0]).answered()
    await chat.wait_for("Type your answer.")
    anna.say("Thanks, it leaves on Thursday.")
    review = await chat.wait_for("Check before it goes out")
    await anna.press(review, "Send").answered()
    await chat.wait_for("Sent to jane")
    letter = await sandbox.portal.wait_for_sent(1)
    assert letter.body == "Thanks, it leaves on Thursday."
    assert letter.sender == "support@linden-print.example"
