"""The door as strangers and admins see it."""

import re

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.conftest import OLEG
from tests.support.bot_process import BotProcess


@pytest.fixture
def oleg(sandbox: Sandbox) -> Person:
    return sandbox.telegram.person(OLEG, "Oleg", "ru", "oleg")


async def test_an_admins_tap_lets_a_stranger_in(
    anna: Person, oleg: Person, bot: BotProcess
) -> None:
    anna.say("/start")
    await anna.chat.wait_for("Here you can answer your Bitrix24 mail.")
    oleg.say("/reply 15")
    await oleg.chat.wait_for("Этот бот")
    card = await anna.chat.wait_for(f"{OLEG} @oleg")
    assert card.buttons == ["Let in", "Refuse"]
    await anna.press(card, "Let in").answered()
    await oleg.chat.wait_for("/connect")
    await anna.chat.wait_until(lambda _: card.text.endswith("✅"))
    oleg.say("/connect")
    await oleg.chat.wait_for("Входящий вебхук")


async def test_a_strangers_secret_is_deleted(
    oleg: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    typed = oleg.say(sandbox.webhook)
    await oleg.chat.wait_until(lambda chat: chat.message(typed.id) is None)
    assert len(oleg.chat.from_bot) <= 1


class TestWithoutAdmins:
    @pytest.fixture
    def bot_settings(self) -> dict[str, str]:
        return {"ADMINS": ""}

    async def test_the_code_of_the_start_makes_an_admin(
        self, oleg: Person, bot: BotProcess
    ) -> None:
        oleg.say("/start wrong")
        await oleg.chat.wait_for("Этот бот")
        code = re.search(r"/start (\S+)", bot.log)
        assert code is not None
        oleg.say(f"/start {code[1]}")
        await oleg.chat.wait_for("/connect")
