"""Letters that strangers wrote to deceive, through the whole bot: Telegram takes every card."""

from sandbox import Sandbox
from sandbox.telegram.entities import detect
from sandbox.telegram.people import Person
from tests.support.bot_process import BotProcess

SENDER = "x.y+z@evil.example"
NASTY = (
    "/disconnect (/start) @some_bot",
    "</blockquote><script>alert(1)</script> &lt;b&gt; *x* _y_ `z`",
    "tg://resolve?domain=some_bot https://bank.example@evil.example/",
    "invoice\u202efdp.exe \u2066x\u2069 \u200b/start\ufeff",
    "a\r\nBcc: b@x.example\u2028/help",
    "Z" + "\u0301" * 500,
    "👨\u200d👩\u200d👧" * 600,
    "/a @jane_doe " * 1_500,
)


async def test_row_88_every_nasty_letter_is_shown_and_nothing_in_it_works(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    for number, nasty in enumerate(NASTY, start=500):
        name = f'"{nasty[:100]}" <{SENDER}>'
        sandbox.portal.receive(
            "support@linden-print.example", name, nasty[:250], nasty, letter_id=number
        )
        said = anna.say(f"/reply {number}")
        step = await chat.wait_for("Which address should it go from?", after=said.id)
        card = await chat.wait_for(f"✉️ Letter {number} ·", after=said.id)
        assert SENDER in card.text
        for message in (card, step):
            kinds = {one["type"] for one in detect(message.text)}
            assert kinds.isdisjoint({"bot_command", "mention"}), message.text
    assert "Telegram refused" not in bot.log
    assert "was dropped" not in bot.log
