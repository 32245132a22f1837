"""Makes the pictures of the docs, with the real bot: `make pictures`. Needs a Chromium."""

import asyncio
import sys
from functools import partial
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from sandbox.demo_folder import CHECKOUT

from . import visitor
from .visitor import bubble, press, say
from .windows import HOW_TO_GET_ONE, PHONE, Window, find_chromium, open_window, running_browser

FOLDER = CHECKOUT / "docs" / "pictures"
LETTER = "Good morning Jane, your flyers leave on Thursday and are with you by Friday."


async def take_pictures(chromium: str, folder: Path = FOLDER) -> None:
    """Plays the main job once and leaves a picture of each thing worth seeing."""
    async with visitor.running_demo() as demo, running_browser(chromium) as browser:
        window = await open_window(browser, demo.url, pictures=folder)
        await visitor.connect(window.page)
        await take_the_main_job(window)
        await take_other_looks(browser, demo.url, folder)
        await take_failures(window)


async def take_the_main_job(window: Window) -> None:
    page = window.page
    await visitor.write_step_by_step(page, LETTER)
    await window.picture("review")
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, "Sent to jane@client.example")).to_be_visible(timeout=20_000)
    await expect(page.get_by_test_id("sent-letter")).to_have_count(1)
    await window.picture("demo")


async def take_other_looks(browser: Browser, url: str, folder: Path) -> None:
    look = partial(open_window, browser, url, pictures=folder)
    for name, window in (
        ("desktop-dark", await look(dark=True)),
        ("phone-light", await look(size=PHONE)),
        ("phone-dark", await look(size=PHONE, dark=True)),
    ):
        await expect(bubble(window.page, "Sent to jane@client.example")).to_be_visible()
        await window.picture(name)
        await window.page.close()


async def take_failures(window: Window) -> None:
    page = window.page
    await visitor.refuse_next_recipient(page)
    await window.picture("refused")
    await lose_the_answer(page)
    await window.picture("not-known")


async def lose_the_answer(page: Page) -> None:
    switch = page.get_by_test_id("fault-answer_lost")
    await page.get_by_label("Acts on").select_option("sending only")
    await switch.get_by_role("radio", name="Once", exact=True).check()
    await say(page, "/reply 15 It ships on Thursday.")
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, "It is not known")).to_be_visible(timeout=30_000)


def main() -> int:
    chromium = find_chromium()
    if chromium is None:
        sys.stderr.write(f"{HOW_TO_GET_ONE}\n")
        return 1
    asyncio.run(take_pictures(chromium))
    sys.stdout.write(f"The pictures are in {FOLDER}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
