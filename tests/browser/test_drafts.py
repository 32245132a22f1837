"""What was typed and not sent belongs to its person, and outlives the page."""

from playwright.async_api import expect

from sandbox import Sandbox
from sandbox.demo import invite_people
from sandbox.page_server import page_app
from sandbox.serving import LoopbackServer

from .conftest import OpenPage
from .world import ANNA, OLEG, World, message


async def test_what_was_typed_survives_a_reload(world: World, open_page: OpenPage) -> None:
    for person in (ANNA, OLEG):
        world.sandbox.telegram.people[person].say("/start")
    await world.bot.say(ANNA, "letter 1")
    window = await open_page(world.url)
    page, composer = window.page, window.page.get_by_test_id("composer")
    await message(page, 2).focus()
    await page.keyboard.press("Enter")
    await composer.fill("Anna's half")
    await page.get_by_role("button", name="Oleg Sokolov").click()
    await composer.fill("Oleg's half")
    await page.reload()
    await expect(composer).to_have_value("Oleg's half")
    await page.get_by_role("button", name="Anna Berg").click()
    await expect(composer).to_have_value("Anna's half")
    await expect(page.locator("#about")).to_contain_text("letter 1")
    await world.server.stop()
    async with Sandbox() as another:
        invite_people(another)
        async with LoopbackServer(page_app(another), world.server.port):
            await expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
            await expect(composer).to_have_value("Anna's half")
            await expect(page.locator("#about")).to_be_hidden()
            await page.goto("about:blank")
    window.complaints.clear()
