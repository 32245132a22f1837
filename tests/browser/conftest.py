"""Windows to look at the page with. Without a Chromium these tests are skipped and say so."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser

from .windows import HOW_TO_GET_ONE, Window, find_chromium, open_window, running_browser
from .world import World, running_world

OpenPage = Callable[..., Awaitable[Window]]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    found = find_chromium()
    if found is None:
        pytest.skip(HOW_TO_GET_ONE)
    return found


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with running_browser(chromium) as running:
        yield running


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """`await open_page(url, size=PHONE, dark=True)` -> Window; each has a profile of its own.

    At the end no window may have anything in `complaints`: a test that provokes them clears them.
    """
    windows: list[Window] = []

    async def open_one(url: str, **how: Any) -> Window:
        windows.append(await open_window(browser, url, **how))
        return windows[-1]

    yield open_one
    assert [each.complaints for each in windows if each.complaints] == []


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running_world() as world:
        yield world
