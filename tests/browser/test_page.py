"""The page in a real browser, against the sandbox alone: what people see, press and type."""

from typing import Any

import pytest
from playwright.async_api import Locator, expect

from sandbox.page_server import page_app
from sandbox.serving import LoopbackServer

from .conftest import OpenPage
from .scripted_bot import entity
from .windows import PHONE
from .world import ANNA, OLEG, World, message


async def test_a_conversation(world: World, open_page: OpenPage) -> None:
    window = await open_page(world.url)
    page, bot = window.page, world.bot
    await page.get_by_role("button", name="Start", exact=True).click()
    await expect(message(page, 1)).to_have_attribute("data-by", "person")
    card = message(page, await bot.say(ANNA, "Letter 15 from Jane", ["Reply", "Later"], ["Done"]))
    button = card.get_by_role("button", name="Reply", exact=True)
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    press = world.sandbox.telegram.presses[-1]
    assert (press.person_id, press.message_id, press.data) == (ANNA, 2, "Reply")
    await bot.call("answerCallbackQuery", callback_query_id=press.id, text="Write the answer")
    await expect(page.get_by_test_id("toast")).to_have_text("Write the answer")
    await expect(button).not_to_have_attribute("aria-busy", "true")

    await card.hover()
    await card.get_by_role("button", name="Reply to this message").click()
    composer = page.get_by_test_id("composer")
    await composer.press_sequentially("It ships")
    await composer.press("Shift+Enter")
    await composer.press_sequentially("on Thursday.")
    await composer.press("Enter")
    own = message(page, 3)
    await expect(own.get_by_test_id("text")).to_have_text("It ships\non Thursday.")
    await expect(own.get_by_role("button", name="Answers Letters")).to_be_visible()
    assert world.sandbox.telegram.chats[ANNA].messages[-1].reply_to == 2
    await expect(composer).to_have_value("")

    await composer.press("ArrowUp")
    await expect(composer).to_have_value("It ships\non Thursday.")
    await composer.fill("It ships on Friday.")
    await page.get_by_test_id("send").click()
    await expect(own.get_by_test_id("text")).to_have_text("It ships on Friday.")
    await expect(own).to_contain_text("edited")
    await bot.edit(ANNA, 2, "Goes out in 10 s", ["Undo"])
    await expect(card.get_by_test_id("text")).to_have_text("Goes out in 10 s")
    await expect(card.get_by_test_id("keyboard").get_by_role("button")).to_have_text(["Undo"])
    await window.picture("page-chat")
    await own.hover()
    await own.get_by_role("button", name="Delete this message").click()
    await page.get_by_role("button", name="Delete it").click()
    await expect(own).to_have_count(0)
    assert world.texts() == ["/start", "Goes out in 10 s"]


async def test_an_alert_waits_for_ok(world: World, open_page: OpenPage) -> None:
    world.sandbox.telegram.people[ANNA].say("/start")
    page = (await open_page(world.url)).page
    await world.bot.say(ANNA, "card", ["Send"])
    await message(page, 2).get_by_role("button", name="Send", exact=True).click()
    await expect(message(page, 2).locator("[aria-busy=true]")).to_have_count(1)
    press = world.sandbox.telegram.presses[-1]
    await world.bot.call(
        "answerCallbackQuery", callback_query_id=press.id, text="Not yours", show_alert=True
    )
    await expect(page.get_by_role("dialog")).to_contain_text("Not yours")
    await page.get_by_role("button", name="OK", exact=True).click()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.reload()
    await expect(message(page, 2)).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_formatting(world: World, open_page: OpenPage) -> None:
    text = (
        "😀 Bold and both\nplain <b>not bold</b>\nquoted\nafter x=1 struck under site evil\n"
        "one\ntwo\nthree\nfour\nfive\nlast /help"
    )
    long_quote = "one\ntwo\nthree\nfour\nfive"
    entities = [
        entity("bold", text, "Bold and both"),
        entity("italic", text, "both"),
        entity("blockquote", text, "quoted"),
        entity("code", text, "x=1"),
        entity("strikethrough", text, "struck"),
        entity("underline", text, "under"),
        entity("text_link", text, "site", url="https://example.com/a"),
        entity("text_link", text, "evil", url="javascript:alert(1)"),
        entity("expandable_blockquote", text, long_quote),
    ]
    world.sandbox.telegram.people[ANNA].say("/start")
    page = (await open_page(world.url)).page
    await world.bot.say(ANNA, text, entities=entities)
    shown = message(page, 2).get_by_test_id("text")
    for selector, words in {
        "strong": "Bold and both",
        "strong > em": "both",
        ":scope > blockquote": "quoted",
        "code": "x=1",
        "s": "struck",
        "u": "under",
        "a": "site",
        ".expandable > blockquote": long_quote,
    }.items():
        await expect(shown.locator(selector)).to_have_text([words])
    await expect(shown.locator("a")).to_have_attribute("href", "https://example.com/a")
    content = await shown.text_content()
    assert "plain <b>not bold</b>\nquotedafter x=1" in str(content)  # a quote ends its line
    quote = shown.locator(".expandable > blockquote")
    closed = await _height(quote)
    await shown.get_by_role("button", name="Show more").click()
    assert await _height(quote) > closed
    await shown.get_by_role("button", name="/help").click()
    await expect(message(page, 3)).to_contain_text("/help")
    await world.bot.edit(ANNA, 2, "no marks any more")
    await expect(shown).to_have_text("no marks any more")


