"""The door beyond an admin's first tap: refusals, strangers' manners, open doors, claim codes."""

import re

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import press, settled
from tests.flows.conftest import OLEG
from tests.support.bot_process import BotProcess

ASKED = "I have asked the admins to let you in"
BEFORE = "have been asked to let you in"


@pytest.fixture
def oleg(sandbox: Sandbox) -> Person:
    return sandbox.telegram.person(OLEG, "Oleg", "en", "oleg")


@pytest.fixture
async def mira(sandbox: Sandbox) -> Person:
    """A stranger without a @name."""
    return sandbox.telegram.person(1003, "Mira", "en")


async def test_a_refusal_is_told_once_and_keeps_the_door_shut(
    connected: Person, oleg: Person, sandbox: Sandbox
) -> None:
    anna = connected
    oleg.say("/start")
    await oleg.chat.wait_for(ASKED)
    card = await anna.chat.wait_for(f"{OLEG} @oleg")
    await anna.press(card, "Refuse").answered()
    await oleg.chat.wait_for("did not let you in")
    await anna.chat.wait_until(lambda _: card.buttons == [])
    assert "refused" in card.text
    said = oleg.say("/reply 15 hello")
    await oleg.chat.wait_for("You can ask again tomorrow.", after=said.id)
    await settled(anna)
    assert sum(str(OLEG) in message.text for message in anna.chat.from_bot) == 1
    group = sandbox.telegram.group(-1001000000001, "Help desk", [anna, oleg])
    for each in (oleg, anna):
        each.say("/help", chat=group)
        each.say("/reply 15 hello", chat=group)
    oleg.say("hm")  # handled behind what Oleg said in the group
    await oleg.chat.wait_until(lambda chat: len(chat.from_bot) == 4)
    await group.wait_for("Please write to me privately")
    assert len(group.from_bot) == 2, "only Anna is heard"


async def test_a_stranger_gets_one_polite_sentence_whatever_is_said(
    connected: Person, oleg: Person, sandbox: Sandbox
) -> None:
    for text in ("/start", "/reply 15", f"/connect {sandbox.webhook}", "/accounts", "hello", "hm"):
        oleg.say(text)
    await oleg.chat.wait_for(BEFORE)
    await oleg.chat.wait_until(lambda chat: len(chat.from_bot) == 4)
    card = await connected.chat.wait_for(f"{OLEG} @oleg")
    await settled(connected)
    texts = [message.text for message in oleg.chat.from_bot]
    assert ASKED in texts[0]
    assert all(BEFORE in text for text in texts[1:])
    assert sum(str(OLEG) in message.text for message in connected.chat.from_bot) == 1
    assert "Oleg" not in card.text, "what a stranger calls himself is his to invent"


async def test_what_a_stranger_says_before_is_not_done_after(
    connected: Person, mira: Person, sandbox: Sandbox
) -> None:
    anna = connected
    mira.say(f"/connect {sandbox.portal.address('second')}")
    card = await anna.chat.wait_for("\n1003")
    await anna.press(card, "Let in").answered()
    await mira.chat.wait_for("You were let in")
    mira.say("/accounts")
    await mira.chat.wait_for("No portal is connected.")


async def test_a_tap_that_comes_second_is_told_so(connected: Person, oleg: Person) -> None:
    anna = connected
    oleg.say("/start")
    card = await anna.chat.wait_for(f"{OLEG} @oleg")
    refuse = card.button("Refuse")["callback_data"]
    await anna.press(card, "Let in").answered()
    await oleg.chat.wait_for("You were let in")
    assert "newest card" in await anna.press_data(card, refuse).answered()
    oleg.say("/help")
    await oleg.chat.wait_for("/reply")


async def test_one_who_was_let_in_cannot_let_others_in(
    connected: Person, oleg: Person, mira: Person
) -> None:
    """Neither by a forged button, nor does he see the requests."""
    anna = connected
    oleg.say("/start")
    card = await anna.chat.wait_for(f"{OLEG} @oleg")
    await anna.press(card, "Let in").answered()
    admitted = await oleg.chat.wait_for("You were let in")
    mira.say("/start")
    request = await anna.chat.wait_for("\n1003")
    forged = request.button("Let in")["callback_data"]
    toast = await oleg.press_data(admitted, forged).answered()
    assert toast == "Only an admin of this bot may do this."
    assert request.buttons == ["Let in", "Refuse"]
    assert not any("\n1003" in message.text for message in oleg.chat.from_bot)
    said = mira.say("/help")
    await mira.chat.wait_for(BEFORE, after=said.id)


