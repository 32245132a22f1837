"""A Chromium and its windows, for the tests and for the pictures of the docs."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    async_playwright,
    expect,
)

from sandbox.demo_folder import CHECKOUT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOW_TO_GET_ONE = "no Chromium was found: apt-get install chromium (or another one on the PATH)"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS = CHECKOUT / "screenshots"
PATIENCE = 10_000.0
"""Milliseconds that a locator and an expectation wait."""
expect.set_options(timeout=PATIENCE)
DESKTOP = (1280, 800)
PHONE = (390, 844)


class Window:
    """One open page, what its console complained about, and pictures of it."""

    def __init__(self, page: Page, pictures: Path = SCREENSHOTS) -> None:
        self.page = page
        self.pictures = pictures
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)

    async def picture(self, name: str) -> Path:
        """Leaves `{name}.png` in the folder of pictures."""
        self.pictures.mkdir(exist_ok=True)
        path = self.pictures / f"{name}.png"
        await self.page.mouse.move(0, 0)  # nothing looks pointed at
        await self.page.screenshot(path=path, animations="disabled")
        return path


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@asynccontextmanager
async def running_browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield browser
        await browser.close()


async def open_window(
    browser: Browser,
    url: str,
    *,
    size: tuple[int, int] = DESKTOP,
    dark: bool = False,
    pictures: Path = SCREENSHOTS,
) -> Window:
    """A window of its own profile, so that nothing is left from another one."""
    context = await _context(browser, size, dark=dark)
    window = Window(await context.new_page(), pictures)
    await window.page.goto(url)
    return window


async def _context(browser: Browser, size: tuple[int, int], *, dark: bool) -> BrowserContext:
    width, height = size
    return await browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        has_touch=size == PHONE,
        is_mobile=size == PHONE,
        locale="en-GB",
        permissions=["clipboard-read", "clipboard-write"],
    )
