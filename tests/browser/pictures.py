"""Makes the pictures of the docs, with the real bot: `make pictures`. Needs a Chromium."""

import asyncio
import sys
from functools import partial
from pathlib import Path

from playwright.async_api import Page, expect

from sandbox.demo_folder import CHECKOUT

from . import visitor
from .visitor import bubble, press, say
from .windows import HOW_TO_GET_ONE, PHONE, Window, find_chromium, open_window, running_browser

FOLDER = CHECKOUT / "docs" / "pictures"
LETTER = "Good morning Jane, your flyers leave on Thursday and are with you by Friday."
SENT = "Sent to jane@client.example"


async def take_pictures(chromium: str, folder: Path = FOLDER) -> None:
    """Plays the main job once and leaves a picture of each thing worth seeing."""
    async with visitor.running_demo() as demo, running_browser(chromium) as browser:
        look = partial(open_window, browser, demo.url, pictures=folder)
        window = await look()
        await visitor.connect(window.page)
        await visitor.write_step_by_step(window.page, LETTER)
        await expect(bubble(window.page, "Type your answer.").get_by_text("Back")).to_have_count(0)
        await take(window, "review")
        await take_once(await look(size=PHONE), "phone-light", "Check before it goes out")
        await send(window.page)
        await take(window, "demo")
        await take_once(await look(dark=True), "desktop-dark", SENT)
        await take_once(await look(size=PHONE, dark=True), "phone-dark", SENT)
        await visitor.refuse_next_recipient(window.page)
        await take(window, "refused")
        await lose_the_answer(window.page)
        await take(window, "not-known")


async def take(window: Window, name: str) -> None:
    """A picture in which nothing has the focus."""
    await window.page.evaluate("document.activeElement.blur()")
    await window.picture(name)


async def take_once(window: Window, name: str, shown: str) -> None:
    """A picture of another window as soon as it shows this; the window is closed then."""
    await expect(bubble(window.page, shown)).to_be_visible()
    await take(window, name)
    await window.page.close()


async def send(page: Page) -> None:
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, SENT)).to_be_visible(timeout=20_000)
    await expect(page.get_by_test_id("sent-letter")).to_have_count(1)


async def lose_the_answer(page: Page) -> None:
    switch = page.get_by_test_id("fault-answer_lost")
    await page.get_by_label("Acts on").select_option("sending only")
    await switch.get_by_role("radio", name="Once", exact=True).check()
    await say(page, "/reply 15 It ships on Thursday.")
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, "It is not known")).to_be_visible(timeout=30_000)
    await page.get_by_test_id("sent-letter").first.scroll_into_view_if_needed()


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