async def test_two_people_have_nothing_of_each_other(
    connected: Person, oleg: Person, sandbox: Sandbox
) -> None:
    anna = connected
    oleg.say("/start")
    card = await anna.chat.wait_for(f"{OLEG} @oleg")
    await anna.press(card, "Let in").answered()
    await oleg.chat.wait_for("You were let in")
    anna.say("/reply 15 from Anna")
    review = await anna.chat.wait_for("Check before it goes out")
    said = oleg.say("/accounts")
    mine = await oleg.chat.wait_for("No portal is connected.", after=said.id)
    data = review.button("Send")["callback_data"]
    assert "newest card" in await oleg.press_data(mine, data).answered()
    assert sandbox.portal.sent == []
    assert "Send" in review.buttons


class TestOpenToAll:
    @pytest.fixture
    def bot_settings(self) -> dict[str, str]:
        return {"ACCESS": "open"}

    async def test_anyone_comes_in(self, oleg: Person, sandbox: Sandbox, bot: BotProcess) -> None:
        oleg.say(f"/connect {sandbox.portal.address('second')}")
        await oleg.chat.wait_for("Connected to")

    async def test_an_admin_had_no_card_to_remove_who_came_in_by_themselves(
        self, connected: Person, oleg: Person
    ) -> None:
        anna = connected
        oleg.say("/start")
        card = await anna.chat.wait_for(f"Somebody began to use this bot:\n{OLEG} @oleg")
        oleg.say("/help")
        await settled(oleg)
        await press(anna, card, "Remove access", f"Remove {OLEG} @oleg?")
        await press(anna, card, "Remove access", "Was removed")
        said = oleg.say("/help")
        await oleg.chat.wait_for("You can ask again a day after that.", after=said.id)
        await settled(anna)
        assert sum(str(OLEG) in message.text for message in anna.chat.from_bot) == 1
        assert not any(str(anna.id) in message.text for message in anna.chat.from_bot)


class TestWithoutAdmins:
    @pytest.fixture
    def bot_settings(self) -> dict[str, str]:
        return {"ADMINS": ""}

    async def claim_code(self, oleg: Person, bot: BotProcess) -> str:
        """As whoever started the bot reads it; it is there before the bot answers anybody."""
        oleg.say("/start")
        await oleg.chat.wait_for("Hello!")
        found = re.search(r"^No admin yet. Send the bot: /start (\S+)$", bot.log, re.MULTILINE)
        assert found is not None
        return found[1]

    async def test_five_wrong_codes_are_enough(
        self, oleg: Person, sandbox: Sandbox, bot: BotProcess
    ) -> None:
        code = await self.claim_code(oleg, bot)
        for turn in range(5):
            oleg.say(f"/start wrong{turn}")
        oleg.say(f"/start {code}")
        secret = oleg.say(sandbox.webhook)  # its end is seen: then all before it was handled
        await oleg.chat.wait_until(lambda chat: chat.message(secret.id) is None)
        assert not any(
            "You are an admin of this bot now" in message.text for message in oleg.chat.from_bot
        )
        assert len(oleg.chat.from_bot) <= 4, "a stranger is not answered without end"

    async def test_the_first_right_code_makes_the_admin_and_the_last(
        self, oleg: Person, mira: Person, bot: BotProcess
    ) -> None:
        code = await self.claim_code(oleg, bot)
        mira.say("/start")
        await mira.chat.wait_for("Hello!")
        oleg.say(f"/start {code}")
        await oleg.chat.wait_for("You are an admin of this bot now")
        request = await oleg.chat.wait_for("\n1003")
        said = mira.say(f"/start {code}")
        await mira.chat.wait_for("This link does not let you in.", after=said.id)
        await oleg.press(request, "Let in").answered()
        await mira.chat.wait_for("You were let in")
        await bot.stop()
        lines = len(bot.log.splitlines())
        await bot.start()
        await settled(oleg)
        assert not any("No admin yet" in line for line in bot.log.splitlines()[lines:])
        mira.say(f"/start {code}")
        hello = await mira.chat.wait_for("Here you can answer your Bitrix24 mail.")
        assert mira.chat.last is hello
