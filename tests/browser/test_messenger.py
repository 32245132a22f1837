"""What people expect of any messenger: days, unread marks, keyboard, attachments, blocking."""

from pathlib import Path

from playwright.async_api import Page, expect

from .conftest import OpenPage
from .windows import PHONE
from .world import ANNA, OLEG, World, message

DAY = 24 * 60 * 60
CONTRAST = (Path(__file__).parent / "contrast.js").read_text()


async def test_days_and_runs(world: World, open_page: OpenPage) -> None:
    anna = world.sandbox.telegram.people[ANNA]
    for text in ("old", "yesterday", "today", "at once after"):
        anna.say(text)
    for number, age in ((0, 800), (1, 1)):
        anna.chat.messages[number].wire["date"] -= age * DAY
    page = (await open_page(world.url)).page
    lines = page.get_by_test_id("day-line")
    await expect(lines).to_have_count(3)
    assert (await lines.all_inner_texts())[1:] == ["Yesterday", "Today"]
    await expect(message(page, 3)).to_have_class("message mine first")
    await expect(message(page, 4)).to_have_class("message mine last")


async def test_unread_marks(world: World, open_page: OpenPage) -> None:
    for person in (ANNA, OLEG):
        world.sandbox.telegram.people[person].say("/start")
    page = (await open_page(world.url)).page
    await expect(message(page, 1)).to_be_visible()
    for number in range(30):
        await world.bot.say(OLEG, f"letter {number}")
    await expect(page).to_have_title("(30) Sandbox")
    await page.reload()
    await page.get_by_role("button", name="Oleg Sokolov, 30 unread").click()
    await expect(page.get_by_test_id("unread-line")).to_be_in_viewport()
    await expect(message(page, 2)).to_be_in_viewport()
    newest = page.get_by_role("button", name="New messages: 30")
    await newest.click()
    await expect(message(page, 31)).to_be_in_viewport()
    await expect(newest).to_be_hidden()
    await expect(page).to_have_title("Sandbox")


async def test_walking_by_keyboard(world: World, open_page: OpenPage) -> None:
    world.sandbox.telegram.people[ANNA].say("/start")
    for number in range(3):
        await world.bot.say(ANNA, f"letter {number}", ["Reply", "Later"])
    page = (await open_page(world.url)).page
    await expect(message(page, 4)).to_be_visible()
    keyboard, composer = page.keyboard, page.get_by_test_id("composer")
    await expect(composer).to_be_focused()
    for _ in range(2):  # past the composer's two buttons, as commands are not registered
        await keyboard.press("Shift+Tab")
    await expect(message(page, 4).get_by_label("Reply to this message")).to_be_focused()
    for key, number in (("ArrowUp", 3), ("Home", 1), ("ArrowUp", 1), ("End", 4), ("ArrowUp", 3)):
        await keyboard.press(key)
        await expect(message(page, number)).to_be_focused()
    await keyboard.press("ArrowRight")
    await keyboard.press("ArrowRight")
    await expect(message(page, 3).get_by_role("button", name="Later")).to_be_focused()
    await keyboard.press("Escape")
    await expect(composer).to_be_focused()
    await message(page, 2).focus()
    await keyboard.press("Enter")
    await expect(page.locator("#about")).to_contain_text("letter 0")
    await expect(composer).to_be_focused()


async def test_other_contents(world: World, open_page: OpenPage) -> None:
    page = (await open_page(world.url)).page
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    await page.get_by_test_id("composer").fill("Please look")
    await choose(page, "Send something else", "Photo")
    await expect(message(page, 1)).to_contain_text("Please look")
    await expect(page.get_by_test_id("composer")).to_have_value("")
    await page.get_by_test_id("composer").fill("half a text")
    await choose(page, "Send something else", "Sticker")
    await expect(message(page, 2)).to_contain_text("Sticker")
    await expect(page.get_by_test_id("composer")).to_have_value("half a text")
    opener = page.get_by_role("button", name="Send something else")
    await opener.press("Enter")
    menu = page.get_by_role("menu", name="Send something else")
    await expect(menu.get_by_role("menuitem", name="Photo")).to_be_focused()
    for key, label in (("ArrowUp", "Dice"), ("ArrowDown", "Photo"), ("ArrowDown", "File")):
        await page.keyboard.press(key)
        await expect(menu.get_by_role("menuitem", name=label)).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(menu).to_be_hidden()
    await expect(opener).to_be_focused()


async def test_blocking_the_bot(world: World, open_page: OpenPage) -> None:
    anna = world.sandbox.telegram.people[ANNA]
    anna.say("/start")
    page = (await open_page(world.url)).page
    await choose(page, "More about Anna Berg", "Block the bot")
    await expect(page.get_by_text("Anna Berg has blocked the bot.")).to_be_visible()
    await expect(page.get_by_test_id("composer")).to_be_hidden()
    assert anna.blocks_bot
    await message(page, 1).get_by_role("button", name="/start", exact=True).click()
    await expect(page.get_by_test_id("toast")).to_have_text("Unblock the bot first.")
    assert world.texts() == ["/start"]
    await page.get_by_role("button", name="Unblock", exact=True).click()
    await expect(page.get_by_test_id("composer")).to_be_visible()
    assert not anna.blocks_bot


async def test_every_text_can_be_read(world: World, open_page: OpenPage) -> None:
    anna = world.sandbox.telegram.people[ANNA]
    for text in ("/start", "a text"):
        anna.say(text, reply_to=1)
    await world.bot.say(ANNA, "Send /reply or see https://example.com/", ["Reply"])
    world.sandbox.telegram.people[OLEG].say("/start")
    await world.send_letter()
    page = (await open_page(world.url)).page
    await expect(message(page, 3)).to_be_visible()
    await world.bot.say(OLEG, "unread")
    await choose(page, "Send something else", "Sticker")
    await choose(page, "Send something else", "Photo")
    await expect(message(page, 5)).to_be_visible()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        found = await page.evaluate(CONTRAST)
        assert found["looked"] > 50
        assert found["low"] == [], scheme


async def test_right_to_left_and_long_words_on_a_phone(world: World, open_page: OpenPage) -> None:
    world.sandbox.telegram.people[ANNA].say("/start")
    await world.bot.say(ANNA, "שלום, הזמנה 118\nand a line of English", ["x" * 60])
    await world.bot.say(ANNA, "word" * 300)
    page = (await open_page(world.url, size=PHONE)).page
    text = message(page, 2).get_by_test_id("text")
    assert await text.evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    reply = message(page, 3).get_by_role("button", name="Reply to this message")
    assert await reply.evaluate("node => getComputedStyle(node.parentNode).opacity") == "0"
    await message(page, 3).get_by_test_id("text").tap()
    await expect(reply).to_be_in_viewport()
    await reply.tap()
    await expect(page.locator("#about")).to_contain_text("word")


async def choose(page: Page, opener: str, item: str) -> None:
    await page.get_by_role("button", name=opener, exact=True).click()
    await page.get_by_role("menuitem", name=item, exact=True).click()