async def test_reader_s_place_and_focus_stay(world: World, open_page: OpenPage) -> None:
    world.sandbox.telegram.people[ANNA].say("/start")
    for number in range(30):
        await world.bot.say(ANNA, f"letter {number}", ["Reply"])
    page = (await open_page(world.url)).page
    await expect(message(page, 31)).to_be_in_viewport()
    await world.bot.say(ANNA, "followed")
    await expect(message(page, 32)).to_be_in_viewport()
    await message(page, 5).scroll_into_view_if_needed()
    button = message(page, 5).get_by_role("button", name="Reply", exact=True)
    await button.focus()
    await page.get_by_test_id("composer").evaluate("field => { field.value = 'half a' }")
    await world.bot.say(ANNA, "not followed")
    await world.bot.edit(ANNA, 5, "changed", ["Send"])
    await expect(message(page, 5).get_by_test_id("text")).to_have_text("changed")
    await expect(message(page, 5).get_by_role("button", name="Send", exact=True)).to_be_focused()
    await expect(message(page, 33)).not_to_be_in_viewport()
    await expect(page.get_by_test_id("composer")).to_have_value("half a")
    await page.get_by_role("button", name="New messages").click()
    await expect(message(page, 33)).to_be_in_viewport()


async def test_several_people(world: World, open_page: OpenPage) -> None:
    for person in (ANNA, OLEG):
        world.sandbox.telegram.people[person].say(f"I am {person}")
    page = (await open_page(world.url)).page
    await expect(message(page, 1)).to_be_visible()
    composer = page.get_by_test_id("composer")
    await composer.fill("Anna's half")
    await world.bot.say(OLEG, "Hello, Oleg")
    await page.get_by_role("button", name="Oleg Sokolov, 1 unread").click()
    await expect(message(page, 1)).to_contain_text(f"I am {OLEG}")
    await expect(composer).to_have_value("")
    await composer.fill("from Oleg")
    await composer.press("Enter")
    await expect(message(page, 3)).to_contain_text("from Oleg")
    await page.reload()
    await expect(message(page, 3)).to_contain_text("from Oleg")
    await page.get_by_role("button", name="Add a person").click()
    await page.get_by_label("Name").fill("Mira")
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("button", name="Mira", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    assert world.texts(ANNA) == [f"I am {ANNA}"]


async def test_commands_menu(world: World, open_page: OpenPage) -> None:
    world.sandbox.telegram.people[ANNA].say("/start")
    page = (await open_page(world.url)).page
    commands = [
        {"command": "reply", "description": "Answer a letter"},
        {"command": "help", "description": "What I can do"},
    ]
    await world.bot.call("setMyCommands", commands=commands)
    menu = page.get_by_role("group", name="Commands")
    await page.get_by_role("button", name="Commands").click()
    await expect(menu.get_by_role("button")).to_have_count(2)
    await page.get_by_test_id("composer").fill("/he")
    await expect(menu.get_by_role("button")).to_have_text(["/helpWhat I can do"])
    await menu.get_by_role("button").click()
    await expect(message(page, 2)).to_contain_text("/help")
    await expect(menu).to_be_hidden()
    await expect(page.get_by_test_id("composer")).to_have_value("")


async def test_the_portal_s_side(world: World, open_page: OpenPage) -> None:
    window = await open_page(world.url)
    page = window.page
    await page.get_by_role("button", name="Copy").click()
    await expect(page.get_by_test_id("toast")).to_contain_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == world.sandbox.webhook
    await expect(page.get_by_test_id("webhook")).to_have_text(world.sandbox.webhook)

    await page.get_by_text("Write to the company").click()
    form = page.get_by_test_id("write")
    await form.get_by_label("Subject").fill("<img src=x onerror=alert(1)>")
    await form.get_by_label("Text").fill("<script>alert(1)</script>")
    await form.get_by_role("button", name="Write it").click()
    came = page.get_by_test_id("mailbox-in").get_by_test_id("letter")
    await expect(came).to_have_count(6)
    await expect(came.first).to_contain_text("<img src=x onerror=alert(1)>")
    await came.first.locator("summary").click()
    await expect(came.first).to_contain_text("<script>alert(1)</script>")

    await world.send_letter()
    left = page.get_by_test_id("mailbox-out").get_by_test_id("sent-letter")
    for words in ("support@", "jane@client.example", "sam@client.example", "boss@", "Re: Delivery"):
        await expect(left).to_contain_text(words)
    await expect(left.get_by_test_id("sent-text")).to_have_text("It ships on Thursday.\n1 < 2")
    await left.get_by_text("HTML as it left").click()
    await expect(left.locator("pre")).to_have_text("It ships on <b>Thursday</b>.<br>1 &lt; 2")
    await window.picture("page-portal")


async def test_fault_switches(world: World, open_page: OpenPage) -> None:
    page = (await open_page(world.url)).page

    async def switch(kind: str, choice: str) -> None:
        radio = page.get_by_test_id(f"fault-{kind}").get_by_role("radio", name=choice, exact=True)
        await radio.check()
        await expect(radio).to_be_checked()

    def active() -> list[tuple[Any, ...]]:
        return [(each.kind, each.method, each.left) for each in world.sandbox.faults.active]

    await switch("answer_lost", "On")
    await page.get_by_label("Acts on").select_option("sending only")
    await switch("unavailable", "Once")
    await page.get_by_role("button", name="Daily limit").click()
    await expect(page.get_by_text("Waiting: 1.")).to_be_visible()
    sending = "mail.message.reply"
    assert active() == [("answer_lost", sending, None), ("unavailable", sending, 1)]
    await switch("answer_lost", "Off")
    await world.sandbox.changes.until(lambda: len(active()) == 1, 5)
    world.sandbox.faults.off()
    used_up = page.get_by_test_id("fault-unavailable").get_by_role("radio", name="Off")
    await expect(used_up).to_be_checked()


async def test_connection_loss(world: World, open_page: OpenPage) -> None:
    window = await open_page(world.url)
    page, composer = window.page, window.page.get_by_test_id("composer")
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    # Lines that are spoken must be there before they say something; one is the toasts'.
    await expect(page.get_by_role("status")).to_have_count(2)
    await world.server.stop()
    await expect(page.get_by_text("Reconnecting")).to_be_visible()
    await composer.fill("typed meanwhile")
    await composer.press("Enter")
    await expect(page.get_by_test_id("toast")).to_contain_text("does not answer")
    await expect(composer).to_have_value("typed meanwhile")
    async with LoopbackServer(page_app(world.sandbox), world.server.port):
        await expect(page.get_by_text("Reconnecting")).to_be_hidden()
        await composer.press("Enter")
        await expect(message(page, 1)).to_contain_text("typed meanwhile")
        await page.goto("about:blank")
    window.complaints.clear()


@pytest.mark.parametrize("dark", [False, True])
async def test_on_a_phone(world: World, open_page: OpenPage, *, dark: bool) -> None:
    world.sandbox.telegram.people[ANNA].say("/start")
    for number in range(12):
        await world.bot.say(ANNA, f"letter {number} {'a-long-word' * 12}", ["Reply", "Reply all"])
    window = await open_page(world.url, size=PHONE, dark=dark)
    page, theme = window.page, "dark" if dark else "light"
    await expect(message(page, 13)).to_be_in_viewport(ratio=1)
    await expect(page.get_by_test_id("webhook")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    await window.picture(f"page-phone-{theme}")
    await page.get_by_role("button", name="Portal").tap()
    await expect(page.get_by_test_id("webhook")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    await world.bot.say(ANNA, "meanwhile")
    await expect(page.locator(".views .dot").first).to_be_visible()
    await page.get_by_role("button", name="Chat").tap()
    await expect(message(page, 14)).to_be_in_viewport()
    await expect(page.locator(".views .dot").first).to_be_hidden()


async def _height(node: Locator) -> float:
    box = await node.bounding_box()
    assert box is not None
    return box["height"]
