"""What is sealed was swapped, altered or cut in the database: what it was about says so, and
everything else goes on."""

import sqlite3
from contextlib import closing

import pytest

from sandbox import Sandbox
from sandbox.telegram.people import Person
from tests.flows.acting import JANE, REPLY, TEXT, at_step, press, review, send, settled
from tests.flows.conftest import ANNA, OLEG
from tests.support.bot_process import BotProcess

AGAIN = "Please connect the portal again."
DAMAGE = {
    "altered": "UPDATE connections SET code = "
    "CAST(substr(code, 1, 20) || x'00ff00ff' || substr(code, 25) AS BLOB) WHERE owner = :owner",
    "cut": "UPDATE connections SET code = substr(code, 1, 9) WHERE owner = :owner",
    "emptied": "UPDATE connections SET code = x'' WHERE owner = :owner",
    "another version": "UPDATE connections SET code = CAST(x'07' || substr(code, 2) AS BLOB) "
    "WHERE owner = :owner",
}


@pytest.fixture
def bot_settings() -> dict[str, str]:
    return {"ACCESS": "open"}


@pytest.fixture
async def oleg(connected: Person, sandbox: Sandbox) -> Person:
    """A second person with a portal of their own account."""
    oleg = sandbox.telegram.person(OLEG, "Oleg", "en", "oleg")
    oleg.say(f"/connect {sandbox.portal.address('second')}")
    await oleg.chat.wait_for("Connected")
    return oleg


async def with_damage(bot: BotProcess, sql: str, owner: int = ANNA) -> None:
    """Restarts the bot with a database that was changed behind its back."""
    await bot.stop()
    with closing(sqlite3.connect(bot.folder / "data" / "bot.db")) as database:
        database.execute(sql, {"owner": owner})
        assert database.total_changes > 0
        database.commit()
    await bot.start()


@pytest.mark.parametrize("how", DAMAGE)
async def test_row_82_a_code_that_was_damaged_wants_connecting_again_and_others_go_on(
    connected: Person, oleg: Person, sandbox: Sandbox, bot: BotProcess, how: str
) -> None:
    anna = connected
    await with_damage(bot, DAMAGE[how])
    said = anna.say("/reply 15")
    told = await anna.chat.wait_for(AGAIN, after=said.id)
    assert "can no longer be opened" in told.text
    asked = anna.say("/accounts")
    card = await anna.chat.wait_for("Your portals", after=asked.id)
    assert f"{AGAIN} ⚠️" in card.text
    await press(oleg, await review(oleg, letter=16), "Send", "Sent to")
    await settled(anna)
    said = anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Connected", after=said.id)
    await press(anna, await review(anna), "Send", f"Sent to {JANE}")
    assert len(sandbox.portal.sent) == 2


async def test_row_82_swapped_codes_open_for_nobody(
    connected: Person, oleg: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    await with_damage(
        bot,
        "WITH was AS MATERIALIZED (SELECT owner, code FROM connections) UPDATE connections "
        "SET code = (SELECT code FROM was WHERE was.owner <> connections.owner)",
    )
    before = len(sandbox.portal.calls)
    for person in (connected, oleg):
        said = person.say("/reply 15")
        await person.chat.wait_for(AGAIN, after=said.id)
    assert len(sandbox.portal.calls) == before, "no portal was called with anybody's code"


async def test_row_82_a_letter_whose_code_is_damaged_waits_for_connecting_again(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.unauthorized(method=REPLY, times=1)
    card = await send(anna)
    await chat.wait_for("Not sent:", after=card.id)
    await with_damage(bot, "UPDATE connections SET code = x'01', account = x'02'")
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected", after=said.id)
    await chat.wait_until(lambda _: len(sandbox.portal.sent) == 1)
    assert sandbox.portal.sent[0].body == TEXT


async def test_row_82_a_draft_that_was_damaged_is_gone_and_another_can_be_begun(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    card = await at_step(anna, "Who should get it?")
    await with_damage(bot, "UPDATE drafts SET written = substr(written, 1, 30)")
    assert "changed since" in await anna.press(card, "Jane Client").answered()
    said = anna.say("jane@client.example")
    await chat.wait_for("begin with /reply", after=said.id)
    await press(anna, await review(anna), "Send", f"Sent to {JANE}")


async def test_row_82_a_waiting_letter_that_was_damaged_is_cancelled_with_its_text_kept(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    sandbox.faults.unauthorized(method=REPLY, times=2)
    first = await send(anna)
    first_told = await chat.wait_for("Not sent:", after=first.id)
    second = await send(anna, "Another one.")
    second_told = await chat.wait_for(lambda message: message.reply_to == second.id)
    await with_damage(
        bot,
        "UPDATE outbox SET body = x'01' WHERE rowid = (SELECT min(rowid) FROM outbox)",
    )
    said = anna.say(f"/connect {sandbox.webhook}")
    await chat.wait_for("Connected", after=said.id)
    await chat.wait_until(lambda _: first_told.text.startswith("Cancelled, because what is stored"))
    await chat.wait_until(lambda _: second_told.text.startswith("Sent to"))
    assert [letter.body for letter in sandbox.portal.sent] == ["Another one."]


async def test_row_82_a_person_whose_key_was_damaged_is_told_and_others_go_on(
    connected: Person, oleg: Person, bot: BotProcess
) -> None:
    anna = connected
    await with_damage(bot, "UPDATE keys SET wrapped = substr(wrapped, 1, 40) WHERE owner = :owner")
    said = anna.say("/reply 15")
    await anna.chat.wait_for("can no longer be opened", after=said.id)
    await press(oleg, await review(oleg, letter=16), "Send", "Sent to")
