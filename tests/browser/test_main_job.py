"""The whole main job as a visitor plays it: `python -m sandbox`, the page, the real bot."""

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from . import visitor
from .conftest import OpenPage
from .visitor import Demo, bubble, press, say
from .windows import Window

LETTER = "Good morning Jane, your flyers leave on Thursday and are with you by Friday."
UNDO = "3"  # seconds; three letters are told to go


@pytest_asyncio.fixture(loop_scope="session")
async def demo(chromium: str) -> AsyncIterator[Demo]:
    assert chromium
    async with visitor.running_demo(UNDO_SECONDS=UNDO) as demo:
        yield demo


async def test_a_visitor_plays_the_main_job(demo: Demo, open_page: OpenPage) -> None:
    window = await open_page(demo.url)
    await visitor.connect(window.page)
    await answer_step_by_step(window)
    await mend_a_refused_recipient(window)

    demo.process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        assert await demo.process.wait() == 0
    window.complaints.clear()  # the page says that its server is gone


async def answer_step_by_step(window: Window) -> None:
    page = window.page
    await visitor.write_step_by_step(page, LETTER)
    came = await page.locator('[data-testid=letter][data-id="15"] time').inner_text()
    await expect(bubble(page, "From: Jane Client")).to_contain_text(came[-5:])
    await press(page, "Check before it goes out", "Send")
    await expect(bubble(page, f"Goes out in {UNDO} s")).to_be_visible()
    await expect(bubble(page, "Sent to jane@client.example")).to_be_visible(timeout=20_000)
    left = page.get_by_test_id("sent-letter")
    await expect(left).to_have_count(1)
    await expect(left.get_by_test_id("sent-text")).to_have_text(LETTER)
    await window.picture("main-job")


async def mend_a_refused_recipient(window: Window) -> None:
    page = window.page
    await visitor.refuse_next_recipient(page)
    await press(page, "Not sent:", "Recipients")
    await expect(bubble(page, "Who should get it?")).to_be_visible()
    await say(page, "jane@client.example")
    await press(page, "Check before it goes out", "Send")
    await expect(page.get_by_test_id("sent-letter")).to_have_count(2, timeout=20_000)
    await expect(page.get_by_test_id("message").last).to_contain_text("Sent to jane@client.example")
