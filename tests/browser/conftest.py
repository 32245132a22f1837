"""A Chromium to look at the page with. Without one these tests are skipped and say what to do."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, async_playwright

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
PICTURES = CHECKOUT / "screenshots"
PATIENCE = 10_000.0
"""Milliseconds that a locator waits."""
DESKTOP = (1280, 800)
PHONE = (390, 844)

OpenPage = Callable[..., Awaitable["Window"]]


class Window:
    """One open page, what its console complained about, and pictures of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, line: ConsoleMessage) -> None:
        if line.type in ("error", "warning"):
            self.complaints.append(line.text)

    async def picture(self, name: str) -> Path:
        """Leaves `screenshots/{name}.png`."""
        PICTURES.mkdir(exist_ok=True)
        path = PICTURES / f"{name}.png"
        await self.page.screenshot(path=path)
        return path


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(HOW_TO_GET_ONE)
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        yield running
        await running.close()


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """`await open_page(url, size=PHONE, dark=True)` -> Window; each has a profile of its own.

    At the end no window may have anything in `complaints`: a test that provokes them clears them.
    """
    windows: list[Window] = []

    async def open_one(url: str, *, size: tuple[int, int] = DESKTOP, dark: bool = False) -> Window:
        context = await _context(browser, size, dark=dark)
        windows.append(Window(await context.new_page()))
        await windows[-1].page.goto(url)
        return windows[-1]

    yield open_one
    assert [each.complaints for each in windows if each.complaints] == []


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
