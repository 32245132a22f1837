"""What has to fit on a phone: people's names, and the time beside the words."""

from pathlib import Path

from playwright.async_api import expect

from .conftest import OpenPage
from .scripted_bot import entity
from .windows import PHONE
from .world import ANNA, OLEG, World, message

OVERLAPS = (Path(__file__).parent / "overlaps.js").read_text()


async def test_a_narrow_phone(world: World, open_page: OpenPage) -> None:
    world.sandbox.telegram.person(3000, "Maximiliana " * 5, "en")
    world.sandbox.telegram.people[OLEG].say("/start")
    page = (await open_page(world.url, size=PHONE)).page
    await page.set_viewport_size({"width": 320, "height": 640})
    for name in ("Anna Berg", "Oleg Sokolov"):
        person = page.get_by_role("button", name=name, exact=True)
        await expect(person).to_be_in_viewport(ratio=1)
        assert await person.locator(".name").evaluate("it => it.scrollWidth <= it.clientWidth")
    await world.bot.say(OLEG, "unread")
    await expect(page.get_by_label("Oleg Sokolov, 1 unread").locator(".badge")).to_be_in_viewport(
        ratio=1
    )
    await page.evaluate("location.hash = 3000")
    await expect(page.get_by_role("button", name="Maximiliana").first).to_be_in_viewport(ratio=0.99)
    assert await page.evaluate("document.documentElement.scrollWidth") == 320
    await page.get_by_role("button", name="Portal").click()
    assert await page.locator(".portal").evaluate("it => it.scrollWidth <= it.clientWidth")


async def test_the_time_stands_beside_the_last_words(world: World, open_page: OpenPage) -> None:
    anna = world.sandbox.telegram.people[ANNA]
    for length in range(1, 90, 4):
        anna.say("ab " * length)
    await world.bot.say(ANNA, "שלום")
    await world.bot.say(ANNA, "quoted", entities=[entity("blockquote", "quoted", "quoted")])
    page = (await open_page(world.url, size=PHONE)).page
    await expect(message(page, 25)).to_be_visible()
    assert await page.evaluate(OVERLAPS) == []
    box = await message(page, 1).locator(".bubble").bounding_box()
    assert box is not None
    assert box["height"] < 40


async def test_the_way_to_the_newest_covers_no_tall_text(world: World, open_page: OpenPage) -> None:
    world.sandbox.telegram.people[ANNA].say("/start")
    for number in range(30):
        await world.bot.say(ANNA, f"letter {number}")
    page = (await open_page(world.url, size=PHONE)).page
    await expect(message(page, 31)).to_be_in_viewport()
    await page.get_by_test_id("composer").fill("line\n" * 12)
    await message(page, 1).scroll_into_view_if_needed()
    newest, form = page.get_by_role("button", name="To the newest"), page.locator("#composer")
    bottom = await newest.evaluate("it => it.getBoundingClientRect().bottom")
    assert bottom <= await form.evaluate("it => it.getBoundingClientRect().top")
    await newest.tap()
    await expect(message(page, 31)).to_be_in_viewport(ratio=1)
