"""Invite links as admins and guests use them, in row 87's cases too, and the admins' menu."""

import re

import pytest

from handlers.texts import SHIPPED
from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import settled
from tests.flows.conftest import OLEG
from tests.support.bot_process import BotProcess

LINK = re.compile(r"https://t\.me/(\w+)\?start=([\w-]{22})$", re.MULTILINE)
IN = "You were let in"
NO_USE = "This link does not let you in."


@pytest.fixture
def oleg(sandbox: Sandbox) -> Person:
    return sandbox.telegram.person(OLEG, "Oleg", "en", "oleg")


@pytest.fixture
def mira(sandbox: Sandbox) -> Person:
    return sandbox.telegram.person(1003, "Mira", "en")


async def link_of(admin: Person, sandbox: Sandbox) -> str:
    """The token of a link that the admin asked for."""
    said = admin.say("/invite")
    message = await admin.chat.wait_for("?start=", after=said.id)
    found = LINK.search(message.text)
    assert found is not None
    assert found[1] == sandbox.telegram.bot["username"]
    assert "24 hours" in message.text
    return found[2]


async def test_a_link_lets_a_guest_in_at_once(
    anna: Person, oleg: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    token = await link_of(anna, sandbox)
    oleg.say(f"/start {token}")
    await oleg.chat.wait_for(IN)
    card = await anna.chat.wait_for(f"{OLEG} @oleg")
    assert card.text.startswith("Somebody came in by your link:")
    assert card.buttons == ["Remove access"]
    oleg.say(f"/connect {sandbox.webhook}")
    await oleg.chat.wait_for("Connected to")
    assert [message.text.partition(" ")[0] for message in oleg.chat.from_bot] == [
        "You",
        "Connected",
    ]
    assert token not in bot.log


async def test_row_87_of_two_people_who_race_one_comes_in(
    anna: Person, oleg: Person, mira: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    token = await link_of(anna, sandbox)
    for guest in (oleg, mira):
        guest.say(f"/start {token}")
    for guest in (oleg, mira):
        await guest.chat.wait_until(lambda chat: len(chat.from_bot) == 1)
    said = sorted(guest.chat.last.text.partition(".")[0] for guest in (oleg, mira))
    assert said[0] == NO_USE.rstrip(".")
    assert said[1].startswith(IN)
    await anna.chat.wait_for("came in by your link")
    await settled(anna)
    assert sum("by your link" in message.text for message in anna.chat.from_bot) == 1


async def test_row_87_used_and_forged_links_get_the_same_sentence(
    anna: Person, oleg: Person, mira: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    token = await link_of(anna, sandbox)
    oleg.say(f"/start {token}")
    await oleg.chat.wait_for(IN)
    for bad in (token, token[:-1], "A" * 22):
        said = mira.say(f"/start {bad}")
        await mira.chat.wait_for(NO_USE, after=said.id)
    assert len({message.text for message in mira.chat.from_bot}) == 1
    await settled(anna)
    assert not any("\n1003" in message.text for message in anna.chat.from_bot)
    said = mira.say("/start")
    await mira.chat.wait_for("I have asked the admins", after=said.id)


async def test_a_link_survives_a_restart_and_its_admins_own_press(
    anna: Person, oleg: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    token = await link_of(anna, sandbox)
    anna.say(f"/start {token}")
    await anna.chat.wait_for("Here you can answer your Bitrix24 mail.")
    await bot.stop()
    await bot.start()
    oleg.say(f"/start {token}")
    await oleg.chat.wait_for(IN)


async def test_who_waited_is_let_in_and_the_card_that_asked_goes_on_below(
    anna: Person, oleg: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    await settled(anna)
    oleg.say("/start")
    asked = await anna.chat.wait_for(f"{OLEG} @oleg")
    oleg.say(f"/start {await link_of(anna, sandbox)}")
    await oleg.chat.wait_for(IN)
    await anna.chat.wait_for("came in by your link")
    await anna.chat.wait_until(lambda _: asked.buttons == [])


async def test_only_admins_invite_and_only_they_have_it_in_their_menu(
    anna: Person, oleg: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    def menu(person: Person) -> set[str]:
        return {command["command"] for command in sandbox.telegram.commands_for(person)}

    anna.say("/start")
    await anna.chat.wait_until(lambda _: "invite" in menu(anna))
    oleg.say(f"/start {await link_of(anna, sandbox)}")
    await oleg.chat.wait_for(IN)
    said = oleg.say("/invite")
    await oleg.chat.wait_for("Only an admin of this bot may do this.", after=said.id)
    assert menu(anna) - menu(oleg) == {"invite"}
    helped = anna.say("/help")
    assert "/invite" in (await anna.chat.wait_for("I bring your", after=helped.id)).text
    helped = oleg.say("/help")
    assert "/invite" not in (await oleg.chat.wait_for("I bring your", after=helped.id)).text


async def test_a_server_without_menus_does_no_harm(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    await anna.chat.wait_until(lambda _: len(sandbox.telegram.commands) == len(SHIPPED))
    sandbox.telegram.faults.html(404, method="setMyCommands")
    anna.say("/start")
    await anna.chat.wait_for("Here you can answer your Bitrix24 mail.")
    await link_of(anna, sandbox)


@pytest.fixture
def page_for_menu(sandbox: Sandbox) -> None:
    """From the start on a proxy answers for one method."""
    sandbox.telegram.faults.html(200, method="setMyCommands")


async def test_a_page_instead_of_the_menu_at_start_was_a_traceback(
    page_for_menu: None, anna: Person, bot: BotProcess
) -> None:
    await settled(anna)
    await bot.stop()
    (line,) = [line for line in bot.log.splitlines() if "ClientDecodeError" in line]
    assert "WARNING" in line
    assert "ERROR" not in bot.log
