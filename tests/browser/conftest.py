"""Windows to look at the page with. Without a Chromium these tests are skipped and say so."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from .windows import HOW_TO_GET_ONE, Window, find_chromium, open_window, running_browser
from .world import World, running_world

HERE = Path(__file__).parent
expect.set_options(timeout=20_000)  # ms; a busy machine takes its time
OpenPage = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    found = find_chromium()
    if found is None:
        pytest.skip(HOW_TO_GET_ONE)
    return found


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One loop for all of them, so that they can share a browser."""
    for item in items:
        if item.path.parent == HERE:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with running_browser(chromium) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """`await open_page(url, size=PHONE, dark=True)` -> Window; each has a profile of its own.

    At the end no window may have anything in `complaints`: a test that provokes them clears them.
    """
    windows: list[Window] = []

    async def open_one(url: str, **how: Any) -> Window:
        windows.append(await open_window(browser, url, **how))
        return windows[-1]

    yield open_one
    for window in windows:
        await window.page.context.close()
    assert [each.complaints for each in windows if each.complaints] == []


@pytest_asyncio.fixture(loop_scope="session")
async def world() -> AsyncIterator[World]:
    async with running_world() as world:
        yield world
