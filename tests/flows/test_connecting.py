"""Connecting as a person sees it: the secret leaves the chat, failures say what to do."""

import pytest

from sandbox import Sandbox
from sandbox.telegram.contents import document, forwarded, photo
from sandbox.telegram.messages import Message
from sandbox.telegram.people import Person
from tests.support.bot_process import BotProcess


def gone(person: Person, message: Message) -> bool:
    return person.chat.message(message.id) is None


async def test_connect_asks_deletes_the_secret_and_names_the_account(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    chat = anna.chat
    anna.say("/connect")
    asked = await chat.wait_for("Please send me the address of your inbound webhook.")
    typed = anna.say(sandbox.webhook)
    done = await chat.wait_for("Connected")
    assert done.text.startswith(f"Connected to {sandbox.portal_host} ✅")
    assert "Anna Berg" in done.text
    assert "support@linden-print.example" in done.text
    assert gone(anna, typed)
    await chat.wait_until(lambda _: not asked.buttons)
    assert not any(sandbox.webhook.split("/")[-2] in message.text for message in chat.from_bot)


@pytest.mark.parametrize(
    ("webhook", "said"),
    [
        ("revoked", "was revoked"),
        ("no_mail", "may not use mail"),
        ("no_plan", "does not allow REST"),
        ("no_mailbox", "you have no mailbox there"),
    ],
)
async def test_each_failure_says_what_to_do(
    anna: Person, sandbox: Sandbox, bot: BotProcess, webhook: str, said: str
) -> None:
    anna.say(f"/connect {sandbox.portal.address(webhook)}")
    failed = await anna.chat.wait_for("Not connected: ")
    assert failed.text.startswith("Not connected: ")
    assert said in failed.text
    assert failed.text.splitlines()[0].endswith("❌")
    assert failed.buttons == ["Try again", "Cancel"]


async def test_row_86_secrets_are_taken_out_wherever_they_stand(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, secret = connected, sandbox.portal.address("second")
    link = {"type": "text_link", "offset": 0, "length": 9, "url": secret}
    sent = [
        anna.send(forwarded(f"Oleg's is {secret}")),
        anna.send(photo(f"look: {secret}")),
        anna.send(document("webhook.txt", secret.removeprefix("http://"))),
        anna.send(forwarded("my portal") | {"entities": [link]}),
    ]
    await anna.chat.wait_until(lambda _: all(gone(anna, message) for message in sent))
    edited = anna.say("/help")
    anna.edit(edited, f"/help {secret}")
    await anna.chat.wait_until(lambda _: gone(anna, edited))
    told = await anna.chat.wait_for("may have been seen by others")
    assert "Please delete the webhook in Bitrix24" in told.text
    anna.say("/accounts")
    card = await anna.chat.wait_for("Your portals")
    assert card.text.count(sandbox.portal_host) == 1, "none of them was connected"


@pytest.mark.parametrize("refused", [True, False])
async def test_row_37_a_secret_that_cannot_be_deleted_is_told(
    anna: Person, sandbox: Sandbox, bot: BotProcess, refused: bool
) -> None:
    if refused:
        sandbox.telegram.script.refuse(400, "message can't be deleted", method="deleteMessage")
    else:
        sandbox.telegram.faults.html(method="deleteMessage")
    anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Please delete it: the address in it is a secret.")
    await anna.chat.wait_for("Connected")


async def test_row_86_a_secret_in_a_group(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    group = sandbox.telegram.group(-1001000000001, "Help desk", [connected])
    connected.say(f"/connect {sandbox.webhook}", chat=group)
    told = await group.wait_for("There was a webhook in this message.")
    assert "I could not delete the message" in told.text
    assert "privately" in told.text


async def test_replace_accounts_and_disconnect(
    connected: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna, chat = connected, connected.chat
    anna.say(sandbox.portal.address("second"))
    await chat.wait_for("Oleg Sokolov")
    anna.say("/accounts")
    card = await chat.wait_for("Your portals")
    name = next(label for label in card.buttons if label.startswith("Use "))
    await anna.press(card, name).answered()
    await chat.wait_until(lambda _: any("Oleg" in b for b in card.buttons if b.startswith("Use")))
    anna.say("/disconnect")
    asked = await chat.wait_for("Disconnect ")
    assert "Anna Berg" in asked.text
    await anna.press(asked, "Back").answered()
    await chat.wait_until(lambda _: "Your portals" in asked.text)
    remove = next(
        label for label in asked.buttons if label.startswith("Remove") and "Anna" in label
    )
    await anna.press(asked, remove).answered()
    await chat.wait_until(lambda _: "Disconnect" in asked.buttons)
    await anna.press(asked, "Disconnect").answered()
    await chat.wait_until(lambda _: "Anna Berg" not in asked.text)
    assert "Oleg Sokolov" in asked.text


async def test_a_slow_portal_is_asked_in_one_message(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    sandbox.faults.slow(1.0, method="mail.mailbox.list")
    anna.say(f"/connect {sandbox.webhook}")
    asking = await anna.chat.wait_for("Asking ")
    await anna.chat.wait_until(lambda _: asking.text.startswith("Connected"))


async def test_a_check_goes_on_after_a_kill(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    sandbox.faults.hang(method="mail.mailbox.list")
    typed = anna.say(f"/connect {sandbox.webhook}")
    await anna.chat.wait_for("Asking ")
    assert gone(anna, typed)
    await bot.kill()
    sandbox.faults.off()
    await bot.start()
    await anna.chat.wait_for("Connected")


async def test_cancel_while_an_address_is_asked_for(anna: Person, bot: BotProcess) -> None:
    anna.say("/connect")
    asked = await anna.chat.wait_for("Please send me the address")
    anna.say("/cancel")
    await anna.chat.wait_until(lambda _: asked.text == "Cancelled. Nothing was connected.")
    anna.say("/cancel")
    await anna.chat.wait_for("There is nothing to cancel.")


async def test_what_is_no_address_is_asked_again(
    anna: Person, sandbox: Sandbox, bot: BotProcess
) -> None:
    anna.say("/connect https://10.0.0.1/rest/1/k3v9q2xw7m4t8z1p/")
    refused = await anna.chat.wait_for("Not connected: the host is a number")
    assert refused.text.splitlines()[0].endswith("❌")
    anna.say(f"sorry, this one: {sandbox.webhook} thanks")
    await anna.chat.wait_for("Connected to")
    assert [m.text for m in anna.chat.messages if not m.by_bot] == []
